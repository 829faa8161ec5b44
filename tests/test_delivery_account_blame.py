"""What the server has against account or sender is no document's fault: all wait, it is asked once, a person told."""

import smtplib
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import UserError

from ..tools.dispatch.steering import OutgoingMail
from ..tools.mail import smtp
from .common import DispatchCase

#: When, what the server says, seconds until it is asked again, what a person is told to do (nothing: it passes)
ACCOUNT = (
    ("mail", "550 5.4.5 Daily user sending quota exceeded", 86400, "when the day is over"),
    ("data", "550 5.7.1 Daily SMTP relay limit exceeded for customer", 86400, "when the day is over"),
    ("data", "454 Throttling failure: Daily message quota exceeded.", 86400, "when the day is over"),
    ("mail", "530 5.7.57 Client not authenticated to send mail", 86400, "user name or password"),
    ("mail", "530 5.7.0 Authentication required", 86400, "user name or password"),
    ("mail", "550 5.7.30 Basic authentication is not supported for Client Submission", 86400, "user name or password"),
    ("rcpt", "554 5.7.1 <ana@x.example>: Relay access denied", 86400, "user name or password"),
    ("mail", "530 Must issue a STARTTLS command first", 86400, "encryption"),
    ("data", "554 Message rejected: Sending suspended for this account.", 3600, "contact them"),
    ("data", "454 Throttling failure: Maximum sending rate exceeded.", 60, ""),
    ("data", "550 Domain x.example has exceeded the max emails per hour (300/300 (100%)) allowed.", 3600, ""),
    ("mail", "452 4.3.1 Insufficient system storage", 300, ""),
)
SENDER = (
    ("mail", "553 5.7.1 Sender address rejected: not owned by user"),
    ("rcpt", "553 5.7.1 <b@y.example>: Sender address rejected: not owned by user a@x.example"),
    ("mail", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
    ("data", "554 Message rejected: Email address is not verified."),
    ("mail", "550 5.1.1 words that nobody knows"),
)


class Refusing:
    """Answers at one stage of the conversation what it is told, and counts how often it was asked."""

    def __init__(self, handler):
        self._handler = handler
        self.stage = self.reply = None
        self.only_sender = ""
        self.asked = 0

    def start(self, case):
        for stage in ("MAIL", "RCPT", "DATA"):
            name = f"handle_{stage}"
            setattr(self._handler, name, self._answer(stage.lower(), getattr(self._handler, name, None)))
            case.addCleanup(delattr, self._handler, name)

    def _answer(self, stage, usual):
        async def answer(server, session, envelope, *args):
            sender = args[0] if stage == "mail" else envelope.mail_from
            if stage == self.stage and self.only_sender in sender:
                self.asked += 1
                return self.reply
            if usual:
                return await usual(server, session, envelope, *args)
            envelope.mail_from = args[0]
            return "250 OK"

        return answer


class Listener(smtplib.SMTP):
    """An open connection to a server that answers what it is told."""

    def __init__(self, *answers):
        self.answers, self.commands = list(answers), []

    def docmd(self, cmd, args=""):
        self.commands.append(f"{cmd} {args}".strip())
        return self.answers.pop(0)

    def ehlo_or_helo_if_needed(self):
        pass


def say_token(server, connection, user, password):
    """Log in as ``google_gmail`` and ``microsoft_outlook`` do."""
    connection.docmd("AUTH", "XOAUTH2 dG9rZW4=")


class TestBlame(DispatchCase):
    def setUp(self):
        super().setUp()
        self.refusing = Refusing(self.smtp.handler)
        self.refusing.start(self)

    def _wait(self, stage, reply, count=4, only_sender=""):
        """Deliver documents to such a server; none of them is given up, and it is asked once for all."""
        self.refusing.stage, self.refusing.reply, self.refusing.only_sender = stage, reply, only_sender
        self.refusing.asked = 0
        invoices = self.env["account.move"].union(*(self._invoice(self.nowak) for _ in range(count)))
        invoices._dispatch_create("rule")
        self._deliver()
        self._deliver()
        recipients = self._dispatches(invoices).recipient_ids
        self.assertLessEqual(set(recipients.mapped("state")), {"queued", "deferred"})
        self.assertEqual(set(recipients.mapped("tries")), {0})
        self.assertEqual(self.refusing.asked, 1)
        return invoices

    def _problems(self):
        return "\n".join(self.env["document.dispatch.health"]._check_accounts())

    def _assert_all_go(self, invoices):
        """Without anybody touching them."""
        self.refusing.stage = None
        self.smtp.handler.messages.clear()
        with self._clock(fields.Datetime.now() + timedelta(seconds=1)):
            self._deliver()
        self.assertEqual(set(self._dispatches(invoices).recipient_ids.mapped("state")), {"sent"})
        self.assertEqual(len(self.envelopes), len(invoices))
        self.assertFalse(self.server.dispatch_problem)
        self.assertFalse(self.server.dispatch_senders)
        self.assertFalse(self._problems())

    def test_account(self):
        for stage, reply, seconds, advice in ACCOUNT:
            with self.subTest(stage=stage, reply=reply):
                now = fields.Datetime.now()
                invoices = self._wait(stage, reply)
                self.assertIn(reply[:20], self.server.dispatch_problem)
                rests = (self.server.dispatch_paused_until - now).total_seconds()
                self.assertTrue(seconds <= rests < seconds + 60, rests)
                self.assertIn(advice, self._problems())
                self.assertEqual(bool(advice), bool(self._problems()))
                waiting = self._dispatches(invoices).recipient_ids.filtered(lambda r: r.state == "deferred")
                self.assertEqual(len({recipient._explain_reply() for recipient in waiting}), 1)
                self.assertIn("not related to the customer", waiting[0]._explain_reply())
                self.server.action_dispatch_resume()
                self._assert_all_go(invoices)

    def test_account_when_it_has_rested(self):
        """One asks again, which is not the one that was refused; then all go."""
        invoices = self._wait("mail", "550 5.4.5 Daily user sending quota exceeded")
        waiting = self._dispatches(invoices).recipient_ids.filtered(lambda r: r.state == "deferred")
        first = waiting.sorted("next_try")[-1]
        later = self.server.dispatch_paused_until + timedelta(seconds=1)
        with self._clock(later):
            self._deliver()
            self.assertEqual(self.refusing.asked, 2)
            self.assertFalse(self.envelopes)
        self.assertGreater(self.server.dispatch_paused_until, later)
        self.refusing.stage = None
        with self._clock(self.server.dispatch_paused_until + timedelta(minutes=2)):
            self._deliver()
        self.assertEqual(first.state, "sent")
        self.assertEqual(len(self.envelopes), 4)
        self.assertFalse(self.server.dispatch_problem)

    def test_somebody_mends_the_account(self):
        invoices = self._wait("mail", "530 5.7.0 Authentication required")
        self.server.smtp_pass = "corrected"
        self._assert_all_go(invoices)

    def test_sender(self):
        """The sender rests, and the others of the account go."""
        for stage, reply in SENDER:
            with self.subTest(stage=stage, reply=reply):
                sender = self.company.email
                other = self.env["account.move"].union(*(self._invoice(self.nowak) for _ in range(2)))
                other._dispatch_create("rule")
                invoices = self._wait(stage, reply, only_sender="")
                self.assertIn(reply[:20], self.server.dispatch_problem)
                self.assertFalse(self.server.dispatch_paused_until, "the account is in order")
                self.assertEqual(len(self.server.dispatch_senders), 1)
                self.assertIn("allow this sender", self._problems())
                self.assertFalse(self.server._dispatch_pause())
                [resting] = self.server.dispatch_senders
                self.assertTrue(self.server._dispatch_sender_pause(resting))
                self.assertFalse(self.server._dispatch_sender_pause(f"other.{sender}"))
                self.server._dispatch_note_accepted("somebody@else.example")
                self.assertTrue(self.server.dispatch_problem, "a mail of another sender proves nothing of this one")
                self.server.action_dispatch_resume()
                self._assert_all_go(invoices | other)

    def test_message(self):
        """What MAIL says of the message fails the message, and nothing rests."""
        self.refusing.stage, self.refusing.reply = "mail", "552 5.3.4 Message size exceeds fixed limit"
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(set(self._fates(invoice).values()), {"failed"})
        self.assertFalse(self.server.dispatch_problem)

    def test_token_that_is_not_renewed(self):
        """Core's OAuth raises a UserError: a fault of the account."""
        invoices = self._invoice(self.nowak) | self._invoice(self.nowak)
        invoices._dispatch_create("rule")
        with patch.object(IrMail_Server, "_connect__", side_effect=UserError("No access token")) as connect:
            self._deliver()
            self._deliver()
            self.assertEqual(connect.call_count, 1)
        self.assertEqual(set(self._dispatches(invoices).recipient_ids.mapped("tries")), {0})
        self.assertIn("Reconnect the account", self._problems())

    def test_oauth_is_heard(self):
        """Core says ``AUTH XOAUTH2`` and does not listen; 334 waits for an empty line before it says no."""
        server = OutgoingMail().on(self.server)
        with patch.object(IrMail_Server, "_smtp_login__", say_token):
            for answers, code in (
                (((334, b"eyJzdGF0dXMiOiI0MDAifQ=="), (535, b"5.7.8 Username and Password not accepted")), 535),
                (((535, b"5.7.3 Authentication unsuccessful"),), 535), (((454, b"4.7.0 later"),), 454),
                (((235, b"2.7.0 Accepted"),), None),
            ):
                connection = Listener(*answers)
                if code:
                    with self.assertRaises(Exception) as caught:
                        server._smtp_login__(connection, "faturas", "")
                    self.assertEqual(caught.exception.smtp_code, code)
                else:
                    server._smtp_login__(connection, "faturas", "")
                self.assertEqual(len(connection.commands), len(answers))
                self.assertNotIn("docmd", vars(connection))

    def test_oauth_is_heard_where_documents_go(self):
        """Other mail of Odoo logs in as core does it: what the server answers there is core's to hear or not."""
        refusal = (535, b"5.7.8 Username and Password not accepted")
        self.server.smtp_user = "faturas"
        connections = []

        def connect(*args, **kwargs):
            connections.append(Listener(refusal))
            return connections[-1]

        with (
            patch.object(IrMail_Server, "_smtp_login__", say_token), patch.object(smtplib, "SMTP", connect),
        ):
            self.env["ir.mail_server"]._connect__(mail_server_id=self.server.id)
            with self.assertRaises(smtp.Ended) as caught:
                self.env["document.dispatch.mailer"]._connect(self.server, "faturas@aurora.example.com")
        self.assertIn("5.7.8", caught.exception.outcome.reply)
        self.assertEqual([connection.commands for connection in connections], [["AUTH XOAUTH2 dG9rZW4="]] * 2)

    def test_password_for_microsoft(self):
        check = self.env["document.dispatch.health"]._check_passwords
        self.assertFalse(list(check()))
        self.server.write({"smtp_host": "smtp.office365.com", "smtp_user": "faturas@aurora.example.com"})
        self.assertIn("Outlook OAuth", "".join(check()))

    def test_replies_that_cannot_be_stored(self):
        """A NUL in what the server says hides nothing of what it means."""
        for reply, state in (("250 2.0.0 took\x00it", "sent"), ("550 5.1.1 no\x00user", "failed"),
                             ("451 4.3.0 later\x00on", "deferred")):
            with self.subTest(reply=reply):
                self.refusing.stage, self.refusing.reply = "data", reply
                invoice = self._invoice(self.nowak)
                invoice._dispatch_create("rule")
                self._deliver()
                self.env.flush_all()
                self.assertEqual(set(self._fates(invoice).values()), {state})
                self.assertTrue(self._dispatches(invoice).recipient_ids.reply.startswith(reply[:4]))

    def test_our_own_fault_after_the_dot_is_unknown(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        getreply = smtplib.SMTP.getreply

        def exhausted(connection):
            if connection.sock.gettimeout() > 100:  # it waits for what the server says to the final dot
                raise MemoryError
            return getreply(connection)

        with patch.object(smtplib.SMTP, "getreply", exhausted):
            self._deliver()
        self.assertEqual(set(self._fates(invoice).values()), {"unknown"})
        self.assertEqual(len(self.envelopes), 1)
