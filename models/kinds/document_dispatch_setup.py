from odoo import api, models


class DocumentDispatchSetup(models.AbstractModel):
    """Kinds by configuration that cannot be asked any more are shown beside those of modules."""

    _inherit = "document.dispatch.setup"

    @api.model
    def _describe_kinds(self):
        faults = self.env["document.dispatch.type"]._describe_source_faults()
        return "\n".join(filter(None, (super()._describe_kinds(), *faults)))
