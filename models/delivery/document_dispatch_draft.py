from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import formataddr

from ...tools.dispatch import address_fields, states
from ...tools.dispatch.steering import OutgoingMail
from ...tools.mail import headers as mail_form
from .document_dispatch_files import Withheld


class DocumentDispatch(models.Model):
    """The finished message as a draft for a person's own mail program (``.eml``, RFC 5322).

    Nobody here knows whether it left: the dispatch says so, until a person tells.
    """

    _inherit = "document.dispatch"

    draft_id = fields.Many2one("ir.attachment", readonly=True, ondelete="set null")

    def _hand_to_person(self):
        """Make the draft of a dispatch that a window just made, instead of mailing it."""
        self.ensure_one()
        if not self._channel()._can_draft():
            # nothing stays of the dispatch: the window says how it can go
            raise UserError(self._describe_paper_reason())
        if self.rehearsal:
            raise UserError(self.env._(
                "%s is in rehearsal: nothing is sent to customers. Click Send to have the e-mail sent to the "
                "supervisor.",
                self.company_id.name,
            ))
        dispatch = self._with_system_write()
        # as the dispatch is written. A file of no record is for who made it alone (ir.attachment): secret links of
        # the customer may stand in it
        dispatch.draft_id = dispatch.env["ir.attachment"].create({
            "name": f"{self.document_name.replace('/', '_')}.eml", "mimetype": "message/rfc822",
        })
        dispatch._freeze()
        dispatch.draft_id.raw = dispatch._build_draft()
        dispatch.recipient_ids._set_state(states.HANDED)
        dispatch._set_state(states.HANDED, self.env._(
            "Opened as a draft in the mail program of %s.", self.env.user.name))

    def _describe_paper_reason(self):
        """Why this dispatch goes on paper, in words for the person who wanted to mail it."""
        if self.channel_reason == "refused":
            return self.env._("%s refuses e-mail. Send it on paper.", self.partner_id.display_name)
        return self.env._("%s has no valid e-mail address. Enter one, or send it on paper.",
                          self.partner_id.display_name)

    def _build_draft(self):
        """Return the message as bytes, without what only a sending program knows (RFC 5322 §3.6)."""
        message = self._build_message()
        for name in ("Message-Id", "Date", "Return-Path", "Bcc"):
            del message[name]
        mail_form.straighten(message)
        message["X-Unsent"] = "1"  # mail programs open it for editing
        hidden = self.recipient_ids.filtered(lambda recipient: recipient.address_field == "bcc")
        if hidden:
            # the person's own program sends it, and takes them out of the header then
            message["Bcc"] = ", ".join(hidden.mapped("email"))
        return message.as_bytes()

    def _build_message(self):
        """Have Odoo build the one message to all recipients."""
        # the same message goes to all of them: the link in it is one that only shows
        first = self.recipient_ids[:1]
        to, cc = (
            [formataddr((recipient.name or "", recipient.email)) for recipient in readers]
            for readers in address_fields.address(self.recipient_ids))
        to = to or [self.email_from]  # all are in Bcc
        # sudo: only for the moment of building; clerks have no access to mails
        mail = self.env["mail.mail"].sudo().create({
            **self.mail_values, "email_to": ", ".join(to), "body_html": first.mail_body,
        })
        # in the form of all our mails
        mail = OutgoingMail(first.id, links=first._make_links()).on(mail)
        try:
            content = mail._prepare_outgoing_list()[0]
        except Withheld as withheld:
            raise withheld.error from None
        message = self.env["ir.mail_server"]._build_email__(
            email_from=content["email_from"], email_to=to, email_cc=cc, subject=content["subject"],
            body=content["body"], body_alternative=content["body_alternative"], reply_to=content["reply_to"],
            attachments=content["attachments"], headers=content["headers"], subtype="html",
            subtype_alternative="plain",
        )
        mail.unlink()
        return message

    def action_download_draft(self):
        """Open the draft in the mail program of the person who presses."""
        self.ensure_one()
        self.check_access("read")
        if not self.draft_id.has_access("read"):
            owner = self.draft_id.sudo().create_uid  # sudo: the name only
            raise UserError(self.env._("Only %s, who opened this draft, can use it.", owner.name))
        return {"type": "ir.actions.act_url", "url": f"/web/content/{self.draft_id.id}?download=true", "close": True}

    def action_handed_sent(self):
        """The person has sent it: the draft, or what they took into another program."""
        self._check_handed()
        for channel, dispatches in self._by_channel():
            channel._handed_sent(dispatches)

    def action_handed_dropped(self):
        """The person has not sent it, and will not."""
        self._check_handed()
        for channel, dispatches in self._by_channel():
            channel._handed_dropped(dispatches)

    def _check_handed(self):
        self.check_access("write")
        for dispatch in self:
            if dispatch.state != states.HANDED:
                raise UserError(self.env._("%s is not a draft in a mail program.", dispatch.document_name))
