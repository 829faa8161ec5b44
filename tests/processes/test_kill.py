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
        [row] = self.invoices()
        self.kill_at(stop, stop)
        self.assertShownOnly(row, copies=0)

    def test_after_mail_from(self):
        [row] = self.invoices()
        self.kill_at_stage("mail")
        self.assertShownOnly(row, copies=0)

    def test_after_the_final_dot(self):
        [row] = self.invoices()
        self.kill_at_stage("dot")
        self.assertShownOnly(row, copies=1)

    def test_after_the_250_and_before_the_commit(self):
        stop = self.stop("document.dispatch.recipient", "_apply_outcome", after=True)
        [row] = self.invoices()
        self.kill_at(stop, stop)
        self.assertShownOnly(row, copies=1)

    def test_before_the_document_learns_of_it(self):
        stop = self.stop("document.dispatch.mailer", "_note_account")
        [row] = self.invoices()
        self.kill_at(stop, stop)
        self.assertRow(row, "sending", "queued", is_move_sent=False)
        self.deliver()
        self.assertRow(row, "sent")
        self.assertCopies(1)

    def test_the_other_recipients_go_on(self):
        [row] = self.invoices(ANA, RUI, EVA)
        self.kill_at_stage("dot")
        self.deliver()
        self.assertEqual(sorted(self.fates(row).values()), ["sent", "sent", "unknown"])
        self.assertRow(row, "unknown")
        self.assertCopies(3)

    def test_connection_to_the_database_lost(self):
        """A worker without its database is as good as dead, though it still talks to the mail server."""
        [row] = self.invoices()
        self.handler.faults["dot"] = event = threading.Event()
        process = self.start()
        self.await_(self.handler.reached)
        self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                     " WHERE datname = current_database() AND pid != pg_backend_pid()")
        self.handler.faults.clear()
        event.set()
        process.join(SECONDS)
        self.assertNotIn(process.exitcode, (0, None))
        self.assertShownOnly(row, copies=1)

    def test_again_and_again(self):
        """Killed at moments that nobody chose, by the scheduler too: every mail is sent or shown."""
        rows, kills = self.invoices(count=KILLED_ROWS), 6
        for kill in range(kills):
            process = self.start(worker.run_cron)
            arrived = len(self.handler.copies)
            self.wait_until(lambda arrived=arrived: len(self.handler.copies) > arrived + 1)
            time.sleep(0.007 * kill)
            self.kill(process)
        self.finish(self.start(worker.run_cron))
        states = Counter(state for row in rows for state in self.fates(row).values())
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
