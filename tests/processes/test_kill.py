"""kill -9 at every stage: nothing is lost, nothing goes twice, and what nobody can know is shown."""

import threading
import time
from collections import Counter

import worker
from case import PATIENCE, FaultCase
from drawing import DrawingCase

ANA, RUI, EVA = "ana@silva.example.com", "rui@silva.example.com", "eva@silva.example.com"
KILLED_ROWS = 40
#: Where a worker stands when it is killed, on its way from a planned invoice to its first mail
ON_THE_WAY_TO_FILES = (
    ("Workers that are killed", "when the PDFs are to be drawn", "document.dispatch.content", "_draw", False),
    ("Workers that are killed", "when the PDFs are drawn, before they are written",
     "document.dispatch.delivery", "_write_content", False),
    ("Workers that are killed", "when the PDFs are drawn, before they are kept",
     "document.dispatch.content", "_prepare_group", True),
    ("Workers that are killed", "when the PDFs are kept, before the first mail",
     "document.dispatch.delivery", "_claim", False),
    ("Workers that are killed", "when the first is claimed, with PDFs", "document.dispatch.delivery", "_begin", False),
)


class KillCase(FaultCase):
    """Workers that are killed at a place of their own, or of the mail server's."""

    def start_worker(self, *stops):
        return self.start(worker.deliver, *stops)

    def kill_at(self, place, *stops):
        """Kill a worker when it, or what it talks to, has come to this place."""
        process = self.start_worker(*stops)
        self.await_(place)
        self.kill(process)

    def kill_at_stage(self, stage):
        """Kill a worker while the server stands still at this stage."""
        self.handler.faults[stage] = event = threading.Event()
        self.addCleanup(event.set)
        self.kill_at(self.handler.reached)
        event.set()
        self.handler.faults.clear()

    def states(self, dispatches):
        """How many mails of these dispatches have which state."""
        return Counter(state for dispatch in dispatches for state in self.fates(dispatch).values())


class TestKill(KillCase):
    def test_before_connect(self):
        stop = self.stop("ir.mail_server", "_connect__")
        [dispatch] = self.invoices()
        self.kill_at(stop, stop)
        self.assertShownOnly(dispatch, copies=0)
        self.fault_row("Workers that are killed", "before the connection", [dispatch])()

    def test_after_mail_from(self):
        [dispatch] = self.invoices()
        self.kill_at_stage("mail")
        self.assertShownOnly(dispatch, copies=0)
        self.fault_row("Workers that are killed", "at MAIL FROM", [dispatch])()

    def test_after_the_final_dot(self):
        [dispatch] = self.invoices()
        self.kill_at_stage("dot")
        self.assertShownOnly(dispatch, copies=1)
        self.fault_row("Workers that are killed", "after the final dot, before the 250", [dispatch])()

    def test_after_the_250_and_before_the_commit(self):
        stop = self.stop("document.dispatch.recipient", "_apply_outcome", after=True)
        [dispatch] = self.invoices()
        self.kill_at(stop, stop)
        self.assertShownOnly(dispatch, copies=1)
        self.fault_row("Workers that are killed", "after the 250, before it is written down", [dispatch])()

    def test_before_the_document_learns_of_it(self):
        stop = self.stop("document.dispatch.mailer", "_note_account")
        [dispatch] = self.invoices()
        self.kill_at(stop, stop)
        self.assertDispatch(dispatch, "sending", "queued", is_move_sent=False)
        end = self.fault_row(
            "Workers that are killed", "after it is written down, before the invoice knows", [dispatch])
        self.deliver()
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)
        end()

    def test_the_other_recipients_go_on(self):
        [dispatch] = self.invoices(ANA, RUI, EVA)
        self.kill_at_stage("dot")
        self.deliver()
        self.assertEqual(sorted(self.fates(dispatch).values()), ["sent", "sent", "unknown"])
        self.assertDispatch(dispatch, "unknown", is_move_sent=True)  # two of them have it
        self.assertCopies(3)
        self.fault_row("Workers that are killed", "at the first of three addresses", [dispatch])()

    def test_connection_to_the_database_lost(self):
        """A worker without its database is as good as dead, though it still talks to the mail server."""
        [dispatch] = self.invoices()
        self.handler.faults["dot"] = event = threading.Event()
        process = self.start_worker()
        self.await_(self.handler.reached)
        self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                     " WHERE datname = current_database() AND pid != pg_backend_pid()")
        self.handler.faults.clear()
        event.set()
        process.join(PATIENCE)
        self.assertNotIn(process.exitcode, (0, None))
        self.assertShownOnly(dispatch, copies=1)
        self.fault_row("The database", "the connection is lost while the mail is at the server", [dispatch])()

    def test_again_and_again(self):
        """Killed at moments that nobody chose, by the scheduler too: every mail is sent or shown."""
        dispatches, kills = self.invoices(count=KILLED_ROWS), 6
        for kill in range(kills):
            process = self.start(worker.run_cron)
            arrived = len(self.handler.copies)
            # where the test itself had no processor meanwhile, the worker may be through
            self.wait_until(lambda arrived=arrived, process=process:
                            len(self.handler.copies) > arrived + 1 or process.exitcode is not None)
            time.sleep(0.007 * kill)
            self.kill(process)
        self.finish(self.start(worker.run_cron))
        states = self.states(dispatches)
        self.assertEqual(set(self.handler.copies.values()), {1}, "doubled")
        self.assertEqual(states["sent"] + states["unknown"], KILLED_ROWS, states)
        self.assertLessEqual(states["unknown"], kills)
        self.assertLessEqual(states["sent"], len(self.handler.copies))


