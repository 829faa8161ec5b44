from odoo import fields, models

from ...tools.dispatch import states

#: The person's own WhatsApp, on their telephone or in their browser
WHATSAPP = "whatsapp"


class DocumentDispatch(models.Model):
    """Documents that a person sends from a program of their own: the house only writes the text.

    Nobody here knows whether it left: the dispatch says so, until the person tells.
    """

    _inherit = "document.dispatch"

    channel = fields.Selection(selection_add=[(WHATSAPP, "WhatsApp")], ondelete={WHATSAPP: "set default"})

    def action_handed_sent(self):
        """The person has sent it."""
        by_hand = self.filtered(lambda dispatch: dispatch.channel == WHATSAPP)
        result = super(DocumentDispatch, self - by_hand).action_handed_sent() if self - by_hand else None
        if by_hand:
            by_hand._check_handed()
            by_hand._with_system_write().sent_date = fields.Datetime.now()
            by_hand._set_state(states.SENT, self.env._("%s sent it by WhatsApp.", self.env.user.name))
            by_hand._tell_documents("_dispatch_accepted")
        return result

    def action_handed_dropped(self):
        """The person has not sent it, and will not."""
        by_hand = self.filtered(lambda dispatch: dispatch.channel == WHATSAPP)
        result = super(DocumentDispatch, self - by_hand).action_handed_dropped() if self - by_hand else None
        if by_hand:
            by_hand._check_handed()
            by_hand._set_state(states.CANCELLED, self.env._("%s did not send it.", self.env.user.name))
        return result

    def action_open_whatsapp(self):
        """Open WhatsApp once more, with the text and a new link."""
        self.ensure_one()
        self._check_handed()
        return self._document()._dispatch_whatsapp_action()

    def _explain_what_next(self):
        if self.state == states.HANDED and self.channel == WHATSAPP:
            return self.env._("Nothing goes from here. Nobody here knows whether the message was sent.")
        return super()._explain_what_next()
