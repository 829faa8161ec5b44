from odoo import fields, models
from odoo.fields import Domain

from ...tools.legal import gates


class DocumentDispatchSetup(models.AbstractModel):
    """First steps: customers whom the law lets get no invoice by mail alone."""

    _inherit = "document.dispatch.setup"

    def _look_at_contacts(self, company):
        done, words = super()._look_at_contacts(company)
        if missing := self.env["document.dispatch.health"]._explain_without_network(company):
            return False, f"{missing} {words}"
        return done, words


class DocumentDispatchHealth(models.AbstractModel):
    """The overview names them, too."""

    _inherit = "document.dispatch.health"

    def _get_problems(self):
        return [*super()._get_problems(), *self._check_networks()]

    def _check_networks(self):
        for company in self.env.companies:
            if words := self._explain_without_network(company):
                yield words

    def _explain_without_network(self, company):
        """Say how many customers of a company cannot be reached where the law wants their invoices; empty: none."""
        if not gates.is_mandatory(company.country_code, fields.Date.context_today(self)):
            return ""
        count = self.env["res.partner"].with_company(company).search_count(self._get_without_network_domain(company))
        if not count:
            return ""
        return self.env._(
            "Customers in %(country)s who cannot receive a legal invoice by e-mail alone: %(count)s. The law requires "
            "a network, and they have no valid address there, or %(company)s is not registered with it.",
            count=count, country=company.country_id.name, company=company.name)

    def _get_without_network_domain(self, company):
        """Companies of the same country that were invoiced, and that no network reaches from this company.

        What they have there is asked of each company: search with it.
        """
        known = [gate for gate in self.env["account.move"]._dispatch_gates()
                 if gate.reachable and gate.reachable[0] in self.env["res.partner"]._fields]
        if not known:
            return Domain.FALSE
        domain = Domain([
            ("country_id", "=", company.country_id.id), ("is_company", "=", True), ("customer_rank", ">", 0),
            ("parent_id", "=", False), ("company_id", "in", [False, company.id]), ("id", "!=", company.partner_id.id),
        ])
        for gate in known:
            ready, values = gate.ready
            if company.sudo()[ready] in values:  # sudo: as account.move._dispatch_network_is_ready
                domain &= Domain(gate.reachable[0], "!=", gate.reachable[1])
        return domain
