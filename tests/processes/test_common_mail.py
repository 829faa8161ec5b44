"""One mail, several readers: one transaction of the mail server, and what it says of each of them."""

import threading
from email import message_from_bytes

import worker
from case import FaultCase
from worker import transaction

ANA, RUI, EVA = "ana@silva.example.com", "rui@silva.example.com", "eva@silva.example.com"


class TestCommonMail(FaultCase):
    def setUp(self):
        super().setUp()
        with transaction() as env:
            env["res.company"].search([]).dispatch_readers = "common"

    def invoices(self, *addresses, count=1):
        """Ana in To, Rui in Cc, Eva in Bcc."""
        dispatches = super().invoices(*(addresses or (ANA, RUI, EVA)), count=count)
        with transaction() as env:
            for number, name in enumerate(("to", "cc", "bcc")):
                recipients = env["document.dispatch"].browse(dispatches).recipient_ids
                found = recipients.filtered(lambda recipient, number=number: recipient.email == (ANA, RUI, EVA)[number])
                found._with_system_write().address_field = name
        return dispatches

    def assertAllGetIt(self, dispatch):
        """The server is mended, the next try comes: each of the three has it once."""
        self.handler.mend()
        self.make_due()
        self.deliver()
        self.assertFates(dispatch, ana="sent", rui="sent", eva="sent")
        self.assertCopies(3)

    def assertFates(self, dispatch, **fates):
        self.assertEqual(
            self.fates(dispatch), {f"{name}@silva.example.com": state for name, state in fates.items()})

    def assertHeaders(self, count):
        """All of the mails name Ana and Rui, and none of them Eva."""
        self.assertEqual(len(self.handler.messages), count)
        for _sender, _to, content in self.handler.messages:
            message = message_from_bytes(content)
            self.assertIn(ANA, message["To"])
            self.assertIn(RUI, message["Cc"])
            self.assertIsNone(message["Bcc"])
            self.assertNotIn(b"eva@", content)

    def envelopes(self):
        return [sorted(to) for _sender, to, _content in self.handler.messages]

    def test_one_transaction_for_all(self):
        [dispatch] = self.invoices()
        self.deliver()
        self.assertFates(dispatch, ana="sent", rui="sent", eva="sent")
        self.assertDispatch(dispatch, "sent")
        self.assertEqual(self.envelopes(), [sorted([ANA, RUI, EVA])])
        self.assertHeaders(1)
        self.assertEqual(self.handler.logins, 1)
        self.assertProof(dispatch, ANA, RUI, EVA)

    def assertProof(self, dispatch, *emails):
        """The mail is kept once, and everybody's."""
        with transaction() as env:
            recipients = env["document.dispatch"].browse(dispatch).recipient_ids
            self.assertEqual(len(recipients.proof_ids), 1)
            has = [recipient.email for recipient in recipients if recipient._get_proof()]
            self.assertEqual(sorted(has), sorted(emails))

    def test_one_is_refused_for_good(self):
        """5yz at one RCPT fails that one; later a mail comes back from another one."""
        self.handler.rcpt_replies[RUI] = "550 5.1.1 no such user"
        [dispatch] = self.invoices()
        self.deliver()
        self.assertFates(dispatch, ana="sent", rui="failed", eva="sent")
        self.assertDispatch(dispatch, "partial", is_move_sent=True)
        self.assertEqual(self.envelopes(), [sorted([ANA, EVA])])
        self.assertHeaders(1)
        self.assertProof(dispatch, ANA, EVA)
        self.handler.mend()
        self.deliver()
        self.assertCopies(2)
        self.finish(self.start(worker.receive, self.report(dispatch, EVA)))
        self.assertFates(dispatch, ana="sent", rui="failed", eva="bounced")

    def report(self, dispatch, email):
        """A report on the mail to this address; what it returns names the others in its header."""
        with transaction() as env:
            message_id = env["document.dispatch"].browse(dispatch).mail_message_id.message_id
        header = self.handler.messages[0][2].split(b"\r\n\r\n")[0].decode()
        self.assertIn(message_id, header)
        return "\r\n".join([
            "From: MAILER-DAEMON@silva.example.com", "To: bounce@aurora.example.com", "Subject: Undelivered Mail",
            "Message-Id: <report@silva.example.com>", "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
            "--b", "Content-Type: text/plain", "", "Your mail could not be delivered.", "",
            "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.silva.example.com", "",
            f"Final-Recipient: rfc822; {email}", "Action: failed", "Status: 5.1.1", "",
            "--b", "Content-Type: text/rfc822-headers", "", header, "", "--b--", ""])

    def test_one_is_asked_to_wait(self):
        """4yz at one RCPT: only that one goes again, by itself, and the header names all."""
        for late in (ANA, RUI, EVA):
            with self.subTest(late):
                self.handler.clear()
                self.handler.rcpt_replies[late] = "450 4.2.0 greylisted"
                [dispatch] = self.invoices()
                self.deliver()
                self.assertEqual(self.fates(dispatch)[late], "deferred")
                self.assertEqual(sorted(self.fates(dispatch).values()), ["deferred", "sent", "sent"])
                self.handler.mend()
                self.make_due()
                self.deliver()
                self.assertFates(dispatch, ana="sent", rui="sent", eva="sent")
                self.assertEqual(self.envelopes(), [sorted({ANA, RUI, EVA} - {late}), [late]])
                self.assertHeaders(2)
                self.assertCopies(3)

    def test_what_is_said_to_the_text(self):
        """It counts for those whose RCPT was accepted."""
        for reply, state in (("554 5.7.1 no", "failed"), ("451 4.3.0 not now", "deferred")):
            with self.subTest(reply):
                self.handler.clear()
                self.handler.rcpt_replies[RUI] = "450 4.2.0 greylisted"
                self.handler.refusals["data"] = reply
                [dispatch] = self.invoices()
                self.deliver()
                self.assertFates(dispatch, ana=state, rui="deferred", eva=state)
                self.assertCopies(0)
                self._forget()

    def test_enough_for_one_mail(self):
        """A server that takes no more recipients in one mail gets the rest in another one; no try is lost."""
        self.handler.rcpt_replies[EVA] = "452 4.5.3 too many recipients"
        [dispatch] = self.invoices()
        self.deliver()
        self.assertFates(dispatch, ana="sent", rui="sent", eva="deferred")
        with transaction() as env:
            self.assertEqual(env["document.dispatch"].browse(dispatch).recipient_ids.mapped("tries"), [1, 1, 0])
        self.assertAllGetIt(dispatch)
        self.assertHeaders(2)

    def test_the_account_is_refused_at_one(self):
        """The others go; this one waits, and pays with no try."""
        self.handler.rcpt_replies[RUI] = "550 5.4.5 Daily user sending quota exceeded"
        [dispatch] = self.invoices()
        self.deliver()
        self.assertFates(dispatch, ana="sent", rui="deferred", eva="sent")
        with transaction() as env:
            self.assertEqual(env["document.dispatch"].browse(dispatch).recipient_ids.mapped("tries"), [1, 0, 1])
            self.assertTrue(env["ir.mail_server"].search([]).dispatch_problem)

    def test_killed_between_rcpt_and_the_final_dot(self):
        for stage, copies in (("rcpt " + RUI, 0), ("data", 0), ("dot", 3)):
            with self.subTest(stage):
                self.handler.clear()
                [dispatch] = self.invoices()
                self.handler.faults[stage] = event = threading.Event()
                self.addCleanup(event.set)
                process = self.start()
                self.await_(self.handler.reached)
                self.kill(process)
                event.set()
                self.handler.faults.clear()
                self.assertShownOnly(dispatch, copies)
                self._forget()

    def test_killed_after_one_was_refused(self):
        """Who is not of the transaction is no unknown: only those who were named in it."""
        self.handler.rcpt_replies[RUI] = "450 4.2.0 greylisted"
        [dispatch] = self.invoices()
        self.deliver()
        self.handler.mend()
        self.make_due()
        self.handler.faults["dot"] = event = threading.Event()
        self.addCleanup(event.set)
        process = self.start()
        self.await_(self.handler.reached)
        self.kill(process)
        event.set()
        self.handler.faults.clear()
        self.deliver()
        self.assertFates(dispatch, ana="sent", rui="unknown", eva="sent")
        self.assertCopies(3)

    def test_killed_after_the_250_and_before_the_commit(self):
        stop = self.stop("document.dispatch.recipient", "_apply_outcome", after=True)
        [dispatch] = self.invoices()
        process = self.start(worker.deliver, stop)
        self.await_(stop)
        self.kill(process)
        self.assertShownOnly(dispatch, copies=3)

    def test_lost_on_the_way(self):
        """The connection is lost at one RCPT: nobody has it, and all go again."""
        self.handler.faults["rcpt " + RUI] = "hang up"
        [dispatch] = self.invoices()
        self.deliver()
        self.assertFates(dispatch, ana="deferred", rui="deferred", eva="deferred")
        with transaction() as env:
            self.assertEqual(env["document.dispatch"].browse(dispatch).recipient_ids.mapped("tries"), [0, 1, 0])
        self.assertAllGetIt(dispatch)

    def test_two_workers(self):
        """None of them parts a mail, or sends it twice."""
        dispatches = self.invoices(count=12)
        workers = [self.start() for _worker in range(2)]
        for process in workers:
            self.finish(process)
        self.assertDispatches(dispatches, "sent")
        self.assertCopies(36)
        self.assertHeaders(12)
