"""PDFs drawn by several real wkhtmltopdf at once, and one that misbehaves among them."""

import io
import os
import re
import shutil
import socket
import stat
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import worker
from case import PROCESSES, FaultCase
from worker import Stop, transaction

from tools.pdf.library import PdfReader

MANY = 12
#: Goes before the real wkhtmltopdf: notes each call, and spoils some
PROGRAM = """\
#!/usr/bin/env python3
import os, sys, time
from pathlib import Path

mode, real, notes = {mode!r}, {real!r}, Path({notes!r})
arguments = sys.argv[1:]
bodies = [name for name in arguments if "report.body" in name]
if bodies:
    with notes.open("a") as file:
        file.write(f"{{len(bodies)}}\\n")
    notes.with_name("pid").write_text(str(os.getpid()))
    texts = "".join(Path(name).read_text() for name in bodies)
    if mode == "mix" and len(bodies) > 1:
        first, last = (arguments.index(name) for name in (bodies[0], bodies[-1]))
        arguments[first], arguments[last] = arguments[last], arguments[first]
    if mode == "fail together" and len(bodies) > 1:
        sys.exit("too many")
    if mode == "hang" and "Obra parada" in texts:
        time.sleep(60)
    if mode == "fail" and "Obra parada" in texts:
        sys.exit(2)
os.execv(real, [real, *arguments])
"""


