from datetime import timedelta

from odoo import api, fields, models

from ...tools.dispatch.steering import OutgoingMail
from ...tools.mail import addresses
from ...tools.mail import headers as mail_form

#: How long a refused account rests before one mail tries it again
REST = timedelta(hours=1)


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    dispatch_per_minute = fields.Integer(
        string="Documents per minute",
        help="No more mails with documents in a minute, over all lanes. 0: no limit.",
    )
    dispatch_per_connection = fields.Integer(
        string="Documents per connection",
        help="Hang up and call again after so many mails. 0: no limit.",
    )
    dispatch_problem = fields.Char(
        string="Refused", readonly=True, copy=False,
        help="What the server said when it refused the login. Documents wait; no try is lost.",
    )
    dispatch_paused_until = fields.Datetime(readonly=True, copy=False)

    def write(self, vals):
        # somebody mends the account: use it at once
        if vals.keys() & {"smtp_user", "smtp_pass", "smtp_host", "smtp_port", "smtp_encryption", "active"}:
            vals = {**vals, "dispatch_problem": False, "dispatch_paused_until": False}
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
        one_line = mail_form.one_line
        return super()._build_email__(
            one_line(email_from), list(map(one_line, email_to)), one_line(subject), body,
            email_cc=list(map(one_line, email_cc or ())), email_bcc=list(map(one_line, email_bcc or ())),
            reply_to=one_line(reply_to), attachments=[(one_line(name), *rest) for name, *rest in attachments or ()],
            headers={name: one_line(value) for name, value in (headers or {}).items()}, **kwargs,
        )

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
            mail_form.straighten(message)
        return result

    def action_dispatch_resume(self):
        """Use a refused account again now."""
        self.write({"dispatch_problem": False, "dispatch_paused_until": False})
        self.env["document.dispatch.delivery"]._trigger_workers()

    def _dispatch_address(self):
        """The address that mails of this account come from, if it has one of its own."""
        for text in (self.from_filter, self.smtp_user):
            parsed = addresses.parse(text)
            if len(parsed.valid) == 1 and not parsed.invalid:
                return parsed.valid[0].email
        return False

    def _dispatch_note_refusal(self, reply):
        """The login was refused: the account rests, and managers learn of it."""
        self.write({"dispatch_problem": reply, "dispatch_paused_until": fields.Datetime.now() + REST})

    def _dispatch_note_accepted(self):
        if self.dispatch_problem:
            self.write({"dispatch_problem": False, "dispatch_paused_until": False})

    def _dispatch_pause(self, insist=False, in_hand=0):
        """Why this account must not be used now, and for how many seconds; ``None`` when it may.

        :param bool insist: use it although it rests
        :param int in_hand: mails that other workers are just handing over
        """
        now = fields.Datetime.now()
        rests = self.dispatch_paused_until and self.dispatch_paused_until > now
        if rests and not insist:
            text = self.env._("The account %(account)s was refused: %(reply)s",
                              account=self.name, reply=self.dispatch_problem)
            return text, (self.dispatch_paused_until - now).total_seconds()
        return (None if insist else self._dispatch_unreached_pause()) or self._dispatch_limit_pause(in_hand)
