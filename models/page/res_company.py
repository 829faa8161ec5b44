from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """Whether customers have a page, and how long the links in mails lead to it."""

    _inherit = "res.company"

    dispatch_customer_page = fields.Boolean(
        string="Customer page",
        help="E-mails with documents contain a link to a page with all invoices of the customer, open amounts and "
             "PDFs, without login.",
    )
    dispatch_page_days = fields.Integer(
        string="Links expire after (days)",
        help="Number of days after the e-mail was sent. 0: until the link is renewed.",
    )
    dispatch_extra_accept = fields.Boolean(
        string="Extra recipients can accept",
        help="Recipients whose address was only entered in the Send window can accept quotations in the customer's "
             "name, too. Otherwise the link only shows the quotation.",
    )

    @api.constrains("dispatch_page_days")
    def _check_dispatch_page_days(self):
        if any(company.dispatch_page_days < 0 for company in self):
            raise ValidationError(self.env._("The number of days until links expire must be 0 or more."))

    def _dispatch_address_line(self):
        """Where the company is, in one line without its name, as customers may read it on pages and in mails."""
        self.ensure_one()
        # sudo: what stands on all of its documents
        lines = self.sudo().partner_id._display_address(without_company=True).splitlines()
        return ", ".join(filter(None, map(str.strip, lines)))
