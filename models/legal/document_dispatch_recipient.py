from odoo import api, models


class DocumentDispatchRecipient(models.Model):
    """A network as a recipient."""

    _inherit = "document.dispatch.recipient"

    @api.model
    def _selection_reason(self):
        choices = super()._selection_reason()
        channels = self.env["document.dispatch.channel"]
        if not set(channels._get_codes("_is_network")).intersection(dict(channels._get_selection())):
            return choices  # there is no network, and never was
        return [*choices, ("network", self.env._("Required by law or by the customer"))]

    def action_send_again(self):
        """A person has looked there: the network does not have it, and is called once more."""
        self.dispatch_id._forget_network()
        return super().action_send_again()
