from odoo import api, models


class DocumentDispatchRule(models.Model):
    """The round of the rules also looks after everything."""

    _inherit = "document.dispatch.rule"

    @api.model
    def _cron_plan(self):
        """After the rules, everything is looked after, and the managers are told."""
        result = super()._cron_plan()
        self.env["document.dispatch.counter"]._extend()  # Point of Sale may have been installed meanwhile
        self.env["document.dispatch.health"]._watch()
        return result
