from odoo import api, models

from ...tools.legal import gates


class AccountMoveSend(models.AbstractModel):
    """Core's pipeline calls networks and authorities only where nothing of ours would undo what they took."""

    _inherit = "account.move.send"

    @api.model
    def _dispatch_has_networks(self):
        """Tell whether a module is installed that hands invoices to a network or an authority."""
        methods = dict(self.env["res.partner"]._fields["invoice_sending_method"]._description_selection(self.env))
        return bool(methods.keys() - gates.LOCAL_METHODS or self._get_all_extra_edis().keys() - gates.FILE_EXTRAS)
