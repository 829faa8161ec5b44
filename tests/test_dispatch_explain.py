"""A dispatch in trouble says what happened, what happens next, and what one can do."""

from .common import DispatchCase

ANA, RUI = "ana@silva.example.com", "rui@silva.example.com"


class TestExplain(DispatchCase):
    def _dispatch(self, **replies):
        """A dispatch of two recipients, to whom the server says this."""
        addresses = {"ana": ANA, "rui": RUI}
        self.smtp.handler.rcpt_replies.update({addresses[name]: reply for name, reply in replies.items()})
        dispatch = self._invoice(self.silva)._dispatch_create("rule")
        self._deliver()
        return dispatch

    def test_failed(self):
        dispatch = self._dispatch(ana="550 5.1.1 no such user", rui="552 5.2.2 mailbox full")
        self.assertEqual(dispatch.state, "failed")
        self.assertEqual(dispatch.what_happened.splitlines(), [
            f"{ANA}: The mailbox does not exist. Server reply: 550 5.1.1 no such user",
            f"{RUI}: The mailbox is full. Server reply: 552 5.2.2 mailbox full",
        ])
        self.assertIn("does not have the document", dispatch.what_next)
        self.assertEqual(dispatch.what_to_do.splitlines(), [
            "Correct the address on the contact, then open the document and click Send.",
            "Ask the customer to free up space, then click “Try Again Now”.",
            "Or click “Send on Paper”: the document goes to the paper tray.",
        ])

    def test_partial(self):
        dispatch = self._dispatch(rui="550 5.7.1 looks like spam")
        self.assertEqual(dispatch.state, "partial")
        self.assertIn("does not accept e-mails like this", dispatch.what_happened)
        self.assertIn("The other recipients have it", dispatch.what_next)
        self.assertNotIn("Paper", dispatch.what_to_do)

    def test_waiting(self):
        dispatch = self._dispatch(ana="451 4.7.1 greylisted", rui="451 4.7.1 greylisted")
        self.assertEqual(dispatch.state, "queued")
        self.assertIn("The server asks to retry later.", dispatch.what_happened)
        self.assertIn("retried automatically", dispatch.what_next)
        self.assertTrue(dispatch.what_to_do.startswith("No action needed."))

    def test_unknown(self):
        dispatch = self._dispatch()
        dispatch.recipient_ids[0]._with_system_write().write({"state": "unknown", "reply": "Connection lost"})
        dispatch._with_system_write().state = "unknown"
        self.assertIn("could not be confirmed", dispatch.what_happened)
        self.assertIn("nobody receives it twice", dispatch.what_next)
        self.assertIn("Ask the customer", dispatch.what_to_do)

    def test_cannot_be_made(self):
        self.types["invoice"].mail_template_id = False
        dispatch = self._dispatch()
        self.assertEqual(dispatch.state, "failed")
        self.assertIn("has no text", dispatch.what_happened)
        self.assertIn("Correct the problem described above", dispatch.what_to_do)

    def test_in_order(self):
        dispatch = self._dispatch()
        self.assertEqual((dispatch.what_happened, dispatch.what_next, dispatch.what_to_do), (False, False, False))