class TestKillWithFiles(KillCase, DrawingCase):
    """The same with PDFs, which are made, kept and sent."""

    def start_worker(self, *stops, mode="well"):
        return self.start(worker.deliver_drawing, self.program(mode), {"folder": str(self.folder)}, *stops)

    def test_on_the_way_to_the_files(self):
        """Nothing of it is kept that is not whole, and the next worker makes what lacks, once."""
        for section, fault, model, method, after in ON_THE_WAY_TO_FILES:
            with self.subTest(fault=fault):
                self.handler.clear()
                stop = self.stop(model, method, after=after)
                dispatches = self.unmade_invoices(3)
                self.kill_at(stop, stop)
                self.assertGoesOn(dispatches, self.fault_row(section, fault, dispatches))

    def test_while_the_files_are_drawn(self):
        """The programs that draw end with their worker."""
        dispatches = self.unmade_invoices(3)
        process = self.start_worker(mode="hang all")
        drawing = self.await_drawing()
        self.kill(process)
        self.assertNotDrawing(drawing)
        self.assertGoesOn(dispatches, self.fault_row("Workers that are killed", "while the PDFs are drawn", dispatches))

    def test_while_it_is_handed_over(self):
        """The one in hand is shown, with its files as they were; the others go whole."""
        for section, fault, stage, copies in (
            ("Workers that are killed", "at DATA, with PDFs", "data", 2),
            ("Workers that are killed", "after the final dot, with PDFs", "dot", 3),
        ):
            with self.subTest(fault=fault):
                self.handler.clear()
                dispatches = self.unmade_invoices(3)
                self.kill_at_stage(stage)
                self.draw_with("well")
                self.assertEqual(self.states(dispatches), {"unknown": 1, "sent": 2})
                self.assertOwnPdfs(dispatches)
                self.assertCopies(copies)
                self.assertWhole(copies)
                self.fault_row(section, fault, dispatches)()

    def test_one_of_two_workers(self):
        """The other one goes on, and does what is left; what the dead one had in hand is shown."""
        dispatches = self.unmade_invoices(12)
        self.handler.faults["dot"] = event = threading.Event()
        self.addCleanup(event.set)
        workers = [self.start_worker() for _worker in range(2)]
        self.await_(self.handler.reached)
        self.kill(workers[0])
        self.handler.faults.clear()
        event.set()
        self.finish(workers[1])
        self.draw_with("well")
        states = self.states(dispatches)
        self.assertEqual(states["sent"] + states["unknown"], 12, states)
        self.assertLessEqual(states["unknown"], 1)
        self.assertEqual(set(self.handler.copies.values()), {1}, "doubled")
        self.assertGreaterEqual(len(self.handler.copies), states["sent"])
        self.assertOwnPdfs(dispatches)

    def assertGoesOn(self, dispatches, end):
        """All waited, and go now."""
        self.assertDispatches(dispatches, "queued", is_move_sent=False)
        self.assertDrawnAndSent(dispatches)
        end()
