from odoo import api, models


class CrmTeam(models.Model):
    """A sales team that document types are narrowed by."""

    _inherit = "crm.team"

    @api.ondelete(at_uninstall=False)
    def _unlink_not_of_dispatch_types(self):
        self.env["document.dispatch.type"]._check_narrows_none("team_id", self)
