from dataclasses import replace

from odoo import api, models

from ...tools.dispatch.steering import SendRequest


class MailThread(models.AbstractModel):
    """Records of any model, where an administrator made that model a kind of document."""

    _inherit = "mail.thread"

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """The mails of a record that is being sent become a dispatch."""
        request = SendRequest.of(self.env)
        asked = request or "dispatch_request" in kwargs or self.env.context.get("dispatch_scheduled")
        if asked and self and self.env["document.dispatch"]._is_configured(self._name):
            documents = self.env["document.dispatch"]._documents_of(self._name, self.ids, create=True)
            if document := documents.get(self.id):
                if request:
                    document = replace(request, reply_to=self._dispatch_said_reply_to(message)).on(document)
                if document._dispatch_capture(message, kwargs):
                    return []
        kwargs.pop("dispatch_request", None)  # it is none any more: Odoo's own mail goes
        return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)

    def _dispatch_said_reply_to(self, message):
        """Where answers go as the text says; empty where the message only names what Odoo would choose."""
        chosen = self._notify_get_reply_to(default=message.email_from, author_id=message.author_id.id)[self.id]
        return message.reply_to if message.reply_to != chosen else ""

    @api.ondelete(at_uninstall=False)
    def _unlink_withdraw_records(self):
        """What waits for a record is withdrawn with it."""
        if self._name in self.env["document.dispatch.type"]._get_sources():
            self.env["document.dispatch.record"]._find(self)._note_gone()
