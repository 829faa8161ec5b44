"""A real server is stopped while it sends: the mail in hand is finished, no other is begun."""

import os
import signal
import subprocess
import sys
from collections import Counter

import worker
from case import FaultCase
from drawing import DrawingCase
from worker import transaction

ANA, RUI, EVA = "ana@silva.example.com", "rui@silva.example.com", "eva@silva.example.com"
LANES = ("document_dispatch.ir_cron_dispatch_deliver", "document_dispatch.ir_cron_dispatch_deliver_2")
#: Odoo loads its modules first
SECONDS_TO_START = 120
SECONDS_TO_STOP = 30
THREADED, PREFORK = "0", "1"
ANSWER_AFTER = 1


class ServerCase(FaultCase):
    """Odoo's own server with two lanes and no other job."""

    def setUp(self):
        super().setUp()
        with transaction() as env:
            jobs = env["ir.cron"].search([])
            jobs.active = False
            for lane in LANES:
                env.ref(lane).active = True
        self.addCleanup(self._switch_on, jobs.ids)

    def _switch_on(self, ids):
        with transaction() as env:
            env["ir.cron"].browse(ids).active = True

    def start_server(self, workers, **environment):
        """Start a server that has something to send, and return its process."""
        with transaction() as env:
            env["document.dispatch.delivery"]._trigger_workers()
        command = [
            sys.executable, "-m", "odoo", "server", "-c", os.environ["DISPATCH_CONFIG"], "-d", worker.DATABASE,
            "--no-http", "--workers", workers, "--max-cron-threads", "2", "--logfile", os.environ["DISPATCH_LOG"],
        ]
        server = subprocess.Popen(
            command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return server


class TestShutdown(ServerCase):
    def setUp(self):
        super().setUp()
        self.handler.faults["dot"] = ANSWER_AFTER

    def test_threaded(self):
        """Odoo's default: two lanes in threads, which Odoo leaves to die."""
        self.assertFinished(self.invoices(count=8), THREADED, signal.SIGTERM, mails=2)

    def test_threaded_between_the_readers_of_one_document(self):
        """Ctrl-C: who has it has it, the others are as they were."""
        [row] = self.invoices(ANA, RUI, EVA)
        self.stop_while_sending(THREADED, signal.SIGINT)
        self.assertEqual(Counter(self.fates(row).values()), {"sent": 1, "queued": 2})
        self.assertDispatch(row, "queued", is_move_sent=True)  # one has it
        end = self.fault_row("Servers that are stopped", "Ctrl-C at the first of three addresses", [row])
        self.assertGoesOn([row], 3)
        end()

    def test_prefork(self):
        self.assertFinished(self.invoices(count=8), PREFORK, signal.SIGTERM, mails=2)

    # ------------------------------------------------------------------

    def stop_while_sending(self, workers, signal_number):
        """Start Odoo's own server, stop it when a mail is at the server, and wait until it has ended."""
        server = self.start_server(workers)
        self.assertTrue(self.handler.reached.wait(SECONDS_TO_START), "the server does not send")
        server.send_signal(signal_number)
        server.wait(SECONDS_TO_STOP)

    def assertFinished(self, rows, workers, signal_number, mails):
        """What was in hand is sent and shown as such, without another worker; the rest waits as it was."""
        self.stop_while_sending(workers, signal_number)
        copies = sum(self.handler.copies.values())
        self.assertLessEqual(copies, mails)
        with transaction() as env:
            dispatches = env["document.dispatch"].browse(rows)
            ends = Counter((row.state, row.recipient_ids.state, row.recipient_ids.tries) for row in dispatches)
        self.assertEqual(ends, {("sent", "sent", 1): copies, ("queued", "queued", 0): len(rows) - copies})
        self.assertGoesOn(rows, len(rows))

    def assertGoesOn(self, rows, mails):
        """The next worker sends the rest, and nothing is unknown or doubled."""
        self.handler.faults.clear()
        self.deliver()
        self.assertDispatches(rows, "sent")
        self.assertCopies(mails)


class TestShutdownWithFiles(ServerCase, DrawingCase):
    def test_threaded(self):
        """What was being drawn is drawn by the next worker: no page keeps the server from its end."""
        dispatches = self.unmade_invoices(3)
        server = self.start_server(THREADED, PATH=self.program("hang all"), TMPDIR=str(self.folder))
        drawing = self.await_drawing()
        server.send_signal(signal.SIGTERM)
        server.wait(SECONDS_TO_STOP)
        self.assertNotDrawing(drawing)
        self.assertDispatches(dispatches, "queued", is_move_sent=False)
        end = self.fault_row("Servers that are stopped", "while the PDFs are drawn", dispatches)
        self.assertDrawnAndSent(dispatches)
        end()
