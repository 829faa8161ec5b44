from odoo import models
from odoo.fields import Domain


class ResCompany(models.Model):
    """Whom the company may write to, and what it must send by e-mail."""

    _inherit = "res.company"

    def _dispatch_duties(self):
        """The kinds of documents that this company mails to those who refuse, too, in words: the law asks for it."""
        types = self.env["document.dispatch.type"].search([
            ("refusal_applies", "=", False), ("company_id", "in", [False, self.id])])
        if self.country_id.code != "BR":
            types = types.filtered(lambda dispatch_type: dispatch_type.role != "nf")
        return ", ".join(types.mapped("name"))

    def _dispatch_contact_domain(self):
        """Contacts that this company may write to."""
        return Domain("company_id", "=", False) | Domain("company_id", "parent_of", self.id)
