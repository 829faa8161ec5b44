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
        string="Links open for", help="So many days after the mail was sent. 0: as long as the link is not renewed.",
    )
    dispatch_extra_accept = fields.Boolean(
        string="Everybody may accept", help="Whoever gets a quotation by an address that was only typed may accept it "
        "in the customer's name, too. Else the link shows it, and nothing more.",
    )

    @api.constrains("dispatch_page_days")
    def _check_dispatch_page_days(self):
        if any(company.dispatch_page_days < 0 for company in self):
            raise ValidationError(self.env._("The days for which links open are a number from 0 upwards."))

    def _dispatch_address_line(self):
        """Where the company is, in one line without its name, as customers may read it on pages and in mails."""
        self.ensure_one()
        # sudo: what stands on all of its documents
        lines = self.sudo().partner_id._display_address(without_company=True).splitlines()
        return ", ".join(filter(None, map(str.strip, lines)))
