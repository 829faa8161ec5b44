from odoo import models

from ...tools.dispatch import states


class DocumentDispatchChannelWhatsapp(models.AbstractModel):
    """By the person's own WhatsApp, on their telephone or in their browser: the house only writes the text.

    Nobody here knows whether it left: the dispatch says so, until the person tells.
    """

    _name = "document.dispatch.channel.whatsapp"
    _inherit = ["document.dispatch.channel"]
    _description = "WhatsApp Channel"
    _sequence = 30

    def _get_name(self):
        return self.env._("WhatsApp")

    def _shows_content(self):
        return False

    def _get_actions(self):
        return ("open_whatsapp",)

    def _explain_what_next(self, dispatch):
        if dispatch.state == states.HANDED:
            return self.env._("Nothing more is sent from Odoo, which does not know whether the message was sent.")
        return super()._explain_what_next(dispatch)

    def _handed_sent(self, dispatches, message=False):
        return super()._handed_sent(dispatches, self.env._("Sent by %s on WhatsApp.", self.env.user.name))
