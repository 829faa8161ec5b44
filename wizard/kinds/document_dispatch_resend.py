from odoo import models

RECORDS = "document.dispatch.record"


class DocumentDispatchResend(models.TransientModel):
    """Finds records of other apps by their numbers, too, also those that never went."""

    _inherit = "document.dispatch.resend"

    def _find_documents(self, model, wanted):
        if model == RECORDS:
            self.env[RECORDS]._import_numbers(sorted({
                spelling for number in wanted for spelling in (number, number.upper())}))
        return super()._find_documents(model, wanted)
