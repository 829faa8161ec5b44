"""Two workers, and people who work on the same invoices at the same time."""

import threading
from contextlib import contextmanager

import worker
from case import FaultCase
from psycopg2.errors import SerializationFailure
from sampling import LONG
from worker import transaction

ANA, RUI = "ana@silva.example.com", "rui@silva.example.com"
MANY = 300 if LONG else 150
REPORT = """\
From: MAILER-DAEMON@mx.silva.example.com
To: bounce@aurora.example.com
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-{address}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.silva.example.com

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user

--B
Content-Type: message/rfc822

Message-ID: {message_id}
To: {address}

--B--
"""


class TestConcurrency(FaultCase):
    def test_two_workers(self):
        dispatches = self.invoices(count=MANY)
        for process in [self.start(), self.start()]:
            self.finish(process)
        self.assertDispatches(dispatches, "sent")
        self.assertCopies(MANY)
        self.assertEqual(len(self.handler.sessions), 2)
        self.assertGreater(min(self.handler.sessions.values()), MANY / 5, "both worked")

    # ------------------------------------------------------------------
    # People who work on the same documents
    # ------------------------------------------------------------------

    def test_invoice_saved_meanwhile(self):
        [dispatch] = self.invoices()
        with self.standing_at("dot"):
            self.execute("UPDATE account_move SET ref = 'PO 7' WHERE id = %s", self.move_id(dispatch))
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_dispatch_saved_meanwhile(self):
        [dispatch] = self.invoices()
        with self.standing_at("dot"):
            self.execute("UPDATE document_dispatch SET write_uid = 2 WHERE id = %s", dispatch)
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_recipient_saved_meanwhile(self):
        """Odoo's merge of two customers writes by SQL, whatever the state."""
        [dispatch] = self.invoices()
        with self.standing_at("dot"):
            self.execute("UPDATE document_dispatch_recipient SET write_uid = 2 WHERE dispatch_id = %s", dispatch)
        self.deliver()
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_recipient_saved_again_and_again(self):
        """However often somebody is faster: what the server said is known to this worker alone."""
        [dispatch] = self.invoices()
        self.finish(self.start(worker.deliver_disturbed, 12))
        self.assertEqual(self.fates(dispatch), {ANA: "sent"})
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_recipient_locked_for_long_when_the_outcome_comes(self):
        """The worker waits with what it alone knows, also where the database lets nobody wait for long."""
        [dispatch] = self.invoices()
        with transaction() as somebody, self.standing_at("dot") as process:
            somebody.cr.execute(
                "SELECT 1 FROM document_dispatch_recipient WHERE dispatch_id = %s FOR UPDATE", [dispatch])
            self.handler.faults.pop("dot").set()
            process.join(3)
            self.assertIsNone(process.exitcode, "the worker still waits")
            somebody.cr.rollback()
            self.finish(process)
        self.assertEqual(self.fates(dispatch), {ANA: "sent"})
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_invoice_locked_when_the_outcome_comes(self):
        """What the server said is safe at once; the invoice learns of it when it can be written."""
        [dispatch] = self.invoices()
        with transaction() as somebody, self.standing_at("dot") as process:
            self.lock_invoice(somebody, dispatch)
            self.handler.faults.pop("dot").set()
            self.wait_until(lambda: self.fates(dispatch) == {ANA: "sent"})
            somebody.cr.execute("UPDATE account_move SET ref = 'PO 7' WHERE id = %s", [self.move_id(dispatch)])
            somebody.cr.commit()
            self.finish(process)
        self.deliver()
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_invoice_locked_when_its_turn_comes(self):
        """That somebody saves at the same time is no reason to give a mail up."""
        locked, other = self.invoices(count=2)
        with transaction() as somebody:
            self.lock_invoice(somebody, locked)
            process = self.start()
            process.join(2)
            somebody.cr.execute("UPDATE account_move SET ref = 'PO 7' WHERE id = %s", [self.move_id(locked)])
        self.finish(process)
        self.deliver()
        self.assertDispatches([locked, other], "sent")
        self.assertCopies(2)

    def test_invoice_locked_for_long(self):
        """Somebody's endless transaction holds up one document, not the whole line."""
        locked, *others = self.invoices(count=4)
        with transaction() as somebody:
            self.lock_invoice(somebody, locked)
            self.deliver()
            self.assertDispatches(others, "sent")
        self.deliver()
        self.assertDispatch(locked, "sent")
        self.assertCopies(4)

    def test_invoice_saved_while_its_files_are_made(self):
        [dispatch] = self.invoices()
        self.execute("UPDATE document_dispatch SET content_ready = false WHERE id = %s", dispatch)
        stop = self.stop("document.dispatch.content", "_prepare_group", after=True)
        process = self.start(worker.deliver, stop)
        self.await_(stop)
        self.execute("UPDATE account_move SET ref = 'PO 7' WHERE id = %s", self.move_id(dispatch))
        stop.go_on()
        self.finish(process)
        self.deliver()
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_dispatch_discarded_while_the_batch_runs(self):
        first, second = self.invoices(count=2)
        with self.standing_at("dot"), transaction() as env:
            env["document.dispatch"].browse(second).action_cancel()
        self.assertDispatch(first, "sent")
        self.assertEqual(self.fates(second), {ANA: "cancelled"})
        self.assertCopies(1)

    def test_address_removed_in_review(self):
        [made] = self.invoices(ANA, RUI)
        self.execute("UPDATE document_dispatch SET state = 'review' WHERE id = %s", made)
        self.deliver()
        with transaction() as env:
            dispatch = env["document.dispatch"].browse(made)
            dispatch.recipient_ids.filtered(lambda r: r.email == RUI).unlink()
            dispatch.action_release()
        self.deliver()
        self.assertDispatch(made, "sent")
        self.assertEqual([address for _id, address in self.handler.copies], [ANA])
        self.assertCopies(1)

    # ------------------------------------------------------------------
    # Bounces
    # ------------------------------------------------------------------

    def test_bounce_while_the_next_recipient_is_served(self):
        [dispatch] = self.invoices(ANA, RUI)
        with self.standing_at(f"rcpt {RUI}"):
            self.bounce(dispatch, ANA)
        self.assertEqual(self.fates(dispatch), {ANA: "bounced", RUI: "sent"})
        self.assertDispatch(dispatch, "partial", is_move_sent=True)
        self.assertCopies(2)

    def test_states_are_never_derived_past_each_other(self):
        """Two look at once, each at what the other one is changing: the later one has to look again."""
        [dispatch_id] = self.invoices(ANA, RUI)

        def look(env):
            dispatch = env["document.dispatch"].browse(dispatch_id)._with_system_write()
            return dispatch, *dispatch.recipient_ids

        with transaction() as env:
            dispatch, ana, _rui = look(env)
            ana._set_state("sending", worker=1)
            dispatch._set_state("sending")
            ana._set_state("sent", worker=False)
        with self.subTest("one is told, the next of its mails begins"):  # noqa: SIM117 the inner ones are the transactions
            with self.assertRaises(SerializationFailure), transaction() as telling:
                told, *_recipients = look(telling)
                self.assertEqual(told.recipient_ids.mapped("state"), ["sent", "queued"])
                with transaction() as env:
                    dispatch, _ana, rui = look(env)
                    rui._set_state("sending", worker=1)
                    env["document.dispatch.delivery"]._mark_sending(dispatch)
                told._update_state()
                telling.flush_all()
        with self.subTest("one comes back, the other is given up"):
            with transaction() as env:
                dispatch, _ana, rui = look(env)
                rui._set_state("deferred", worker=False)
                dispatch._update_state()
            with self.assertRaises(SerializationFailure), transaction() as giving_up:
                dispatch, *_recipients = look(giving_up)
                self.assertEqual(dispatch.recipient_ids.mapped("state"), ["sent", "deferred"])
                with transaction() as env:
                    came_back, ana, _rui = look(env)
                    ana._set_state("bounced")
                    came_back._update_state()
                dispatch._cancel("no longer wanted")
                giving_up.flush_all()

    def test_bounce_before_the_worker_has_noted_the_250(self):
        [dispatch] = self.invoices()
        with self.standing_at("dot"):
            self.bounce(dispatch, ANA)
        self.assertEqual(self.fates(dispatch), {ANA: "bounced"})
        self.assertDispatch(dispatch, "failed")
        self.assertCopies(1)

    def test_bounce_while_the_worker_writes_the_same(self):
        """What the mail gateway does not take at the first time is lost: it never comes again."""
        [dispatch] = self.invoices()
        stop = self.stop("document.dispatch.recipient", "_receive_report")
        with self.standing_at("dot"):
            gateway = self.bounce(dispatch, ANA, stop)
        stop.go_on()
        self.finish(gateway)
        self.assertEqual(self.fates(dispatch), {ANA: "bounced"})
        self.assertDispatch(dispatch, "failed")

    # ------------------------------------------------------------------

    @contextmanager
    def standing_at(self, stage):
        """A worker, while the server lets it wait at this stage; done afterwards."""
        self.handler.faults[stage] = go_on = threading.Event()
        self.addCleanup(go_on.set)
        process = self.start()
        self.await_(self.handler.reached)
        yield process
        go_on.set()
        self.finish(process)

    def lock_invoice(self, env, dispatch_id):
        env.cr.execute("SELECT 1 FROM account_move WHERE id = %s FOR UPDATE", [self.move_id(dispatch_id)])

    def bounce(self, dispatch_id, address, *stops):
        """The customer's server reports, to a process of its own, that it has no such address."""
        with transaction() as env:
            message_id = env["document.dispatch"].browse(dispatch_id).mail_message_id.message_id
        process = self.start(worker.receive, REPORT.format(message_id=message_id, address=address), *stops)
        for stop in stops:
            self.await_(stop)
        if not stops:
            self.finish(process)
        return process
