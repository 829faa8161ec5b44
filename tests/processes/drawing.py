"""Invoices whose PDFs are drawn by real wkhtmltopdf processes, or by one that misbehaves."""

import io
import os
import re
import shutil
import stat
import tempfile
import threading
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import worker
from case import FaultCase
from worker import transaction

from tools.pdf.library import PdfReader

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
    if mode == "hang all":
        time.sleep(60)
    if mode == "hang" and "Obra parada" in texts:
        time.sleep(60)
    if mode == "fail" and "Obra parada" in texts:
        sys.exit(2)
if mode == "broken":
    sys.exit("QXcbConnection: could not connect to display")
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


class DrawingCase(FaultCase):
    """Its style sheets come from a server of the test's own."""

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
        self.finish(self.start(worker.deliver_drawing, self.program(mode), options))

    def program(self, mode):
        """Return the PATH that finds a wkhtmltopdf that behaves so."""
        program = self.folder / "wkhtmltopdf"
        program.write_text(PROGRAM.format(mode=mode, real=shutil.which("wkhtmltopdf"), notes=str(self.notes)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return os.pathsep.join([str(self.folder), os.environ["PATH"]])

    def calls(self):
        """The number of documents in each call."""
        return [int(line) for line in self.notes.read_text().split()]

    def await_drawing(self):
        """Wait until a program draws that never ends, and return its folder in /proc."""
        pid = self.folder / "pid"
        self.wait_until(lambda: pid.exists() and pid.read_text())
        return Path("/proc", pid.read_text())

    def assertNotDrawing(self, process):
        """The program that drew ends with its worker."""
        self.wait_until(lambda: not process.exists() or "Z" in process.joinpath("stat").read_text().split()[2])

    def assertDrawnAndSent(self, dispatch_ids):
        """The next workers make what lacks, and each goes once, with its PDF to the last byte."""
        self.draw_with("well")
        self.draw_with("well")
        self.assertDispatches(dispatch_ids, "sent")
        self.assertOwnPdfs(dispatch_ids)
        self.assertCopies(len(dispatch_ids))
        self.assertWhole(len(dispatch_ids))
        self.assertFalse(list(self.folder.glob("dispatch_pdf_*")))

    def assertWhole(self, count):
        """Each mail that arrived has its one PDF, to the last byte."""
        files = [part.get_payload(decode=True) for _sender, _to, content in self.handler.messages
                 for part in message_from_bytes(content).walk() if part.get_content_type() == "application/pdf"]
        self.assertEqual(len(files), count)
        for file in files:
            self.assertTrue(file.startswith(b"%PDF") and b"%%EOF" in file[-1024:])

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
