from odoo import api, models

#: Of ``channel``: by a network and nothing beside it; by a network, and then a copy
NETWORK, NETWORK_COPY = "network", "network_email"


class DocumentDispatchPreference(models.Model):
    """Customers who want networks, where there is one."""

    _inherit = "document.dispatch.preference"

    @api.model
    def _selection_channel(self):
        choices = super()._selection_channel()
        if not self.env["account.move.send"]._dispatch_has_networks():
            return choices
        return [*choices, (NETWORK, self.env._("Network")),
                (NETWORK_COPY, self.env._("Network, then a copy by e-mail"))]

    @api.model
    def _is_by_mail(self, wish):
        return wish == NETWORK_COPY or super()._is_by_mail(wish)
