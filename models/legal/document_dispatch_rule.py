from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .document_dispatch_preference import NETWORK, NETWORK_COPY

#: Invoices of customers who download them are looked at for so long after their date: a network has them by then
DAYS_BACK = timedelta(days=60)


class DocumentDispatchRule(models.Model):
    """Rules hand over what the law asks for, also of customers who want no mail."""

    _inherit = "document.dispatch.rule"

    @api.model
    def _cron_plan(self):
        """The round of the rules also sees what networks refused after they had accepted it."""
        result = super()._cron_plan()
        if self.env["account.move"]._dispatch_gates() and not self.env["document.dispatch.home"]._is_elsewhere():
            delivery = self.env["document.dispatch.delivery"]
            delivery._isolate(delivery._look_at_late_refusals)
        return result

    def _get_eligible_domain(self, model, types):
        """A customer who downloads invoices gets no copy; a network or an authority gets the invoice all the same."""
        domain = super()._get_eligible_domain(model, types)
        if model._name != "account.move" or not self.env["account.move.send"]._dispatch_has_networks():
            return domain
        unwanted = model.search(
            self._get_eligible_parts(model, types) & ~self._get_wanted_domain(model, types)
            & Domain("state", "=", "posted")
            & Domain("invoice_date", ">=", fields.Date.context_today(self) - DAYS_BACK))
        legal = unwanted._dispatch_filter_legal()
        return domain | (self._get_eligible_parts(model, types) & Domain("id", "in", legal.ids)) if legal else domain

    def _preview_going(self, documents):
        """Where a network comes first, say which, and what becomes of the copy."""
        for line in super()._preview_going(documents):
            if documents._name == "account.move":
                line = self._preview_network(documents.browse(line["res_id"]), line)
            yield line

    def _preview_network(self, move, line):
        """The line of an invoice, with the network that takes it first."""
        if move.state != "posted" or move._dispatch_rehearses() or not move._dispatch_is_legal():
            return line
        name = move._dispatch_network_address()
        if not move._dispatch_wants_copy():
            words = self.env._("To %s, without a copy, as the customer prefers.", name)
        elif line["outcome"] == "paper":
            words = self.env._("First to %s, then a copy on paper.", name)
        else:
            words = self.env._("First to %s, then a copy by e-mail.", name)
        why = self._preview_why_network(move)
        return {**line, "reason": " ".join(filter(None, (words, why if why != line["reason"] else "", line["reason"])))}

    def _preview_why_network(self, move):
        """Why an invoice goes by a network, where it is not Odoo's “Invoice sending” of the customer that says so."""
        if move._dispatch_wished_channel() in (NETWORK, NETWORK_COPY):
            return self._preview_channel_reason({"channel_reason": "wish"})
        return self.env._("Required by law.") if move._dispatch_is_mandatory() else ""
