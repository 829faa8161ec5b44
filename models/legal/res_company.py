from odoo import fields, models


class ResCompany(models.Model):
    """What a company says of copies beside its legal invoices."""

    _inherit = "res.company"

    dispatch_mail_before = fields.Boolean(
        groups="base.group_user",
        string="Send copies before acceptance",
        help="A copy by e-mail or on paper does not wait until the network or the tax authority has accepted the "
             "invoice.",
    )
    dispatch_network_patience = fields.Integer(
        groups="base.group_user",
        string="Hours until notification", default=24,
        help="How long a network or tax authority may take to answer before the sender of the invoice is notified. 0: "
             "no notification.",
    )
