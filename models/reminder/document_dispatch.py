from odoo import models
from odoo.exceptions import UserError

from ...tools.dispatch import clicks, states


class DocumentDispatch(models.Model):
    """A payment reminder on its way: it goes no more when the invoice was paid, and never with an old amount."""

    _inherit = "document.dispatch"

    def _reminder(self):
        """The reminder of this dispatch; empty where it is another document."""
        return self._document() if self.res_model == "document.reminder" else self.env["document.reminder"]

    def _get_reminder_lapse(self):
        """Why this reminder is of no use any more, in words; empty when it is, or none."""
        return self._reminder().exists()._get_lapse() if self.res_model == "document.reminder" else ""

    def _lapse(self, reason):
        """Withdraw a reminder: nothing failed, nobody need look at it.

        Where somebody has the mail already, those who still wait get nothing of it any more.
        """
        self.ensure_one()
        if clicks.can_cancel(self.state) and self._bundle_main()._withdrawable():
            self._cancel(reason)
            return
        main = self._bundle_main()
        main.recipient_ids.filtered(lambda one: one.state in clicks.CANCELLED_BY_CHANGE)._set_state(states.CANCELLED)
        main._with_bundled()._conclude()

    def _make_reminder_anew(self):
        """A part was paid since the text was made: it is made anew. What a person looked at, they look at once more."""
        self.ensure_one()
        self._leave_bundle()
        dispatch = self._with_system_write()
        if self._reminder().looked_at:
            dispatch._back_to_review(self.env._("A partial payment was received after your review: the text is "
                                                "created again."))
        else:
            # sudo: nothing of this message has left
            dispatch.mail_message_id.sudo().unlink()
            dispatch.write({"frozen": False, "mail_values": False})
        dispatch.recipient_ids.write({"mail_body": False, "subject": False, "body": False})
        dispatch.content_ready = False
        self._deliver_later()

    def _hold_reminder(self):
        """The customer paid something since it was planned, nobody knows what for: a person looks first."""
        self.ensure_one()
        reminder = self._reminder()._with_system_write()
        reminder.looked_at = True
        self._back_to_review(reminder.with_env(self.env)._dispatch_warnings())

    def _check_can_go(self):
        if reason := self._get_reminder_lapse():
            raise UserError(reason)
        return super()._check_can_go()

    # ------------------------------------------------------------------
    # Several in one mail
    # ------------------------------------------------------------------

    def _bundle_key(self):
        """Reminders of one level go together: what was asked twice is not said beside what will be due."""
        return (*super()._bundle_key(), self._reminder().days if self.res_model == "document.reminder" else False)

    def _get_bundle_template(self):
        return self._reminder().level_id.bundle_template_id or super()._get_bundle_template()

    def _write_bundle_text(self, number, count):
        result = super()._write_bundle_text(number, count)
        for dispatch in self:
            dispatch._reminder()._note_amounts()
        return result
