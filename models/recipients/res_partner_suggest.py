from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """Flags that follow from what contacts already tell."""

    _inherit = "res.partner"

    @api.model
    def _dispatch_suggest_flags_sources(self):
        """What contacts already tell: a list of (source, role whose flag follows, whether it is chosen at first).

        Each source has a method ``_dispatch_suggest_flags_<source>`` that returns its domain.
        """
        return [
            ("invoice_address", "invoice", True), ("invoice_address", "financial", False),
            ("by_email", "invoice", True),
        ]

    @api.model
    def _dispatch_suggest_flags_domain(self, source, company):
        """Contacts of which ``source`` tells something, and that have an address."""
        return company._dispatch_contact_domain() & Domain("email", "!=", False) & Domain(
            getattr(self, f"_dispatch_suggest_flags_{source}")())

    @api.model
    def _dispatch_suggest_flags_invoice_address(self):
        return [("type", "=", "invoice"), ("parent_id", "!=", False)]

    @api.model
    def _dispatch_suggest_flags_by_email(self):
        """Core's own choice on the customer; whoever has an invoice address gets it there."""
        return self._dispatch_entity_domain() & Domain([
            ("invoice_sending_method", "=", "email"),
            ("child_ids", "not any", [("type", "=", "invoice"), ("email", "!=", False)]),
        ])

    @api.model
    def _dispatch_suggest_flags(self, source, role, company):
        """Contacts that would be ticked for ``role``: those that are ticked already are not among them.

        :param str source: one of ``_dispatch_suggest_flags_sources``
        :param str role: see ``document.dispatch.type.role``
        :param company: whose contacts are looked at
        """
        return self.with_company(company).search(
            self._dispatch_suggest_flags_domain(source, company)
            & ~self._dispatch_receiving_domain(Domain("role_id.code", "=", role))
        )
