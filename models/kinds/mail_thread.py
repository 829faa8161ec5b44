from dataclasses import replace

from odoo import models

from ...tools.dispatch.steering import SendRequest


class MailThread(models.AbstractModel):
    """Records of any model, where an administrator made that model a kind of document."""

    _inherit = "mail.thread"

    def _dispatch_is_configured(self):
        return bool(self) and self.env["document.dispatch"]._is_configured(self._name)

    def message_post(self, **kwargs):
        """Keep where answers go as the text says: core's message names an address in any case."""
        request = SendRequest.of(self.env)
        if not request or not request.posting or not self._dispatch_is_configured():
            return super().message_post(**kwargs)
        thread = replace(request, reply_to=kwargs.get("reply_to") or "").on(self)
        return super(MailThread, thread).message_post(**kwargs)

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """The mails of a record that is being sent become a dispatch."""
        asked = SendRequest.of(self.env) or "dispatch_request" in kwargs or self.env.context.get("dispatch_scheduled")
        if asked and self._dispatch_is_configured():
            documents = self.env["document.dispatch"]._documents_of(self._name, self.ids, create=True)
            if (document := documents.get(self.id)) and document._dispatch_capture(message, kwargs):
                return []
        kwargs.pop("dispatch_request", None)  # it is none any more: Odoo's own mail goes
        return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)

    def unlink(self):
        """What waits for a record is withdrawn with it."""
        documents = self.env["document.dispatch.record"]
        if self and self._name in self.env["document.dispatch.type"]._get_sources():
            documents = documents._find(self)
        result = super().unlink()
        if documents:
            documents._note_gone()
        return result