class StyleSheets(BaseHTTPRequestHandler):
    """Answers whatever a page asks for, as Odoo's own server would."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.send_header("Content-Type", "text/css")
        self.end_headers()

    def log_message(self, *_arguments):
        """Nobody reads it."""


class TestRendering(FaultCase):
    def setUp(self):
        super().setUp()
        server = ThreadingHTTPServer(("127.0.0.1", 0), StyleSheets)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        with transaction() as env:
            env["ir.config_parameter"].set_param("report.url", f"http://127.0.0.1:{server.server_port}")
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.notes = self.folder / "calls"

    def test_many_at_once(self):
        dispatches = self.unmade_invoices(MANY)
        self.draw_with("well")
        self.assertDispatches(dispatches, "sent")
        self.assertOwnPdfs(dispatches)
        self.assertLess(len(self.calls()), MANY, "several in one process")

    def test_mixed_up(self):
        dispatches = self.unmade_invoices(MANY)
        self.draw_with("mix")
        self.assertDispatches(dispatches, "sent")
        self.assertOwnPdfs(dispatches)
        self.assertIn(1, self.calls(), "drawn again, one by one")

    def test_group_that_fails(self):
        dispatches = self.unmade_invoices(MANY)
        self.draw_with("fail together")
        self.assertDispatches(dispatches, "sent")
        self.assertOwnPdfs(dispatches)

    def test_one_that_cannot_be_drawn(self):
        """It is parked with its reason, the others go."""
        *dispatches, parked = self.unmade_invoices(MANY, last="Obra parada")
        self.draw_with("fail")
        self.assertDispatches(dispatches, "sent")
        self.assertOwnPdfs(dispatches)
        self.assertIn("wkhtmltopdf", self.message_of(parked))
        self.assertDispatch(parked, "failed")

    def test_one_that_never_ends(self):
        *dispatches, parked = self.unmade_invoices(3, last="Obra parada")
        self.draw_with("hang", timeout=2)
        self.assertDispatches(dispatches, "sent")
        self.assertIn("did not finish within 2 seconds", self.message_of(parked))
        self.assertDispatch(parked, "failed")

    def test_picture_that_never_comes(self):
        """A strange server that takes the call and is silent costs its own page seconds, and nobody else anything."""
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        address = f"//127.0.0.1:{silent.getsockname()[1]}"
        *_made, waiting = dispatches = self.unmade_invoices(
            3, last=f'<img src="http:{address}/a.png"><p style="background: url(https:{address}/b)">Terms</p>')
        begun = time.monotonic()
        self.draw_with("well")
        self.assertLess(time.monotonic() - begun, 40)
        self.assertDispatches(dispatches, "sent")
        self.assertOwnPdfs([waiting])
        self.assertCopies(3)

    def test_worker_killed_while_a_page_is_drawn(self):
        """Nothing of it is left behind, and what was interrupted goes last and alone."""
        first, *others = self.unmade_invoices(3, last="Obra parada")
        process = self.start(worker.deliver_drawing, self.program("hang"), {"folder": str(self.folder)})
        pid = self.folder / "pid"
        self.wait_until(pid.exists)
        self.kill(process)
        drawing = Path("/proc", pid.read_text())
        self.wait_until(lambda: not drawing.exists() or "Z" in drawing.joinpath("stat").read_text().split()[2])
        self.assertTrue(list(self.folder.glob("dispatch_pdf_*")), "killed in the middle")
        with transaction() as env:
            dispatches = env["document.dispatch"].browse([first, *others])
            self.assertEqual(set(dispatches.mapped("prepare_tries")), {1})
        self.notes.unlink()
        self.draw_with("hang", timeout=3)
        self.assertFalse(list(self.folder.glob("dispatch_pdf_*")))
        self.assertEqual(set(self.calls()), {1})
        self.assertDispatches([first, others[0]], "sent")
        self.assertDispatch(others[1], "failed")
        self.assertCopies(2)

    def test_invoice_that_somebody_writes_all_the_time(self):
        dispatches = self.unmade_invoices(6)
        busy, done = self.move_id(dispatches[0]), threading.Event()

        def write():
            while not done.wait(1):
                self.execute("UPDATE account_move SET ref = coalesce(ref, '') || '.' WHERE id = %s", busy)

        somebody = threading.Thread(target=write)
        somebody.start()
        try:
            self.draw_with("well")
        finally:
            done.set()
            somebody.join()
        self.deliver()
        self.assertDispatches(dispatches, "sent")
        self.assertCopies(6)

    def test_server_that_cannot_draw(self):
        """A missing program is no fault of the documents: they wait, one sentence says why, and then they go."""
        made = self.unmade_invoices(2)
        path = os.environ["PATH"]
        for folder in path.split(os.pathsep):
            if Path(folder, "wkhtmltopdf").exists():
                path = path.replace(folder, str(self.folder))
        self.finish(self.start(worker.deliver_drawing, path, {}), seconds=60)
        with transaction() as env:
            dispatches = env["document.dispatch"].browse(made)
            self.assertEqual(set(dispatches.mapped("state")), {"queued"})
            self.assertIn("wkhtmltopdf", dispatches[0].state_message)
            self.assertEqual(len(list(env["document.dispatch.health"]._check_server())), 1)
            dispatches._with_system_write().prepare_after = False
        self.draw_with("well")
        self.assertDispatches(made, "sent")
        self.assertCopies(2)
        with transaction() as env:
            self.assertEqual(list(env["document.dispatch.health"]._check_server()), [])

    def test_print_run_in_the_background(self):
        """A worker is killed in the middle; the next one goes on from there, and nothing is in the file twice."""
        made = [dispatch for letter in "abc" for dispatch in self.unmade_invoices(MANY, f"{letter}@silva.example.com")]
        with transaction() as env:
            dispatches = env["document.dispatch"].browse(made)
            dispatches._to_paper("manual")
            run_id = env["document.dispatch.print"]._start(dispatches, covers=True).id
        place = Stop(PROCESSES, "document.dispatch.printer", "_finish")
        killed = self.start(worker.print_runs, place)
        self.assertTrue(place.wait(60), "the worker does not come here")
        killed.kill()
        killed.join()
        with transaction() as env:
            run = env["document.dispatch.print"].browse(run_id)
            self.assertEqual((run.state, run.documents, len(run.part_ids)), ("making", 2 * MANY, 1))
        self.finish(self.start(worker.print_runs), seconds=60)
        with transaction() as env:
            run = env["document.dispatch.print"].browse(run_id)
            self.assertEqual((run.state, run.documents, run.envelopes, run.left_out), ("done", 3 * MANY, 3, False))
            self.assertEqual(set(run.dispatch_ids.mapped("state")), {"printed"})
            pages = PdfReader(io.BytesIO(run.attachment_id.raw)).pages
            self.assertEqual(len(pages), run.pages)
            texts = [re.sub(r"\s", "", page.extract_text()) for page in pages]
            for dispatch in run.dispatch_ids:
                self.assertEqual(len([text for text in texts if dispatch.document_name in text]), 2, "cover and page")

    # ------------------------------------------------------------------

    def unmade_invoices(self, count, *addresses, last=None):
        """Invoices that wait for text and files; the last one says something of its own."""
        made = self.invoices(*addresses, count=count)
        with transaction() as env:
            dispatches = env["document.dispatch"].browse(made)
            dispatches._with_system_write().content_ready = False
            if last:
                dispatches[-1].move_id.narration = last
        return made

    def draw_with(self, mode, **options):
        """Let a worker deliver, with a wkhtmltopdf that behaves so."""
        options.setdefault("folder", str(self.folder))
        self.finish(self.start(worker.deliver_drawing, self.program(mode), options), seconds=60)

    def program(self, mode):
        """Return the PATH that finds a wkhtmltopdf that behaves so."""
        program = self.folder / "wkhtmltopdf"
        program.write_text(PROGRAM.format(mode=mode, real=shutil.which("wkhtmltopdf"), notes=str(self.notes)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return os.pathsep.join([str(self.folder), os.environ["PATH"]])

    def calls(self):
        """The number of documents in each call."""
        return [int(line) for line in self.notes.read_text().split()]

    def message_of(self, dispatch_id):
        with transaction() as env:
            return env["document.dispatch"].browse(dispatch_id).state_message

    def assertOwnPdfs(self, dispatch_ids):
        """Each dispatch has one PDF, with its own number and nobody else's."""
        with transaction() as env:
            for dispatch in env["document.dispatch"].browse(dispatch_ids):
                [file] = dispatch.attachment_ids
                text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.raw)).pages)
                numbers = set(re.findall(r"INV/\d+/\d+", re.sub(r"\s", "", text)))
                self.assertEqual(numbers, {dispatch.document_name})
