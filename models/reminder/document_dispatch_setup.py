from odoo import models


class DocumentDispatchSetup(models.AbstractModel):
    """Reminders are no first step: documents go by another rule."""

    _inherit = "document.dispatch.setup"

    def _find_rules(self, company):
        return super()._find_rules(company).filtered(lambda rule: not rule.is_reminder)
