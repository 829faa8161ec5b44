from odoo import fields, models


class SaleOrderTemplate(models.Model):
    """A contract whose invoices go by themselves."""

    _inherit = "sale.order.template"

    dispatch_auto = fields.Boolean(
        string="Send its invoices automatically",
        help="Invoices of orders created from this template are marked “to send”, for the rules of automatic sending.",
    )
