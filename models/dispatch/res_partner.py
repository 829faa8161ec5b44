from odoo import api, models


class ResPartner(models.Model):
    """What a dispatch asks of its customer. The rooms above answer: who gets it (recipients), and who refuses e-mail (consent)."""

    _inherit = "res.partner"

    @api.model
    def _dispatch_reason(self, choice, role):
        """The recipient's ``reason`` for a choice: a flag is named, so that each is translated."""
        return f"flag_{role}" if choice.reason == "flag" else choice.reason

    @api.model
    def _dispatch_reason_label(self, choice, role):
        """Why an address was taken or passed over, in words."""
        return self.env["document.dispatch.recipient"]._reason_labels()[self._dispatch_reason(choice, role)]

    @api.model
    def _dispatch_reason_line(self, choice, role):
        """An address, and why it was taken or passed over."""
        return self.env._("%(address)s: %(reason)s",
                          address=choice.email, reason=self._dispatch_reason_label(choice, role))
