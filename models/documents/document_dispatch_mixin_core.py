import functools
import logging
from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.dispatch.steering import SendRequest

_logger = logging.getLogger(__name__)


def wrap(kind, name, hook):
    """Call a hook for the documents of a kind after one of its methods, whoever else extends that.

    On the class of the registry, as Odoo's own automations do (``base_automation``): so the hook comes once, after all
    overrides, with what was asked and answered left as it is.

    :param kind: the class of the registry
    :param str name: of the method
    :param str hook: of the method that is called; one that goes back to draft is asked before which documents do
    """
    original = getattr(kind, name)

    @functools.wraps(original)
    def wrapper(self, *args, **kwargs):
        if type(self) is not kind:  # of a model that inherits from the kind: it has its own
            return original(self, *args, **kwargs)
        documents = self._dispatch_going_back() if hook == "_dispatch_new_revision" else self
        result = original(self, *args, **kwargs)
        if documents:
            getattr(documents, hook)()
        return result

    wrapper.dispatch_hook = hook
    setattr(kind, name, wrapper)


class DocumentDispatchMixin(models.AbstractModel):
    """What core does with a document: each kind only says which of its methods mean it."""

    _inherit = "document.dispatch.mixin"

    def _register_hook(self):
        """Watch the methods that a kind named, and say what is wrong with it; the registry loads all the same."""
        super()._register_hook()
        if self._abstract:
            return
        try:
            for fault in self._dispatch_describe_faults():
                _logger.error("%s", fault)
            for hook, names in self._dispatch_get_marked_methods().items():
                for name in names:
                    if callable(getattr(type(self), name, None)):
                        wrap(type(self), name, hook)
        except Exception:
            _logger.exception("The documents “%s” are not watched", self._name)

    def _unregister_hook(self):
        for name, method in list(vars(type(self)).items()):
            if hasattr(method, "dispatch_hook"):
                delattr(type(self), name)
        return super()._unregister_hook()

    # ------------------------------------------------------------------
    # What changes under way
    # ------------------------------------------------------------------

    def _dispatch_done(self):
        """Rules that send at once take them."""
        self.env["document.dispatch.rule"]._plan_posted(self)
        return super()._dispatch_done()

    @api.ondelete(at_uninstall=False)
    def _unlink_withdraw_dispatches(self):
        self._dispatch_withdraw(self.env._("The document was deleted."))

    # ------------------------------------------------------------------
    # Core's exits
    # ------------------------------------------------------------------

    def message_post(self, **kwargs):
        """Core's window marks documents as sent here, before any mail exists; a dispatch takes the mail's place.

        Anybody can write core's mark into the context of a message on the portal (``/mail/message/post``): from
        whom may not send the document it means nothing.
        """
        if "message_ids" not in self._fields:
            raise UserError(self.env._("It has no chatter."))
        request = SendRequest.of(self.env)
        if not self._dispatch_is_marked() or not self._dispatch_type():
            document = self._dispatch_say_answers(request, kwargs) if request and request.posting else self
            return super(DocumentDispatchMixin, document).message_post(**kwargs)
        document = self.with_context(**{self._dispatch_sent_mark: False})
        if document._dispatch_may_send():
            kwargs.setdefault("notify_author_mention", True)  # as core does under that mark
            request = replace(
                request or SendRequest("manual"), posting=True,
                email_from=kwargs.get("email_from") or "",  # the window shows it, and lets it be changed
            )
            document = document._dispatch_say_answers(request, kwargs)
        return super(DocumentDispatchMixin, document).message_post(**kwargs)

    @api.model
    def _dispatch_is_marked(self):
        """Tell whether core's window for this kind is at work, as the context says."""
        return bool(self._dispatch_sent_mark and self.env.context.get(self._dispatch_sent_mark))

    def _dispatch_say_answers(self, request, values):
        """These documents, and where answers to the message with these values go as its text says."""
        return replace(request, reply_to=values.get("reply_to") or request.reply_to).on(self)

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        return self._dispatch_link_groups(super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals))

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        if self._dispatch_capture(message, kwargs):
            return []
        return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
