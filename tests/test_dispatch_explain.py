"""A row in trouble says what happened, what happens next, and what one can do."""

from .common import DispatchCase

ANA, RUI = "ana@silva.example.com", "rui@silva.example.com"


class TestExplain(DispatchCase):
    def _row(self, **replies):
        """A row of two recipients, to whom the server says this."""
        addresses = {"ana": ANA, "rui": RUI}
        self.smtp.handler.rcpt_replies.update({addresses[name]: reply for name, reply in replies.items()})
        row = self._invoice(self.silva)._dispatch_create("rule")
        self._deliver()
        return row

    def test_failed(self):
        row = self._row(ana="550 5.1.1 no such user", rui="552 5.2.2 mailbox full")
        self.assertEqual(row.state, "failed")
        self.assertEqual(row.what_happened.splitlines(), [
            f"{ANA}: There is no such mailbox. The server said: 550 5.1.1 no such user",
            f"{RUI}: The mailbox is full. The server said: 552 5.2.2 mailbox full",
        ])
        self.assertIn("does not have the document", row.what_next)
        self.assertEqual(row.what_to_do.splitlines(), [
            "Correct the address on the contact, then open the document and press Send.",
            "Ask the customer to make room, then press “Try Again Now”.",
            "Or press “Send on Paper”: the document goes to the paper tray.",
        ])

    def test_partial(self):
        row = self._row(rui="550 5.7.1 looks like spam")
        self.assertEqual(row.state, "partial")
        self.assertIn("does not accept mails like this", row.what_happened)
        self.assertIn("The other recipients have it", row.what_next)
        self.assertNotIn("Paper", row.what_to_do)

    def test_waiting(self):
        row = self._row(ana="451 4.7.1 greylisted", rui="451 4.7.1 greylisted")
        self.assertEqual(row.state, "queued")
        self.assertIn("The server asks us to wait.", row.what_happened)
        self.assertIn("tried again by itself", row.what_next)
        self.assertTrue(row.what_to_do.startswith("Nothing."))

    def test_unknown(self):
        row = self._row()
        row.recipient_ids[0]._with_system_write().write({"state": "unknown", "reply": "Connection lost"})
        row._with_system_write().state = "unknown"
        self.assertIn("Nobody knows", row.what_happened)
        self.assertIn("nobody gets it twice", row.what_next)
        self.assertIn("Ask the customer", row.what_to_do)

    def test_cannot_be_made(self):
        self.types["invoice"].mail_template_id = False
        row = self._row()
        self.assertEqual(row.state, "failed")
        self.assertIn("has no text", row.what_happened)
        self.assertIn("Correct what is said above", row.what_to_do)

    def test_in_order(self):
        row = self._row()
        self.assertEqual((row.what_happened, row.what_next, row.what_to_do), (False, False, False))
