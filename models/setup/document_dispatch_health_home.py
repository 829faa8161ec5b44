from odoo import api, models


class DocumentDispatchHealth(models.AbstractModel):
    """Says that the database may be a copy, before anything else."""

    _inherit = "document.dispatch.health"

    @api.model
    def _get_problems(self):
        return [*filter(None, [self.env["document.dispatch.home"]._describe()]), *super()._get_problems()]
