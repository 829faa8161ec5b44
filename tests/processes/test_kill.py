"""kill -9 at every stage: nothing is lost, nothing goes twice, and what nobody can know is shown."""

import threading
import time
from collections import Counter

import worker
from case import SECONDS, FaultCase

ANA, RUI, EVA = "ana@silva.example.com", "rui@silva.example.com", "eva@silva.example.com"
KILLED_ROWS = 40


class TestKill(FaultCase):
    def test_before_connect(self):
        stop = self.stop("ir.mail_server", "_connect__")
        [dispatch] = self.invoices()
        self.kill_at(stop, stop)
        self.assertShownOnly(dispatch, copies=0)

    def test_after_mail_from(self):
        [dispatch] = self.invoices()
        self.kill_at_stage("mail")
        self.assertShownOnly(dispatch, copies=0)

    def test_after_the_final_dot(self):
        [dispatch] = self.invoices()
        self.kill_at_stage("dot")
        self.assertShownOnly(dispatch, copies=1)

    def test_after_the_250_and_before_the_commit(self):
        stop = self.stop("document.dispatch.recipient", "_apply_outcome", after=True)
        [dispatch] = self.invoices()
        self.kill_at(stop, stop)
        self.assertShownOnly(dispatch, copies=1)

    def test_before_the_document_learns_of_it(self):
        stop = self.stop("document.dispatch.mailer", "_note_account")
        [dispatch] = self.invoices()
        self.kill_at(stop, stop)
        self.assertDispatch(dispatch, "sending", "queued", is_move_sent=False)
        self.deliver()
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_the_other_recipients_go_on(self):
        [dispatch] = self.invoices(ANA, RUI, EVA)
        self.kill_at_stage("dot")
        self.deliver()
        self.assertEqual(sorted(self.fates(dispatch).values()), ["sent", "sent", "unknown"])
        self.assertDispatch(dispatch, "unknown", is_move_sent=True)  # two of them have it
        self.assertCopies(3)

    def test_connection_to_the_database_lost(self):
        """A worker without its database is as good as dead, though it still talks to the mail server."""
        [dispatch] = self.invoices()
        self.handler.faults["dot"] = event = threading.Event()
        process = self.start()
        self.await_(self.handler.reached)
        self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                     " WHERE datname = current_database() AND pid != pg_backend_pid()")
        self.handler.faults.clear()
        event.set()
        process.join(SECONDS)
        self.assertNotIn(process.exitcode, (0, None))
        self.assertShownOnly(dispatch, copies=1)

    def test_again_and_again(self):
        """Killed at moments that nobody chose, by the scheduler too: every mail is sent or shown."""
        dispatches, kills = self.invoices(count=KILLED_ROWS), 6
        for kill in range(kills):
            process = self.start(worker.run_cron)
            arrived = len(self.handler.copies)
            self.wait_until(lambda arrived=arrived: len(self.handler.copies) > arrived + 1)
            time.sleep(0.007 * kill)
            self.kill(process)
        self.finish(self.start(worker.run_cron))
        states = Counter(state for dispatch in dispatches for state in self.fates(dispatch).values())
        self.assertEqual(set(self.handler.copies.values()), {1}, "doubled")
        self.assertEqual(states["sent"] + states["unknown"], KILLED_ROWS, states)
        self.assertLessEqual(states["unknown"], kills)
        self.assertLessEqual(states["sent"], len(self.handler.copies))

    def kill_at_stage(self, stage):
        """Kill a worker while the server stands still at this stage."""
        self.handler.faults[stage] = event = threading.Event()
        self.addCleanup(event.set)
        self.kill_at(self.handler.reached)
        event.set()
        self.handler.faults.clear()

    def kill_at(self, place, *stops):
        process = self.start(worker.deliver, *stops)
        self.await_(place)
        self.kill(process)
