"""What comes back of a dispatched mail: whose it is, which of it is a failure, and what people see of the rest."""

# a form is a line, as the mail has it
# ruff: noqa: E501
import time

from .common import DispatchCase

ANA, RUI, NOWAK = "ana@silva.example.com", "rui@silva.example.com", "biuro@nowak.example.com"
RETURNED = "Return-path: <bounce@aurora.example.com>\nMessage-ID: {mid}\nFrom: faturas@aurora.example.com\nTo: {to}\n\n"


class TestBounceReports(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.alias_domain_id = cls.env["mail.alias.domain"].create({"name": "aurora.example.com"})

    def test_plain_text_of_one_of_two(self):
        dispatch = self._sent(self.silva)
        self._plain(dispatch, f"<{ANA}>: 552 5.2.2 mailbox is full", ANA)
        self.assertEqual(self._states(dispatch), {ANA: "bounced", RUI: "sent"})
        self.assertIn("552 5.2.2 mailbox is full", dispatch.recipient_ids[0].reply)
        self.assertEqual((self.silva_ana.message_bounce, self.silva_rui.message_bounce), (1, 0))

    def test_of_an_address_to_which_it_was_forwarded(self):
        dispatch = self._sent(self.silva)
        self._plain(dispatch, "<elsewhere@forward.example>: 550 unknown user", RUI)
        self.assertEqual(self._states(dispatch), {ANA: "sent", RUI: "bounced"})

    def test_status_without_a_block_of_its_own(self):
        for name in ("Final-Recipient", "Original-Recipient"):
            for action in ("failed", "expired"):
                dispatch = self._sent(self.silva)
                self._status(dispatch, f"Reporting-MTA: dns; mx\n{name}: rfc822; {RUI}\nAction: {action}", "")
                self.assertEqual(self._states(dispatch), {ANA: "sent", RUI: "bounced"})

    def test_nobody_speaks_for_another(self):
        """Each recipient knows the Message-ID: their report counts for themselves, and not for whoever is left."""
        dispatch = self._sent(self.silva)
        self._status(dispatch, f"Final-Recipient: rfc822; {ANA}\nAction: failed", ANA)
        self.assertEqual(self._states(dispatch), {ANA: "bounced", RUI: "sent"})
        for address in ("nobody@else.example", ANA, ""):
            self._status(dispatch, f"Final-Recipient: rfc822; {address}\nAction: failed", "")
            self._plain(dispatch, "550 no such user", "")
            self.assertEqual(self._states(dispatch), {ANA: "bounced", RUI: "sent"}, address)
        self.assertIn("does not say from which address", dispatch.recipient_ids[1].remark)

    def test_own_mail_needs_no_name(self):
        dispatch = self._sent(self.nowak)
        self._plain(dispatch, "550 no such user", "")
        self.assertEqual(self._states(dispatch), {NOWAK: "bounced"})
        self.assertEqual(dispatch.state, "failed")

    def test_no_failures(self):
        for text, label in (
            ("Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: {to}", "as spam"),
            ("Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {to}\nDisposition: a/b; displayed",
             "read receipt"),
            ("Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {to}\nAction: delayed", "still trying"),
            ("Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {to}\nAction: delivered", "delivered"),
        ):
            with self.subTest(label=label):
                dispatch = self._sent(self.nowak)
                self._report(dispatch, text.format(to=NOWAK), NOWAK)
                self.assertEqual((dispatch.state, self._states(dispatch)), ("sent", {NOWAK: "sent"}))
                self.assertIn(label, dispatch.remark)
                self.assertFalse(dispatch.activity_id)
                self.assertEqual(set(dispatch.mail_message_id.notification_ids.mapped("notification_status")), {"sent"})
        self.assertFalse(self.nowak.message_bounce)

    def test_answer_of_itself(self):
        dispatch = self._sent(self.nowak)
        self._process(dispatch, "From: biuro@nowak.example.com\nSubject: Automatic reply: Fatura\nAuto-Submitted: auto-replied\n"
                           "In-Reply-To: {mid}", "I am away. 550 5.1.1 would be a code.")
        self.assertEqual((dispatch.state, self._states(dispatch)), ("sent", {NOWAK: "sent"}))
        self.assertIn("automatic reply", dispatch.remark)

    def test_answer_to_the_document_is_an_answer(self):
        """Where it does not go to the address for bounces, it stands in the chatter, as ever."""
        invoice = self._invoice(self.nowak)
        dispatch = self._sent(self.nowak, invoice)
        self._process(dispatch, "From: biuro@nowak.example.com\nSubject: Automatic reply: Fatura\nAuto-Submitted: auto-replied\n"
                           "In-Reply-To: {mid}", "I am away.", to="faturas@aurora.example.com")
        self.assertIn("I am away", "".join(invoice.message_ids.mapped("body")))
        self.assertFalse(dispatch.remark)

    def test_unclear_is_shown(self):
        dispatch = self._sent(self.nowak)
        self._process(dispatch, "From: postmaster@mx.example\nSubject: Your mail", "Look at it.\n\n" + RETURNED, to_returned=NOWAK)
        self.assertEqual((dispatch.state, self._states(dispatch)), ("sent", {NOWAK: "sent"}))
        self.assertIn("could not be interpreted", dispatch.remark)

    def test_relay_with_its_own_id(self):
        mark = "0102018f2a3b4c5d-11111111-2222-3333-4444-555555555555-00000"
        self.smtp.handler.data_replies = [f"250 Ok {mark}{number}" for number in (1, 2)]
        dispatch = self._sent(self.silva)
        self.assertEqual(dispatch.recipient_ids.mapped("relay_id"), [f"{mark}1", f"{mark}2"])
        self._plain(dispatch, "550 unknown", "", mid=f"<{mark}2@relay.example>")
        self.assertEqual(self._states(dispatch), {ANA: "sent", RUI: "bounced"}, "the mail was that one's own")

    def test_of_nobodys_mail(self):
        dispatch = self._sent(self.nowak)
        self._plain(dispatch, f"<{NOWAK}>: 550 unknown", NOWAK, mid="<other@example.net>")
        self.assertEqual((dispatch.state, dispatch.remark), ("sent", False))

    def test_broken_report(self):
        """One that core's reader does not expect ends nobody's run."""
        for content in ("multipart/report; boundary=none", "message/rfc822", "message/delivery-status"):
            self.env["mail.thread"].message_process(
                None, f"From: mailer-daemon@mx.example\nTo: bounce@aurora.example.com\nMessage-ID: <{content[:9]}@mx>\n"
                      f"Content-Type: {content}\n\nx")

    def test_hostile_headers(self):
        for number, head in enumerate((
            "Content-Type: " + '(")' * 3300, "To: " + '"' * 10_000, "From: " + "(" * 10_000, "Content-Type: " + ";" * 10_000,
            "Content-Type: message/delivery-status\n\n" + "\n" * 10_000, "Content-Type: multipart/mixed; boundary=B\n\n" + "--B\n\n" * 2000,
            'Content-Type: multipart/mixed; boundary=""\n\n' + "--\n\n" * 50_000, "Content-Type: message/rfc822\n\n" * 300,
            "Content-Type: \n message/delivery-status\n\n" + "\n" * 500_000,
            "Content-Type: multipart/mixed; boundary=B\r\r" + "--B\r\r" * 50_000,
        )):
            with self.subTest(head=head[:20]):
                start = time.process_time()
                self.env["mail.thread"].message_process(
                    None, f"From: mailer-daemon@mx.example\nMessage-ID: <h{number}@mx>\n{head}\n\nx")
                self.assertLess(time.process_time() - start, 5)

    # ------------------------------------------------------------------

    def _sent(self, partner, invoice=None):
        invoice = invoice or self._invoice(partner)
        invoice._dispatch_create("rule")
        self._deliver()
        return self._dispatches(invoice)

    def _states(self, dispatch):
        dispatch.invalidate_recordset()
        return {recipient.email: recipient.state for recipient in dispatch.recipient_ids}

    def _plain(self, dispatch, text, returned_to, mid=None):
        self._process(dispatch, "From: MAILER-DAEMON@mx.example\nSubject: failure notice", f"{text}\n\n{RETURNED}",
                      to_returned=returned_to, mid=mid)

    def _status(self, dispatch, fields, returned_to):
        self._report(dispatch, f"Content-Type: message/delivery-status\n\n{fields}", returned_to)

    def _report(self, dispatch, part, returned_to):
        self._process(
            dispatch, "From: system@mx.example\nSubject: Report\nContent-Type: multipart/report; boundary=B",
            f"--B\n\nSee below.\n--B\n{part}\n--B\nContent-Type: message/rfc822\n\n{RETURNED}--B--\n", to_returned=returned_to,
        )

    def _process(self, dispatch, header, text, to="bounce@aurora.example.com", to_returned="", mid=None):
        self.number = getattr(self, "number", 0) + 1
        raw = f"{header}\nTo: {to}\nMessage-ID: <came-{self.number}@mx.example>\n\n{text}"
        raw = raw.replace("{mid}", mid or dispatch.mail_message_id.message_id).replace("{to}", to_returned)
        self.env["mail.thread"].message_process(None, raw)
