from odoo import models


class IrActionsReport(models.Model):
    """The paper that a report is printed on."""

    _inherit = "ir.actions.report"

    def get_paperformat(self):
        """A letter is as large as the company's envelopes ask for."""
        if self.dispatch_letter:
            return self.env.company._dispatch_letter_paper()
        return super().get_paperformat()
