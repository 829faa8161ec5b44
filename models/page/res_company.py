from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """Whether customers have a page, and how long the links in mails lead to it."""

    _inherit = "res.company"

    dispatch_customer_page = fields.Boolean(
        string="Customer page",
        help="Mails with documents carry a link to a page with all invoices of the customer, what is open, and their "
        "PDFs, without login.",
    )
    dispatch_page_days = fields.Integer(
        string="Links valid for (days)",
        help="So many days after the mail was sent. 0: as long as the link is not renewed.",
    )
    dispatch_extra_accept = fields.Boolean(
        string="Extra recipients may accept",
        help="Whoever gets a quotation by an address that was only typed may accept it in the customer's name, too. "
        "Else the link shows it, and nothing more.",
    )

    @api.constrains("dispatch_page_days")
    def _check_dispatch_page_days(self):
        if any(company.dispatch_page_days < 0 for company in self):
            raise ValidationError(self.env._("The days for which links open are a number from 0 upwards."))
