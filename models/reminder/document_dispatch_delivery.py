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
            if reminder and reminder._is_outdated() and member._bundle_main()._withdrawable():
                member._make_reminder_anew()
                return True
        return super()._stop_blocked(dispatch)
