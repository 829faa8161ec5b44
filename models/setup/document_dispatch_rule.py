from odoo import api, models


class DocumentDispatchRule(models.Model):
    _inherit = "document.dispatch.rule"

    @api.model
    def _cron_plan(self):
        """After the rules, everything is looked after, and the managers are told."""
        result = super()._cron_plan()
        self.env["document.dispatch.health"]._watch()
        return result
