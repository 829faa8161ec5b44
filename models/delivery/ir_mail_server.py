from datetime import timedelta
from smtplib import SMTP, SMTPAuthenticationError  # the class itself: others' tests put something else in its place

from odoo import api, fields, models

from ...tools.delivery import accounts
from ...tools.dispatch.steering import OutgoingMail
from ...tools.mail import blame, smtp
from ...tools.mail import headers as mail_form

#: What somebody changes who mends an account; the tokens of Odoo's own OAuth among it, as far as they are given anew
MENDING = frozenset({
    "smtp_user", "smtp_pass", "smtp_host", "smtp_port", "smtp_encryption", "smtp_authentication", "from_filter",
    "active", "smtp_ssl_certificate", "smtp_ssl_private_key", "google_gmail_refresh_token",
    "microsoft_outlook_refresh_token",
})
#: Nothing is wrong
IN_ORDER = {
    "dispatch_problem": False, "dispatch_fault": False, "dispatch_paused_until": False, "dispatch_senders": False,
}
#: Rounding of the times at which dispatches and accounts wake up
ROUNDING = timedelta(seconds=5)


class IrMailServer(models.Model):
    """The account of documents: its limits, its pauses, and the form of its mails."""

    _inherit = "ir.mail_server"

    dispatch_per_minute = fields.Integer(
        string="Documents per minute",
        help="Maximum number of e-mails with documents per minute, over all parallel workers. 0: no limit.",
    )
    dispatch_per_connection = fields.Integer(
        string="Documents per connection",
        help="Number of e-mails after which the connection is renewed. 0: no limit.",
    )
    dispatch_problem = fields.Char(
        string="Refused", readonly=True, copy=False,
        help="The server's reply when it refused the account or one of its senders. Documents are waiting; no attempt "
             "is counted.",
    )
    dispatch_fault = fields.Char(readonly=True, copy=False, help="Technical: kind of problem, see "
                                                                 "tools/mail/blame.py.")
    dispatch_paused_until = fields.Datetime(string="Paused until", readonly=True, copy=False)
    dispatch_senders = fields.Json(
        readonly=True, copy=False,
        help="Technical: senders that the server refuses on this account, its reply, and until when they are paused.",
    )

    def write(self, vals):
        # somebody mends the account: use it at once
        if vals.keys() & MENDING:
            self._dispatch_wake()
            vals = {**vals, **IN_ORDER}
            self._dispatch_mended()
        return super().write(vals)

    def _dispatch_mended(self):
        """Somebody changed how this account is reached."""

    def _get_max_email_size(self):
        # the worker has chosen what goes as a link (mail.mail._dispatch_choose_linked)
        outgoing = OutgoingMail.of(self.env)
        return float("inf") if outgoing and outgoing.linked_ids else super()._get_max_email_size()

    def _build_email__(self, email_from, email_to, subject, body, email_cc=None, email_bcc=None, reply_to=False,
                       attachments=None, headers=None, **kwargs):
        """Write headers on one line each, whatever stands in the names of companies, contacts, documents and files.

        For all mails of Odoo: with such a sign core fails at every one of them.
        """
        one_line, one_line_each = mail_form.one_line, mail_form.one_line_each
        if (outgoing := OutgoingMail.of(self.env)) and outgoing.bcc:
            # core takes them out of the header again, into the envelope (_prepare_email_message__)
            email_bcc = list(outgoing.bcc)
        return super()._build_email__(
            one_line(email_from), one_line_each(email_to), one_line(subject), body,
            email_cc=one_line_each(email_cc), email_bcc=one_line_each(email_bcc),
            reply_to=one_line(reply_to), attachments=[(one_line(name), *rest) for name, *rest in attachments or ()],
            headers={name: one_line(value) for name, value in (headers or {}).items()}, **kwargs,
        )

    def _prepare_smtp_to_list(self, message, smtp_session):
        """Let a common mail go to those whose turn it is, each once, whomever else its header names."""
        emails = super()._prepare_smtp_to_list(message, smtp_session)
        outgoing = OutgoingMail.of(self.env)
        if not (outgoing and outgoing.envelope):
            return emails
        return [email for email in dict.fromkeys(emails) if email in outgoing.envelope]

    def _prepare_email_message__(self, message, smtp_session):
        """Let bounces come to an address of this mail's own, where those for all come to an alias domain's.

        That is where core takes the alias domain's address, so that From filter and SPF fit; the server may know
        neither the one nor the other (``tools.mail.smtp.Session.plain_sender``).
        """
        smtp_from, smtp_to_list, message = super()._prepare_email_message__(message, smtp_session)
        outgoing = OutgoingMail.of(self.env)
        if outgoing and outgoing.recipient_id and isinstance(smtp_session, smtp.Session):
            # sudo: whoever sends need not see the domain
            own = self.env["mail.alias.domain"].sudo()._dispatch_bounce_address(smtp_from, outgoing.recipient_id)
            if own and self._match_from_filter(own, getattr(smtp_session, "from_filter", False)):
                smtp_session.plain_sender, smtp_from = smtp_from, own
        return smtp_from, smtp_to_list, message

    @api.model
    def _alter_message__(self, message, smtp_from, smtp_to_list):
        """Give the mail its last form, and leave Return-Path to the server that delivers (RFC 5321 §4.4).

        Core sets it (``mail.mail._prepare_outgoing_list``: ``headers.setdefault('Return-Path', …)``),
        empty where no alias domain has an address for bounces, for ``_prepare_email_message__``, which
        has taken the sender of the envelope from it before it comes here.
        """
        # core writes it into From; it does not come from _build_email__
        result = super()._alter_message__(message, mail_form.one_line(smtp_from), smtp_to_list)
        if OutgoingMail.of(self.env):
            del message["Return-Path"]
            del message["Bcc"]  # as core does; whatever another module made of it: nobody reads it
            mail_form.straighten(message)
        return result

    def action_dispatch_resume(self):
        """Use a refused account again now."""
        self._dispatch_wake()
        self.write(IN_ORDER)
        self.env["document.dispatch.delivery"]._trigger_workers()

    def _smtp_login__(self, connection, smtp_user, smtp_password):
        """Hear what the server answers to an OAuth token; raise as ``smtplib.SMTP.login`` does where it refuses it.

        ``google_gmail`` and ``microsoft_outlook`` say ``AUTH XOAUTH2`` and do not listen. The refusal begins with a 334
        and its details; the server waits for an empty line before it says 535, and takes our next command for it.
        Only where documents go: other mail of Odoo logs in as core does it, and so does what is not smtplib's.
        """
        if not (OutgoingMail.of(self.env) and isinstance(connection, SMTP)):
            return super()._smtp_login__(connection, smtp_user, smtp_password)
        docmd, said = connection.docmd, []

        def heard(cmd, args=""):
            answer = docmd(cmd, args)
            if cmd.upper() == "AUTH" and args.upper().startswith("XOAUTH2"):
                said.append(docmd("") if answer[0] == 334 else answer)
            return answer

        connection.docmd = heard
        try:
            super()._smtp_login__(connection, smtp_user, smtp_password)
        finally:
            del connection.docmd
        if said and said[-1][0] not in (235, 503):  # 503: logged in already, as smtplib takes it
            raise SMTPAuthenticationError(*said[-1])
        return None

    # ------------------------------------------------------------------
    # What the server has against us
    # ------------------------------------------------------------------

    def _dispatch_note_refusal(self, reply, cause=blame.LOGIN, sender=False):
        """The server refuses the account, or one of its senders: it is paused, and managers learn of it.

        :param str reply: what the server said
        :param str cause: what is wrong, a constant of :mod:`tools.mail.blame`
        :param sender: the address that is paused; the whole account if none is given
        """
        if not self:
            return
        self.write(accounts.after_refusal(self, reply, cause, sender, fields.Datetime.now()))

    def _dispatch_note_accepted(self, sender=False):
        """A mail of this sender was accepted: account and sender are in order."""
        if self and (vals := accounts.after_acceptance(self, sender)):
            self.write(vals)

    def _dispatch_wake(self):
        """What waits for these accounts and their senders is due now."""
        for server in self:
            ends = [fields.Datetime.to_datetime(said["until"]) for said in (server.dispatch_senders or {}).values()]
            ends += [server.dispatch_paused_until] if server.dispatch_paused_until else []
            if ends:
                # sudo: who mends the account need not see the documents
                self.env["document.dispatch.recipient"].sudo().search([
                    ("mail_server_id", "=", server.id), ("state", "=", "deferred"),
                    ("next_try", ">=", min(ends) - ROUNDING),
                ])._set_state("deferred", next_try=fields.Datetime.now())
                self.env["document.dispatch.delivery"].sudo()._trigger_workers()  # sudo: as above

    def _dispatch_replies(self):
        """All that the server has against this account and its senders now."""
        replies = [said["reply"] for said in (self.dispatch_senders or {}).values()]
        return replies + ([self.dispatch_problem] if self.dispatch_problem else [])

    def _dispatch_advice(self):
        """What a person can do about it; empty where nothing is wrong, or it passes soon, and by itself."""
        if not self.dispatch_problem:
            return ""
        return {
            blame.LOGIN: self.env._("Correct its user name or password, or reconnect it; its documents are waiting."),
            blame.TOKEN: self.env._("Reconnect the account; its documents are waiting."),
            blame.ENCRYPTION: self.env._("Correct its connection encryption; its documents are waiting."),
            blame.BLOCKED: self.env._(
                "The provider blocks the account, or the address of this server: contact them. The documents are "
                "waiting; one of them is retried every hour."),
            blame.DAY: self.env._(
                "The provider's daily limit is reached: the documents are sent automatically when the day is over. To "
                "send more, ask the provider for a higher limit, or use a second account."),
            blame.FROM: self.env._(
                "Ask the provider to allow this sender for the account, or change the sender. Documents from this "
                "sender are waiting; all others are sent."),
        }.get(self.dispatch_fault or blame.LOGIN, "")

    def _dispatch_sender_pause(self, sender):
        """Why nothing must go in this name now, and for how many seconds; ``None`` when it may."""
        seconds = accounts.sender_seconds(self.dispatch_senders, sender, fields.Datetime.now())
        return seconds and (self.env._(
            "The account %(account)s is not allowed to send as %(sender)s: %(reply)s",
            account=self.name, sender=sender, reply=self.dispatch_senders[sender]["reply"]), seconds)

    def _dispatch_pause(self, insist=False, in_hand=0):
        """Why this account must not be used now, and for how many seconds; ``None`` when it may.

        :param bool insist: use it although it is paused
        :param int in_hand: mails that other workers are just handing over
        """
        paused = accounts.seconds_until(self.dispatch_paused_until, fields.Datetime.now())
        if paused and not insist:
            text = self.env._("The account %(account)s was refused: %(reply)s",
                              account=self.name, reply=self._dispatch_say_reply(self.dispatch_problem))
            return text, paused
        return (None if insist else self._dispatch_unreached_pause()) or self._dispatch_limit_pause(in_hand)
