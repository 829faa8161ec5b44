from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

#: Invoices of customers who download them are looked at for so long after their date: a network has them by then
DAYS_BACK = timedelta(days=60)


class DocumentDispatchRule(models.Model):
    """Rules hand over what the law asks for, also of customers who want no mail."""

    _inherit = "document.dispatch.rule"

    def _get_eligible_domain(self, model, types):
        """A customer who downloads invoices gets no copy; a network or an authority gets the invoice all the same."""
        domain = super()._get_eligible_domain(model, types)
        if model._name != "account.move" or not self.env["account.move.send"]._dispatch_has_networks():
            return domain
        unwanted = model.search(
            self._get_eligible_parts(model, types) & ~model._dispatch_wanted_domain() & Domain("state", "=", "posted")
            & Domain("invoice_date", ">=", fields.Date.context_today(self) - DAYS_BACK))
        legal = unwanted.filtered(lambda move: move._dispatch_is_legal())
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
            words = self.env._("To %s, without a copy: the customer wants none.", name)
        elif line["outcome"] == "paper":
            words = self.env._("First to %s, then a copy on paper.", name)
        else:
            words = self.env._("First to %s, then a copy by e-mail.", name)
        return {**line, "reason": " ".join(filter(None, (words, line["reason"])))}
