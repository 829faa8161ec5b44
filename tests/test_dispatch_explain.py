"""A dispatch in trouble says what happened, what happens next, and what one can do."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import config

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
            "Click “Correct Address” next to it: the document is sent to the right one only.",
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

    def test_waiting_for_a_time(self):
        dispatch = self._invoice(self.silva)._dispatch_create("rule")
        dispatch._with_system_write().scheduled_date = fields.Datetime.now() + timedelta(days=2)
        self.assertIn("It will be sent on", dispatch.what_next)
        self.assertIn("Reschedule", dispatch.what_to_do)

    def test_no_conversation(self):
        """What keeps the mail server from being reached stands first, its technical word behind it."""
        server = f"127.0.0.1:{self.smtp.port}"
        dispatch = self._invoice(self.nowak)._dispatch_create("rule")
        with self._mail_server_down():
            self._deliver()
        recipient = dispatch.recipient_ids
        self.assertRegex(dispatch.what_happened, (
            rf"^biuro@nowak.example.com: The mail server {server} does not answer. "
            r"\(\[Errno 111\] Connection refused\)$"))
        self.assertIn(f"The mail server {server} does not answer. ([Errno 111]", self.server._dispatch_say_unreached())
        for reply, words in {
            "timed out": f"The mail server {server} does not answer.",
            "[Errno -2] Name or service not known": f"There is no mail server {server}: its name is not known.",
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)":
                f"There is no secure connection to the mail server {server}.",
            "STARTTLS extension not supported by server.":
                f"There is no secure connection to the mail server {server}.",
            "Connection unexpectedly closed": f"The mail server {server} ended the connection.",
            "Missing SMTP Server Please define at least one": "No outgoing mail server is set up.",
            "450 4.4.1 No answer from host": "The mail server could not be reached.",
        }.items():
            recipient._with_system_write().reply = reply
            self.assertIn(f"{words} ", dispatch.what_happened, reply)
            self.assertIn(reply, dispatch.what_happened)
            self.assertEqual("Server reply" in dispatch.what_happened, reply.startswith("450"), reply)
        login = "535 5.7.8 Error: authentication failed"
        self.server._dispatch_note_refusal(login)
        recipient._with_system_write().reply = login
        self.assertIn(f": The mail server {server} refuses the login. ", dispatch.what_happened)
        self.assertIn(f"Server reply: {login}", dispatch.what_happened)

    def test_no_server_is_set_up(self):
        """Odoo tries its own default then, and nobody is there."""
        self.env["ir.mail_server"].with_context(active_test=False).search([]).active = False
        nobody = self.env["ir.mail_server"]
        with patch.dict(config.options, smtp_server="localhost", smtp_port=25):
            self.assertEqual(nobody._dispatch_explain_connection("[Errno 111] Connection refused"),
                             "No outgoing mail server is set up.")
        with patch.dict(config.options, smtp_server="relay.aurora.example.com", smtp_port=587):
            self.assertEqual(nobody._dispatch_explain_connection("timed out"),
                             "The mail server relay.aurora.example.com:587 does not answer.")
            self.assertEqual(nobody._dispatch_explain_connection("550 5.1.1 no such user"), "")

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
