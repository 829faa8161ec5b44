from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.dispatch import clicks
from ...tools.dispatch.precedence import Chosen

#: What a second sending takes over from the first: the very same text and files
SAME_CONTENT = (
    "subject", "body", "email_from", "reply_to", "email_layout_xmlid", "keep_mail", "content_ready", "without_files",
)


class DocumentDispatch(models.Model):
    """Sending again: always a new dispatch, never a change of the old one."""

    _inherit = "document.dispatch"

    def action_resend(self):
        """Open the window that sends these documents again."""
        return self.env["document.dispatch.resend"]._open([dispatch._document().name for dispatch in self])

    def _resend(self, fresh=False, choices=(), only=None):
        """Send the document of this dispatch once more, to those whom the flags name now.

        :param bool fresh: make text and files anew; else the very same ones go
        :param choices: more addresses, :class:`tools.recipients.recipients.Choice`
        :param only: addresses that a person left of those whom the flags name; ``None``: all of them
        :return: the new dispatch, which is on its way
        """
        self.ensure_one()
        document = self._document().with_company(self.company_id)
        document.check_access("read")
        document._dispatch_check_switch()
        if blocking_reason := document._dispatch_blocking_reason(self.type_code):
            raise UserError(self.env._(
                "%(document)s: %(blocking_reason)s",
                document=self.document_name, blocking_reason=blocking_reason,
            ))
        same = self._is_sent_as_it_was(fresh)
        dispatch = document._dispatch_insert([self._prepare_resend_vals(document, same, choices, only)])
        if same:
            self._copy_translations(dispatch)
        # sudo: as above; what waited for this one waits for the new one
        copies = self.sudo().copy_ids.filtered(lambda copy: clicks.can_cancel(copy.state))
        copies._with_system_write().after_id = dispatch
        dispatch._deliver_soon()
        return dispatch

    def _is_sent_as_it_was(self, fresh):
        """Tell whether text and files of this dispatch can go once more."""
        # the text of a bundle speaks of others
        return not fresh and self.content_ready and not (self.bundle_id or self.bundled_ids)

    def _copy_translations(self, dispatch):
        """Readers of another language than the customer's get the text that went in theirs.

        :param dispatch: the new one
        """
        # sudo: the dispatch's own content; the document was checked
        texts = {r.lang: {"subject": r.subject, "body": r.body} for r in self.sudo().recipient_ids if r.body}
        for recipient in dispatch.recipient_ids.filtered(lambda recipient: recipient.lang in texts):
            recipient._with_system_write().write(texts[recipient.lang])

    def _prepare_resend_vals(self, document, same, choices, only=None):
        """Values of the new dispatch.

        :param bool same: the very text and files of this one go; else what goes is decided anew, apart from what was
            chosen for this one above its type
        :param only: see :meth:`_resend`
        """
        partner = document._dispatch_partner()
        directory = partner.with_company(self.company_id)._dispatch_directory()
        dispatch_type = self.type_id if same else document._dispatch_type_of(self.type_code) or self.type_id
        vals = document._dispatch_prepare_vals(dispatch_type, directory, "resend", "queued", Chosen(
            template=self.mail_template_id, report=self.report_id,
            account=self.rule_id.sudo().mail_server_id,  # sudo: to use, not to read
        ))
        if vals.get("channel_reason") == "refused":
            raise UserError(self.env._(
                "%(customer)s refuses e-mail: %(document)s is sent on paper, from the paper tray.",
                customer=partner.display_name, document=self.document_name,
            ))
        vals = document._dispatch_set_recipients(vals, only, choices)
        vals["resend_of_id"] = self.id
        if same:
            # sudo: as above
            dispatch = self.sudo()
            vals.update(
                {name: dispatch[name] for name in SAME_CONTENT},
                attachment_ids=[fields.Command.set(dispatch.attachment_ids.ids)], lang=self.lang,
                mail_server_id=dispatch.mail_server_id.id,
            )
        return vals
