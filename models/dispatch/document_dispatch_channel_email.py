from odoo import models

from ...tools.dispatch import states
from ...tools.mail import replies


class DocumentDispatchChannelEmail(models.AbstractModel):
    """By e-mail: to whom the flags name, and to whom a person names. Text, mails and servers: ``delivery``."""

    _name = "document.dispatch.channel.email"
    _inherit = ["document.dispatch.channel"]
    _description = "E-mail Channel"
    _sequence = 10

    def _get_name(self):
        return self.env._("E-mail")

    def _is_usual(self):
        return True

    def _takes_addresses(self):
        return True

    def _why_not(self, document, dispatch_type, resolution):
        # a refusal wins over every flag
        partner = document._dispatch_partner()
        if partner._dispatch_refuses(dispatch_type, document.company_id):
            return self._reason(self.env._("The customer refuses e-mail"), "refused")
        return None if resolution.chosen else self._reason(self.env._("No valid address"), "no_address")

    def _why(self, document, dispatch_type):
        """A legal duty wins over a refusal."""
        return "duty" if document._dispatch_partner()._dispatch_duty(dispatch_type, document.company_id) else False

    def _initial_state(self, state, rehearsal):
        return state  # a rehearsal goes to the supervisor

    def _prepare_recipients(self, document, dispatch_type, resolution, lang, text_lang=False):
        return document._dispatch_prepare_recipients(dispatch_type, resolution, lang, text_lang)

    def _prepare_vals(self, document, dispatch_type, resolution, vals, state, text_lang=False):
        values = super()._prepare_vals(document, dispatch_type, resolution, vals, state, text_lang)
        return {**values, "common_mail": document._dispatch_shares_mail()}

    def _is_refused(self, dispatch):
        return dispatch.partner_id._dispatch_refuses(dispatch.type_id, dispatch.company_id)

    def _get_actions(self):
        return (*super()._get_actions(), "proof")

    def _explain_outcome(self, dispatch):
        if dispatch.state == states.SENT:
            accepted = dispatch.recipient_ids.filtered(lambda recipient: recipient.state == states.SENT)
            if len(accepted) == 1:
                return self.env._("Accepted for %s", accepted.email)
            return self.env._("Accepted for %s recipients", len(accepted))
        if dispatch.next_try:
            waiting = dispatch.recipient_ids.filtered(lambda recipient: recipient.state == states.DEFERRED)
            said = dict.fromkeys(recipient._explain_reply() for recipient in waiting)
            return "\n".join((*said, self._explain_next_try(dispatch)))
        return super()._explain_outcome(dispatch)

    def _explain_recipient(self, recipient):
        values = {"address": recipient.email, "meaning": recipient._explain_reply(), "reply": recipient.reply}
        if recipient._was_withheld():
            return "{address}: {meaning} {reply}".format(**values)
        if replies.connection(recipient.reply) and not replies.is_answer(recipient.reply):
            return "{address}: {meaning} ({reply})".format(**values)  # no server said that
        return self.env._("%(address)s: %(meaning)s Server reply: %(reply)s", **values)

    def _explain_advice(self, recipient):
        return recipient._explain_advice()
