from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import addresses, dsn, retry, states

#: Minutes after which a message is tried again that the server has not even looked at
WAIT_FOR_SERVER = 5


class DocumentDispatchRecipient(models.Model):
    """What became of the mail to one address: what the server said, what a person says, what came back."""

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch.recipient"

    def _apply_outcome(self, outcome):
        """Write down what the mail server said, and when to try again.

        :param tools.smtp.Outcome outcome: the result of one conversation
        """
        self.ensure_one()
        if self.state != states.SENDING:
            return  # a bounce was faster, and knows better
        now = fields.Datetime.now()
        vals = {"reply": outcome.reply, "next_try": False, "worker": False}
        state = outcome.state
        if outcome.costs_try:
            vals["tries"] = self.tries + 1
            vals["first_try"] = self.first_try or now
        if state == states.DEFERRED:
            state, vals["next_try"] = self._get_next_try(outcome, vals, now)
        if state == states.SENT:
            vals["sent_date"] = now
            if self.dispatch_id.rehearsal:
                state = states.REHEARSED
        self._set_state(state, **vals)

    def _get_next_try(self, outcome, vals, now):
        """Return the state and the time of the next try; a server that is down costs nothing."""
        if not outcome.costs_try:
            return states.DEFERRED, now + timedelta(seconds=outcome.wait or 60 * WAIT_FOR_SERVER)
        when = retry.next_try(vals["tries"], vals["first_try"], now, *self._retry_schedule())
        return (states.DEFERRED, when) if when else (states.FAILED, False)

    def _retry_schedule(self):
        """The minutes between tries and the time after which to give up, from the settings."""
        # sudo: system parameters
        get = self.env["ir.config_parameter"].sudo().get_param
        return (retry.parse_steps(get("document_dispatch.retry_minutes")),
                retry.parse_days(get("document_dispatch.retry_days")))

    def action_arrived(self):
        """A person found out that the mail did arrive."""
        self.check_access("write")
        self._check_unknown()
        recipients = self._of_lead()
        for recipient in recipients:
            state = states.REHEARSED if recipient.dispatch_id.rehearsal else states.SENT
            recipient._set_state(state, sent_date=fields.Datetime.now())
        recipients.dispatch_id._with_riders()._update_state()

    def action_send_again(self):
        """A person decided that an unknown mail shall go once more."""
        self.check_access("write")
        self._check_unknown()
        recipients = self._of_lead()
        recipients._set_state("queued", next_try=False)
        recipients.dispatch_id._with_riders()._update_state()
        recipients.dispatch_id._deliver_soon()

    # ------------------------------------------------------------------
    # Reports that come later
    # ------------------------------------------------------------------

    @api.model
    def _receive_report(self, message_ids, email, report):
        """Another server reports on a mail that ours had accepted (RFC 3464).

        :param list message_ids: Message-IDs that the report speaks of
        :param str email: the address it speaks of, as far as it tells
        :param tools.dsn.Report report: what it says
        """
        recipients = self.search([("message_id", "in", message_ids), ("state", "in", ("sent", "sending", "unknown"))])
        if email:
            email = addresses.normalize(email)
            recipients = recipients.filtered(lambda recipient: recipient.email == email)
        recipients = recipients._of_lead()  # one mail, whatever number of documents was in it
        if len(recipients) != 1 or report.action != dsn.FAILED or recipients.dispatch_id.rehearsal:
            return  # delayed is not final; and nobody is blamed on a guess
        if recipients.state != "sent":
            recipients._set_state("sent", worker=False)  # it did leave, or it could not have come back
        recipients._set_state("bounced", reply=report.text or self.env._("The mail came back."))
        dispatch = recipients.dispatch_id._with_riders()
        dispatch._update_state()
        dispatch._update_notifications()
        dispatch._tell_operator()

    def _check_unknown(self):
        for recipient in self:
            if recipient.state != "unknown":
                raise UserError(self.env._(
                    "What became of the mail to %s is known: there is nothing to decide.", recipient.email,
                ))
