"""A network that accepted an invoice, and refuses it later: what happened stays, a person is told, copies stop."""

from datetime import timedelta

from ..models.legal.document_dispatch_delivery import REFUSED_WITHIN
from .legal import LegalCase


class TestRefusedLater(LegalCase):
    def setUp(self):
        super().setUp()
        self.net.state = "accepted"

    def _go(self, partner):
        invoice = self._invoice(partner)
        invoice._dispatch_create("rule")
        self._deliver()
        return invoice

    def _refuse(self, invoice):
        self.net.answer(invoice, "rejected", words="<p>The buyer does not know the order</p>")
        self._plan()
        self._deliver()

    def test_a_copy_went(self):
        invoice = self._go(self.nowak)
        self._refuse(invoice)
        network, copy = self._network(invoice), self._copy(invoice)
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]))
        self.assertEqual((invoice.dispatch_state, invoice.is_move_sent, len(self.net.calls)), ("sent", True, 1))
        self.assertIn("Toynet refused it after it had accepted it: The buyer does not know", network.remark)
        self.assertFalse(copy.remark)
        self.assertEqual(network.activity_id.user_id, network.user_id)
        self.assertIn("refused after it was accepted", network.activity_id.summary)
        self.assertIn("inform them", network.activity_id.note)
        self.env.flush_all()
        line = self.env["document.dispatch.report"].search([
            ("res_model", "=", "account.move"), ("res_id", "=", invoice.id)])
        self.assertEqual(line.outcome, "sent")
        self.assertIn("refused it after", line.reason)
        self.assertFalse(invoice._dispatch_page_blocking_reason(), "the customer has it already")

    def test_a_person_is_told_once(self):
        invoice = self._go(self.nowak)
        self._refuse(invoice)
        self._network(invoice).activity_id.action_feedback("called them")
        self._plan()
        self._deliver()
        self.assertFalse(self._network(invoice).activity_id.filtered("active"))

    def test_a_copy_that_waits_is_left_to_a_person(self):
        """Paper in the tray, and a mail whose server is down."""
        on_paper = self._go(self.papel)
        with self._mail_server_down():
            by_mail = self._go(self.nowak)
        self.assertEqual([self._copy(move).state for move in (on_paper, by_mail)], ["paper", "queued"])
        for invoice in (on_paper, by_mail):
            self._refuse(invoice)
            self.assertEqual(self._states(invoice), (["sent"], ["review"]))
            self.assertIn("does not know the order", self._copy(invoice).state_message)
            self.assertNotIn("inform them", self._network(invoice).activity_id.note)
        self.assertEqual(self.envelopes, [])

    def test_accepted_again(self):
        invoice = self._go(self.nowak)
        self._refuse(invoice)
        self.net.answer(invoice, "accepted")
        self._plan()
        self.assertFalse(self._network(invoice).remark)
        self.assertFalse(self._network(invoice).activity_id)

    def test_a_corrected_invoice_is_another_one(self):
        invoice = self._go(self.nowak)
        invoice.button_draft()
        invoice.action_post()
        self.net.state = "rejected"
        self.net.answer(invoice, False)
        invoice._dispatch_create("rule")
        self._deliver()
        self._plan()
        first, second = self._network(invoice)
        self.assertEqual((first.state, first.remark, second.state), ("sent", False, "failed"))

    def test_as_many_statements_for_more(self):
        """Those that are fine cost nothing each."""
        delivery, counts = self.env["document.dispatch.delivery"], []
        for _round in range(3):  # the first fills caches
            for _number in range(5):
                self._go(self.nowak)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            delivery._look_at_late_refusals()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts[1:])

    def test_not_for_ever(self):
        invoice = self._go(self.nowak)
        network = self._network(invoice)
        network._with_system_write().sent_date = network.sent_date - REFUSED_WITHIN - timedelta(minutes=1)
        self._refuse(invoice)
        self.assertFalse(network.remark)
