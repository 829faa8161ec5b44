from odoo import models


class DocumentDispatchDelivery(models.AbstractModel):
    """The last look at the books, right before a reminder is handed over."""

    _inherit = "document.dispatch.delivery"

    def _stop_blocked(self, dispatch):
        for member in dispatch._with_bundled():
            if reason := member._get_reminder_lapse():
                member._lapse(reason)
                return True
            reminder = member._reminder()
            if not reminder or not member._bundle_main()._withdrawable():
                continue  # somebody has it already
            if reminder.has_unmatched_credit and not reminder.looked_at:
                member._hold_reminder()
                return True
            if reminder._is_outdated():
                member._make_reminder_anew()
                return True
        return super()._stop_blocked(dispatch)
