"""A network of our own for the tests, beside Odoo's: it counts how often it is called."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import HttpCase

from ..tools.legal.gates import Gate
from .common import DispatchCase, new_user

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


class LegalTours(HttpCase):
    """The tours, for whatever network stands behind them."""

    def _clerk(self):
        # not what is tested here: core waits a second for each page's scripts
        self.env["ir.config_parameter"].sudo().set_param("report.print_delay", "1")
        return new_user(
            self.company, "clara", "account.group_account_invoice,base.group_partner_manager", name="Clara Nunes",
            email="clara.nunes@aurora.example.com")

    def _tour(self, invoice, name):
        self.env.flush_all()
        path = f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}"
        self.start_tour(path, name, login="clara", timeout=300)
        self.env.invalidate_all()

    def _go_with_copy(self, invoice, tour, accept, address):
        """To the network with a copy by mail."""
        self._tour(invoice, tour)
        self._deliver()
        self.assertEqual((self.envelopes.count(address), invoice.is_move_sent), (0, False))
        accept(invoice)
        self._deliver()
        self._tour(invoice, "document_dispatch_network_accepted")
        self.assertEqual((self.envelopes.count(address), invoice.is_move_sent), (1, True))

    def _go_again(self, invoice, tour, accept, reject, address):
        """Refused, corrected, accepted, mailed."""
        self._tour(invoice, tour)
        reject(invoice)
        self._deliver()
        self.assertNotIn(address, self.envelopes)  # the clerk is told, by mail, too
        self._tour(invoice, "document_dispatch_network_refused")
        self._tour(invoice, "document_dispatch_network_corrected")
        self.assertEqual((invoice.state, invoice.ref), ("posted", "corrected"))
        self._go_with_copy(invoice, tour, accept, address)


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
        #: In Odoo's window
        self.label = "to Toynet"

    @contextmanager
    def patched(self, env):
        """Install it."""
        net = self
        send, move = env.registry["account.move.send"], env.registry["account.move"]

        def extras(records):
            return {"toy": {"label": net.label, "is_applicable": net.applies}}

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
