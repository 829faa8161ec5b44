from odoo import fields, models


class ResCompany(models.Model):
    """What a company says of copies beside its legal invoices."""

    _inherit = "res.company"

    dispatch_mail_before = fields.Boolean(
        groups="base.group_user",
        string="Copies may go before the answer",
        help="A copy by mail or on paper does not wait until the network or the tax authority took the invoice.",
    )
    dispatch_network_patience = fields.Integer(
        groups="base.group_user",
        string="Hours until somebody is told", default=24,
        help="So long a network or a tax authority may take to answer before whoever sent the invoice is told. "
        "0: nobody is told.",
    )
