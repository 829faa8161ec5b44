from odoo import fields, models


class SaleOrderTemplate(models.Model):
    """A contract whose invoices go by themselves."""

    _inherit = "sale.order.template"

    dispatch_auto = fields.Boolean(
        string="Send its invoices automatically",
        help="Orders made from this template have their invoices marked “to send”, for the rules of automatic sending.",
    )
