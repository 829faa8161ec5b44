from odoo import api, fields, models


class MailComposeMessage(models.TransientModel):
    """Odoo's window for quotations and orders."""

    _name = "mail.compose.message"
    _inherit = ["mail.compose.message", "document.dispatch.window"]

    dispatch_active = fields.Boolean(compute="_compute_dispatch_active")

    @api.depends("model", "res_ids", "composition_mode")
    @api.depends_context("mark_so_as_sent")
    def _compute_dispatch_active(self):
        for composer in self:
            composer.dispatch_active = bool(composer._dispatch_document())

    @api.depends("model", "res_ids")
    def _compute_dispatch_reasons(self):
        return super()._compute_dispatch_reasons()

    @api.depends("model", "res_ids", "template_id", "lang")
    def _compute_dispatch_text_id(self):
        return super()._compute_dispatch_text_id()

    def _compute_authorship(self):
        """The window shows the sender that will be, where the document type's account is one."""
        result = super()._compute_authorship()
        for composer in self.filtered("dispatch_active"):
            composer.email_from = composer._dispatch_default_sender(composer.email_from)
        return result

    @api.depends("dispatch_text")
    def _compute_subject(self):
        result = super()._compute_subject()
        self._dispatch_apply_last_text("subject")
        return result

    @api.depends("dispatch_text")
    def _compute_body(self):
        result = super()._compute_body()
        self._dispatch_apply_last_text("body")
        return result

    def _dispatch_document(self):
        """The one document that core's “Send” opened this window for (``mark_so_as_sent``), or any
        that the context of a client says: what is sent asks for the rights on it.
        """
        nothing = self.env["sale.order"]
        if not self.env.context.get("mark_so_as_sent") or self.composition_mode != "comment":
            return nothing
        if self.model not in self.env or "dispatch_state" not in self.env[self.model]._fields:
            return nothing
        documents = self.env[self.model].browse(self._evaluate_res_ids())
        return documents if len(documents) == 1 else nothing

    def _dispatch_contacts(self):
        return self.partner_ids

    def _dispatch_window_send(self):
        return self.action_send_mail()

    def _prepare_mail_values_rendered(self, res_ids):
        """Typed addresses are recipients, too; they stay with a message that is sent later."""
        values = super()._prepare_mail_values_rendered(res_ids)
        if self.dispatch_active and (typed := self._dispatch_typed()):
            for of_document in values.values():
                of_document["outgoing_email_to"] = ", ".join(typed)
        return values

    def _action_send_mail_comment(self, res_ids):
        if not self.dispatch_active:
            return super()._action_send_mail_comment(res_ids)
        self._dispatch_document().check_access("read")  # the window may say any id
        self.email_from = self._dispatch_check_sender(self.email_from)
        self._dispatch_remember()
        composer = self._dispatch_window_request().on(self)
        return super(MailComposeMessage, composer)._action_send_mail_comment(res_ids)

    def _action_schedule_message(self):
        for composer in self.filtered("dispatch_active"):
            composer.email_from = composer._dispatch_check_sender(composer.email_from)
        return super()._action_schedule_message()

    def action_send_mail(self):
        action = super().action_send_mail()
        pdf = self.attachment_ids.filtered(lambda file: file.mimetype == "application/pdf")[:1]
        if len(self) == 1 and self.dispatch_active and self.dispatch_download and pdf:
            return {"type": "ir.actions.act_url", "url": f"/web/content/{pdf.id}?download=true", "close": True}
        return action
