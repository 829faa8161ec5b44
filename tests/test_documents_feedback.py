"""After “Send” a notification says what became of the document."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError

from .test_access import AccessCase


class TestFeedback(AccessCase):
    def _told(self, action):
        """What the client shows for this action: title, message and look; and what comes next."""
        self.assertEqual((action["type"], action["tag"]), ("ir.actions.client", "document_dispatch_tell"))
        dispatch = self.env["document.dispatch"].browse(action["params"]["dispatch_id"])
        outcome = dispatch.read_outcome()
        self.assertEqual(outcome["title"], dispatch.document_name)
        return outcome["message"], outcome["type"], action["params"]["next"]["type"]

    def _send(self, invoice, **vals):
        window = self._send_window(invoice)
        window.write(vals)
        return self._told(window.action_send_and_print())

    def test_accepted(self):
        close = "ir.actions.act_window_close"
        self.assertEqual(self._send(self._invoice(self.nowak)), (
            "Accepted for biuro@nowak.example.com", "success", close))
        self.assertEqual(self._send(self._invoice(self.silva)), ("Accepted for 2 recipients", "success", close))

    def test_not_reached(self):
        with self._mail_server_down():
            message, look, _next = self._send(self._invoice(self.silva))
        first, second = message.splitlines()
        self.assertEqual(first, f"The mail server 127.0.0.1:{self.smtp.port} does not answer.")
        self.assertIn("next on", second)
        self.assertEqual(look, "warning")

    def test_refused_by_the_server(self):
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "550 5.1.1 no such user"
        message, look, _next = self._send(self._invoice(self.silva))
        self.assertIn("rui@silva.example.com: The mailbox does not exist.", message)
        self.assertEqual(look, "danger")

    def test_paper(self):
        self.assertEqual(
            self._send(self._invoice(self.papel))[:2], ("It lies in the paper tray, to be printed.", "info"))

    def test_at_a_time(self):
        later = fields.Datetime.now() + timedelta(days=2)
        message, look, _next = self._send(self._invoice(self.nowak), dispatch_send_on=later)
        self.assertIn("It will be sent on", message)
        self.assertEqual(look, "info")

    def test_rehearsed(self):
        self.company.write({"dispatch_rehearsal_email": "chefe@aurora.example.com", "dispatch_mode": "rehearse"})
        self.assertIn("supervisor only", self._send(self._invoice(self.nowak))[0])

    def test_waits_for_the_scheduler_and_for_a_person(self):
        dispatch = self._invoice(self.nowak)._dispatch_create("manual")
        self.assertEqual(dispatch.read_outcome()["message"], "It is sent automatically, within minutes.")
        reviewed = self._invoice(self.nowak)._dispatch_create("rule", state="review")
        self.assertIn("review", reviewed.read_outcome()["message"])

    def test_quotation(self):
        order = self._order(self.silva)
        action = order.action_quotation_send()
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        self.assertEqual(self._told(composer.action_send_mail())[0], "Accepted for ana@silva.example.com")

    def test_nothing_of_ours_went(self):
        """Where only Odoo did something there is nothing to be told."""
        window = self._send_window(self._invoice(self.nowak))
        window.sending_methods = []
        self.assertEqual(window.action_send_and_print()["type"], "ir.actions.act_window_close")

    def test_strangers_are_told_nothing(self):
        dispatch = self._invoice(self.silva, invoice_user_id=self.rival.id)._dispatch_create("manual")
        with self.assertRaises(AccessError):
            self._as_rpc(self.seller, dispatch, "read_outcome")
