from odoo import api, fields, models


class SaleOrderSendWindow(models.TransientModel):
    """Several quotations and orders: one window after another, all at once, or one mail for each customer."""

    _name = "sale.order.send.window"
    _inherit = ["document.dispatch.bulk"]
    _description = "Send Quotations and Orders"

    order_ids = fields.Many2many("sale.order", required=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if "order_ids" in fields_list and self.env.context.get("active_model") == "sale.order":
            # what a client says: reading and sending them asks for the rights
            values.setdefault("order_ids", [fields.Command.set(self.env.context.get("active_ids") or [])])
        return values

    def _dispatch_ours(self):
        return self.order_ids._origin

    @api.depends("order_ids", "dispatch_again", "dispatch_grouping", "dispatch_send_on", "dispatch_at_once")
    def _compute_dispatch_summary(self):
        return super()._compute_dispatch_summary()

    def action_send(self):
        """Send as chosen."""
        self.ensure_one()
        self.order_ids.check_access("write")
        self.order_ids._dispatch_check_switch()
        Batch = self.env["document.dispatch.batch"]
        if self.dispatch_grouping == "each":
            return Batch._start_queue(self.order_ids)
        self._dispatch_check_grouping(self.order_ids)
        self._dispatch_check_send_on()
        orders = self._dispatch_bulk_request().on(self.order_ids)
        return Batch._start(orders, self.dispatch_grouping, self.dispatch_again)._open()
