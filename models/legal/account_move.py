from odoo import api, models
from odoo.tools import html2plaintext

from ...tools.legal import gates


class AccountMove(models.Model):
    """An invoice that a network or a tax authority takes, before or instead of a mail."""

    _inherit = "account.move"

    @api.model
    def _dispatch_gates(self):
        """The lines of the table whose modules are installed here, :data:`tools.legal.gates.GATES`."""
        return [gate for gate in gates.GATES if gate.state.partition(".")[0] in self._fields]

    def _dispatch_legal_state(self):
        """What networks and authorities said of this invoice.

        :return: :class:`tools.legal.gates.Legal`
        """
        self.ensure_one()
        # sudo: some of the fields are for other groups; what is read is shown as the outcome of sending
        return gates.combine([self.sudo()._dispatch_ask_gate(gate) for gate in self._dispatch_gates()])

    def _dispatch_ask_gate(self, gate):
        """What the module of one gate says of this invoice.

        :param gate: :class:`tools.legal.gates.Gate`
        """
        state = gates.interpret(gate, self._dispatch_read_path(gate.state), self._dispatch_read_path(gate.handed),
                                self._dispatch_read_path(gate.error))
        if state == gates.NONE:
            return gates.Legal()
        return gates.Legal(state, gate.name, self._dispatch_gate_words(gate, state),
                           str(self._dispatch_read_path(gate.number) or ""))

    def _dispatch_read_path(self, path):
        """The value at the end of a path of fields; of several records the first in their order, the newest.

        :param str path: names with dots between them; empty: ``False``
        """
        value = self
        for name in path.split(".") if path else ():
            value = value.sorted()[:1][name]
        return value if path else False

    def _dispatch_gate_words(self, gate, state):
        """What the network or authority said, as plain text.

        :param gate: :class:`tools.legal.gates.Gate`
        :param str state: of the invoice there
        """
        if gate.words != gates.CHATTER:
            return " ".join(html2plaintext(self._dispatch_read_path(gate.words) or "").split())
        return self._dispatch_last_note() if state == gates.REJECTED else ""

    def _dispatch_last_note(self):
        """The last note of the chatter: where a module keeps the reason nowhere else."""
        # a note without a body says which fields changed
        notes = self.message_ids.filtered("body")
        return " ".join(html2plaintext(notes.sorted("id", reverse=True)[:1].body or "").split())

    # ------------------------------------------------------------------
    # By which networks it would go
    # ------------------------------------------------------------------

    def _dispatch_networks(self):
        """Sending methods and extras of Odoo's window that would hand this invoice over now.

        :return: ``(methods, extras)``, both sets of keys
        """
        self.ensure_one()
        send = self.env["account.move.send"]
        if not send._dispatch_has_networks():
            return set(), set()
        methods = {method for method in send._get_default_sending_methods(self)
                   if method not in gates.LOCAL_METHODS and self._dispatch_network_is_ready(method)}
        return methods, send._get_default_extra_edis(self) - gates.FILE_EXTRAS

    def _dispatch_network_is_ready(self, key):
        """Tell whether the company is registered with a network; Odoo offers it before."""
        # sudo: what a company's registration says is no secret to who sends its invoices
        company = self.company_id.sudo()
        for gate in self._dispatch_gates():
            if key in gate.keys and gate.ready:
                name, values = gate.ready
                return company[name] in values
        return self.env["account.move.send"]._is_applicable_to_company(key, company)

    def _dispatch_is_legal(self):
        """Tell whether this invoice goes by a network or an authority, or went there."""
        self.ensure_one()
        return any(self._dispatch_networks()) or self._dispatch_legal_state().state != gates.NONE
