"""A mail that came back, by Odoo's own mail gateway (RFC 3464)."""

from .common import DispatchCase

REPORT = """\
From: MAILER-DAEMON@mx.silva.example.com
To: bounce@aurora.example.com
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-{number}@mx.silva.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.silva.example.com

Final-Recipient: rfc822; {email}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--B
Content-Type: message/rfc822

Message-ID: {message_id}
From: faturas@aurora.example.com
To: {email}
Subject: Fatura

--B--
"""


class TestBounce(DispatchCase):
    def test_one_of_two_came_back(self):
        invoice = self._sent_invoice(self.silva)
        self._report(invoice, "rui@silva.example.com")
        dispatch = self._dispatches(invoice)
        self.assertEqual(self._fates(invoice), {
            "ana@silva.example.com": "sent", "rui@silva.example.com": "bounced",
        })
        self.assertEqual((dispatch.state, invoice.dispatch_state), ("partial", "partial"))
        self.assertTrue(invoice.is_move_sent)
        self.assertIn("5.1.1", dispatch.state_message)
        self.assertEqual(invoice.activity_ids.user_id, dispatch.user_id)
        self.assertIn("no such user", invoice.activity_ids.note)
        self.assertEqual(self.silva_rui.message_bounce, 1)
        lines = {n.res_partner_id: n.notification_status for n in dispatch.mail_message_id.notification_ids}
        self.assertEqual(lines, {self.silva_ana: "sent", self.silva_rui: "bounce"})

    def test_nobody_has_it_and_paper_is_offered(self):
        invoice = self._sent_invoice(self.nowak)
        self._report(invoice, "biuro@nowak.example.com")
        dispatch = self._dispatches(invoice)
        self.assertEqual((dispatch.state, invoice.dispatch_state), ("failed", "failed"))
        self.assertFalse(invoice.is_move_sent)
        dispatch.action_to_paper()
        self.assertEqual((dispatch.state, dispatch.channel, invoice.dispatch_state), ("paper", "paper", "paper"))
        self._deliver()
        self.assertEqual(len(self.envelopes), 1)

    def test_delayed_is_not_final(self):
        invoice = self._sent_invoice(self.nowak)
        self._report(invoice, "biuro@nowak.example.com", action="delayed", status="4.4.1")
        self.assertEqual(self._dispatches(invoice).state, "sent")

    def test_while_the_batch_still_runs(self):
        """The report on the first recipient arrives before the second one is tried."""
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "452 mailbox full"
        invoice = self._sent_invoice(self.silva)
        self._report(invoice, "ana@silva.example.com")
        self.assertEqual(self._fates(invoice), {
            "ana@silva.example.com": "bounced", "rui@silva.example.com": "deferred",
        })
        del self.smtp.handler.rcpt_replies["rui@silva.example.com"]
        self._dispatches(invoice).action_retry()
        self.assertEqual(self._dispatches(invoice).state, "sent", "a person asked for both again")

    def test_strangers_report_changes_nothing(self):
        invoice = self._sent_invoice(self.silva)
        self._report(invoice, "ana@silva.example.com", message_id="<somebody-else@example.net>")
        self.assertEqual(self._dispatches(invoice).state, "sent")

    def _sent_invoice(self, partner):
        invoice = self._invoice(partner)
        invoice._dispatch_create("rule")
        self._deliver()
        return invoice

    def _report(self, invoice, email, action="failed", status="5.1.1", message_id=None):
        raw = REPORT.format(
            number=invoice.id, email=email, action=action, status=status,
            words="550 no such user", message_id=message_id or self._dispatches(invoice).mail_message_id.message_id,
        )
        self.env["mail.thread"].message_process(None, raw)
