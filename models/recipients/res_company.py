from odoo import models
from odoo.fields import Domain


class ResCompany(models.Model):
    """Whom the company may write to."""

    _inherit = "res.company"

    def _dispatch_contact_domain(self):
        """Contacts that this company may write to."""
        return Domain("company_id", "=", False) | Domain("company_id", "parent_of", self.id)
