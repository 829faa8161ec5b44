from odoo import models


class ResUsers(models.Model):
    """Who may open customers' pages."""

    _inherit = "res.users"

    def _dispatch_may_open_pages(self):
        """Tell whether this user may see all invoices, and so what customers see on their pages."""
        return self.has_group("account.group_account_invoice")
