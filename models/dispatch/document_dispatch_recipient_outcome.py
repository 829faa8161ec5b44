from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.dispatch import states
from ...tools.mail import addresses, dsn, retry

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
            vals["relay_id"] = dsn.relay_id(outcome.reply)
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
    def _find_reported(self, report):
        """The recipients of the mail of which a report speaks, whatever became of them; empty: not a mail of ours.

        By our Message-ID, which the mails to all recipients of a document share, or by the id that a relay gave to
        the one mail.

        :param tools.dsn.Report report: what came
        """
        relayed = self.browse()
        if report.marks:
            # the mails to other addresses have other ids
            relayed = self.search([("relay_id", "in", report.marks)])._of_lead()
            if len(relayed) != 1:
                relayed = self.browse()  # not this relay's id, but a word that looks like one
        for message_ids in report.message_ids:
            if found := self.search([("message_id", "in", message_ids)])._of_lead():
                return relayed & found or found
        return relayed

    def _receive_report(self, report):
        """Another server, or a mail program, reports on the mail to one of these, which ours had accepted.

        Only an explicit failure is a bounce, and only for an address that the report names, or whose mail it was;
        all else is noted for people.

        :param tools.dsn.Report report: what it says
        """
        if len(self.dispatch_id) != 1:
            return  # of several documents: no mail of ours speaks of more than one
        for fate in report.fates:
            recipients = self._of_fate(fate, report)
            if fate.kind == dsn.FAILED and recipients:
                recipients._bounce(fate)
            else:
                (recipients or self)._note_report(fate)

    def _of_fate(self, fate, report):
        """Those of these recipients whose mail it was; none where the report leaves it open.

        Each has a mail of his own, but all have its Message-ID: who got one must not speak for another.
        """
        named = self._at(fate.addresses)
        if fate.explicit and named:
            return named
        to, mentioned = self._at(report.returned_to), self._at(report.mentioned)
        for choice in (named, named & to, to, mentioned, to & mentioned):
            if len(choice) == 1:
                return choice
        if named or to or len(self) != 1:
            return self.browse()
        # the mail was this one's own; what became of it where he forwards it, is one thing
        return self if len({other.kind for other in report.fates}) == 1 else self.browse()

    def _at(self, emails):
        emails = {addresses.normalize(email) for email in emails}
        return self.filtered(lambda recipient: recipient.email in emails)

    def _bounce(self, fate):
        """The mails came back."""
        for recipient in self.filtered(
            lambda r: r.state in ("sent", "sending", "unknown") and not r.dispatch_id.rehearsal
        ):
            if recipient.state != "sent":
                recipient._set_state("sent", worker=False)  # it did leave, or it could not have come back
            recipient._set_state("bounced", reply=fate.text or self.env._("The mail came back."))
        dispatch = self.dispatch_id._with_riders()
        dispatch._update_state()
        dispatch._update_notifications()
        dispatch._tell_operator()

    def _note_report(self, fate):
        """Show people what came, and change no state."""
        remark = self.env._(
            "%(date)s: %(what)s", date=format_date(self.env, fields.Date.context_today(self)),
            what=f"{self._report_labels()[fate.kind]} {fate.text}".strip(),
        )
        self._with_twins()._engine().remark = remark

    @api.model
    def _report_labels(self):
        return {
            dsn.FAILED: self.env._("A mail came back, but it does not say to which address:"),
            dsn.DELAYED: self.env._("Their mail server still tries to deliver it:"),
            dsn.DELIVERED: self.env._("Their mail server says that it was delivered:"),
            dsn.COMPLAINT: self.env._("The recipient reported the mail as spam:"),
            dsn.RECEIPT: self.env._("A read receipt came:"),
            dsn.AUTOMATIC: self.env._("An automatic answer came:"),
            dsn.UNCLEAR: self.env._("A message came back that is not understood. Please read it:"),
        }

    def _check_unknown(self):
        for recipient in self:
            if recipient.state != "unknown":
                raise UserError(self.env._(
                    "What became of the mail to %s is known: there is nothing to decide.", recipient.email,
                ))
