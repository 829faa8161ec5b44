"""A network of our own for the tests, beside Odoo's: it counts how often it is called."""

from contextlib import contextmanager
from unittest.mock import patch

from ..tools.legal.gates import Gate
from .common import DispatchCase

#: Its state stands in a field of Odoo's that no customer's invoice uses here
GATE = Gate("toy", "Toynet", ("toy",), "invoice_source_email", accepted=("accepted",), rejected=("rejected",),
            waiting=("sent",), number="invoice_origin", words="narration")


class NetworkCase(DispatchCase):
    """Which dispatches are the network's, and which are copies."""

    def _network(self, moves):
        return self._dispatches(moves).filtered(lambda dispatch: dispatch.channel == "network")

    def _copy(self, moves):
        return self._dispatches(moves) - self._network(moves)

    def _states(self, moves):
        """States of the network's dispatches and of the copies."""
        return self._network(moves).mapped("state"), self._copy(moves).mapped("state")


class LegalCase(NetworkCase):
    """Invoices that Toynet takes before a mail may go; ``self.net`` says how it behaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net = Toynet()
        cls.enterClassContext(cls.net.patched(cls.env))

    def setUp(self):
        super().setUp()
        self.net.reset()


class Toynet:
    """What Odoo's modules are to a network: it hands over in the hook of core's pipeline, and keeps the state."""

    def __init__(self):
        self.reset()

    def reset(self):
        #: Names of the invoices of each call
        self.calls = []
        #: State after a call; ``False``: none
        self.state = "sent"
        #: What the module says is wrong
        self.error = None
        #: Raised in the call, before or after the service took it
        self.fault = None
        #: Customers of these names have nothing to do with it
        self.strangers = ()
        self.known = True

    @contextmanager
    def patched(self, env):
        """Install it."""
        net = self
        send, move = env.registry["account.move.send"], env.registry["account.move"]

        def extras(records):
            return {"toy": {"label": "to Toynet", "is_applicable": net.applies}}

        def gates(records):
            return [GATE] if net.known else []

        hook = send._call_web_service_before_invoice_pdf_render

        def call(records, invoices_data):
            hook(records, invoices_data)
            for invoice, data in invoices_data.items():
                if "toy" in data["extra_edis"] and invoice.invoice_source_email != "accepted":
                    net.take(invoice, data)

        with patch.object(send, "_get_all_extra_edis", extras), patch.object(move, "_dispatch_gates", gates), \
                patch.object(send, "_call_web_service_before_invoice_pdf_render", call):
            yield

    def applies(self, invoice):
        return invoice.partner_id.commercial_partner_id.name not in self.strangers

    def take(self, invoice, data):
        self.calls.append(invoice.name)
        if self.fault:
            raise self.fault
        if self.error:
            data["error"] = self.error
            return
        if self.state:
            self.answer(invoice, self.state)

    def answer(self, invoice, state, number="NET-1", words=False):
        """What Odoo's status job writes."""
        invoice.sudo().write({
            "invoice_source_email": state, "invoice_origin": number if state == "accepted" else False,
            "narration": words,
        })
