from odoo import fields, models
from odoo.exceptions import UserError

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
        if blocking_reason := document._dispatch_blocking_reason(self.type_code):
            raise UserError(self.env._(
                "%(document)s: %(blocking_reason)s",
                document=self.document_name, blocking_reason=blocking_reason,
            ))
        dispatch = document._dispatch_insert([self._prepare_resend_vals(document, fresh, choices, only)])
        if dispatch.channel == "email":
            dispatch._deliver_soon()
        return dispatch

    def _prepare_resend_vals(self, document, fresh, choices, only=None):
        partner = document._dispatch_partner()
        directory = partner.with_company(self.company_id)._dispatch_directory()
        vals = document._dispatch_prepare_vals(self.type_id, directory, "resend", "queued")
        if vals.get("channel_reason") == "refused":
            raise UserError(self.env._(
                "%(customer)s refuses e-mail: %(document)s goes on paper, from the paper tray.",
                customer=partner.display_name, document=self.document_name,
            ))
        vals = document._dispatch_add_typed(document._dispatch_keep_only(vals, only), choices)
        vals.update(resend_of_id=self.id, mail_server_id=self.mail_server_id.id, report_id=self.report_id.id,
                    mail_template_id=self.mail_template_id.id)
        if not fresh and self.content_ready and not (self.bundle_id or self.bundled_ids):  # that text speaks of others
            # sudo: the dispatch's own content; the document was checked
            dispatch = self.sudo()
            vals.update(
                {name: dispatch[name] for name in SAME_CONTENT},
                attachment_ids=[fields.Command.set(dispatch.attachment_ids.ids)], lang=self.lang,
            )
        return vals
