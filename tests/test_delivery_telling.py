"""Telling a person never keeps an outcome from being written."""

from contextlib import contextmanager
from unittest.mock import patch

from ..tools.mail import dsn
from .common import DispatchCase

LOGGER = "odoo.addons.document_dispatch.models.dispatch.document_dispatch"


class TestTelling(DispatchCase):
    def setUp(self):
        super().setUp()
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "550 5.1.1 no such user"

    def _letters(self):
        text = ("Documentos por e-mail", "<p>Prezados</p>")
        langs = {partner.lang or self.env.lang for partner in self.silva | self.nowak}
        (self.silva | self.silva_rui).write({"dispatch_invoice": True})
        return self.env["document.letter"]._issue(
            self.silva | self.nowak, self.company, dict.fromkeys(langs, text), "email")

    def _statements(self):
        return self.env["document.statement"]._write_and_send(
            self.silva | self.nowak, self.company, "email", "batch", date_from="2026-01-01", date_to="2026-12-31")

    def test_written_documents_with_one_failed_address(self):
        for make, accepted in ((self._letters, "550 5.1.1"), (self._statements, "550 5.1.1")):
            with self.subTest(make.__name__):
                self.smtp.handler.rcpt_replies["contato@silva.example.com"] = "550 5.1.1 no such user"
                self.smtp.handler.rcpt_replies["ana@silva.example.com"] = "550 5.1.1 no such user"
                batch = make()
                self._deliver()
                dispatches = self.env["document.dispatch"].search([("batch_id", "=", batch.id)], order="id")
                states = {dispatch.partner_id: dispatch.state for dispatch in dispatches}
                self.assertEqual(states, {self.silva: "failed", self.nowak: "sent"})
                self.assertEqual(batch.progress, 100)
                failed = dispatches.filtered(lambda dispatch: dispatch.state == "failed")
                self.assertIn(accepted, failed.activity_id.note)
                self.assertEqual(failed.activity_id.user_id, failed.user_id)

    def test_partly_accepted_letter_stands_in_the_ledger(self):
        self.silva_rui.write({"dispatch_invoice": True, "dispatch_financial": True, "dispatch_nf": True})
        self.silva_ana.write({"dispatch_invoice": True, "dispatch_financial": True, "dispatch_nf": True})
        self._letters()
        self._deliver()
        letter = self.env["document.letter"].search([("partner_id", "=", self.silva.id)])
        dispatch = self._dispatches(letter)
        self.assertIn(dispatch.state, ("partial", "sent"))
        self.assertTrue(self.env["document.consent"].search([("letter_id", "=", letter.id)]))

    def test_every_kind_of_document_has_a_place_for_the_note(self):
        for name in self.env["document.dispatch"]._get_dispatched_models():
            with self.subTest(name):
                dispatch = self.env["document.dispatch"].new({
                    "res_model": name, "res_id": 0, "partner_id": self.nowak.id,
                })
                thread = self.env[name].browse(1)
                with patch.object(type(dispatch), "_thread", lambda dispatch, thread=thread: thread):
                    self.assertTrue(hasattr(dispatch._activity_record(), "activity_schedule"))

    @contextmanager
    def _failing(self, model, method):
        def fail(records, *args, **kwargs):
            raise ValueError(f"{method} is broken")

        with patch.object(type(self.env[model]), method, fail), self.assertLogs(LOGGER, "ERROR") as logs:
            yield
        self.assertTrue(any(method in line or "broken" in line for line in logs.output))

    def test_every_step_of_telling_may_fail(self):
        steps = self.env["document.dispatch"]._get_telling_steps()
        self.assertGreaterEqual(len(steps), 3)
        places = [("document.dispatch", step) for step in steps]
        places += [("account.move", "_dispatch_accepted"), ("account.move", "activity_schedule")]
        for model, method in places:
            with self.subTest(method), self._failing(model, method):
                invoice, other = self._invoice(self.silva), self._invoice(self.nowak)
                (invoice | other)._dispatch_create("rule")
                self._deliver()
                self.assertEqual((self._dispatches(invoice).state, self._dispatches(other).state), ("partial", "sent"))
                self.assertEqual((invoice.dispatch_state, other.dispatch_state), ("partial", "sent"))

    def test_who_can_be_told_is_told(self):
        """One document that cannot be told leaves the others alone."""
        invoice, other = self._invoice(self.silva), self._invoice(self.silva)
        (invoice | other)._dispatch_create("rule")
        schedule = type(invoice).activity_schedule

        def fail(records, *args, **kwargs):
            if records == invoice:
                raise ValueError("broken")
            return schedule(records, *args, **kwargs)

        with patch.object(type(invoice), "activity_schedule", fail), self.assertLogs(LOGGER, "ERROR"):
            self._deliver()
        self.assertFalse(self._dispatches(invoice).activity_id)
        self.assertTrue(self._dispatches(other).activity_id)

    def test_a_bounce_is_written_though_nobody_can_be_told(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        dispatch = self._dispatches(invoice)
        fate = dsn.Fate(kind=dsn.FAILED, text="5.1.1 gone")
        with self._failing("account.move", "activity_schedule"):
            dispatch.recipient_ids._bounce(fate)
        self.assertEqual((dispatch.state, dispatch.recipient_ids.state), ("failed", "bounced"))
        self.assertEqual(invoice.dispatch_state, "failed")

    def test_a_decision_clears_the_note(self):
        invoice = self._invoice(self.nowak)
        dispatch = invoice._dispatch_create("rule")
        self.smtp.handler.data_replies = ["399 what"]
        self._deliver()
        self.assertTrue(dispatch.activity_id)
        dispatch.recipient_ids.action_arrived()
        self.assertFalse(dispatch.activity_id)
        self.assertEqual(dispatch.mail_message_id.notification_ids.notification_status, "sent")
