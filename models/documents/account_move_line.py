from odoo import api, models


class AccountMoveLine(models.Model):
    """Lines that invoice an order: the order says whether the invoice goes by itself."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Mark the invoice of a contract whoever makes it: the order, a down payment, another module."""
        lines = super().create(vals_list)
        if any(vals.get("sale_line_ids") for vals in vals_list):
            lines.filtered("sale_line_ids").move_id._dispatch_mark_of_contract()
        return lines
