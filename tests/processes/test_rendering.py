"""PDFs drawn by several real wkhtmltopdf at once, and one that misbehaves among them."""

import io
import os
import re
import socket
import threading
import time
from pathlib import Path

import worker
from case import PROCESSES
from drawing import DrawingCase
from worker import Stop, transaction

from tools.pdf.library import PdfReader

MANY = 12
class TestRendering(DrawingCase):
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
        self.fault_row("Pages and files", "one of twelve pages cannot be drawn", [*dispatches, parked])()

    def test_one_that_never_ends(self):
        *dispatches, parked = self.unmade_invoices(3, last="Obra parada")
        self.draw_with("hang", timeout=6)
        self.assertDispatches(dispatches, "sent")
        self.assertIn("did not finish within 6 seconds", self.message_of(parked))
        self.assertDispatch(parked, "failed")
        self.fault_row("Pages and files", "one of three pages never ends", [*dispatches, parked])()

    def test_picture_that_never_comes(self):
        """A strange server that takes the call and is silent costs its own page seconds, and nobody else anything."""
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        address = f"//127.0.0.1:{silent.getsockname()[1]}"
        *_made, waiting = dispatches = self.unmade_invoices(
            3, last=f'<img src="http:{address}/a.png"><p style="background: url(https:{address}/b)">Terms</p>')
        begun = time.monotonic()
        self.draw_with("well")
        self.assertLess(time.monotonic() - begun, 100)
        self.assertDispatches(dispatches, "sent")
        self.assertOwnPdfs([waiting])
        self.assertCopies(3)
        self.fault_row("Pages and files", "a picture on one of three pages never comes", dispatches)()

    def test_worker_killed_while_a_page_is_drawn(self):
        """Nothing of it is left behind, and what was interrupted goes last and alone."""
        first, *others = self.unmade_invoices(3, last="Obra parada")
        process = self.start(worker.deliver_drawing, self.program("hang"), {"folder": str(self.folder)})
        drawing = self.await_drawing()
        self.kill(process)
        self.assertNotDrawing(drawing)
        self.assertTrue(list(self.folder.glob("dispatch_pdf_*")), "killed in the middle")
        with transaction() as env:
            dispatches = env["document.dispatch"].browse([first, *others])
            self.assertEqual(set(dispatches.mapped("prepare_tries")), {1})
        end = self.fault_row(
            "Workers that are killed", "while pages are drawn, one of which never ends", [first, *others])
        self.notes.unlink()
        self.draw_with("hang", timeout=6)
        self.assertFalse(list(self.folder.glob("dispatch_pdf_*")))
        self.assertEqual(set(self.calls()), {1})
        self.assertDispatches([first, others[0]], "sent")
        self.assertDispatch(others[1], "failed")
        self.assertCopies(2)
        end()

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
        self.fault_row("The database", "somebody writes one of six invoices all the time", dispatches)()

    def test_server_that_cannot_draw(self):
        """A missing program is no fault of the documents: they wait, one sentence says why, and then they go."""
        made = self.unmade_invoices(2)
        path = os.environ["PATH"]
        for folder in path.split(os.pathsep):
            if Path(folder, "wkhtmltopdf").exists():
                path = path.replace(folder, str(self.folder))
        self.finish(self.start(worker.deliver_drawing, path, {}))
        with transaction() as env:
            dispatches = env["document.dispatch"].browse(made)
            self.assertEqual(set(dispatches.mapped("state")), {"queued"})
            self.assertIn("wkhtmltopdf", dispatches[0].state_message)
            self.assertEqual(len(list(env["document.dispatch.health"]._check_server())), 1)
        end = self.fault_row("Pages and files", "wkhtmltopdf is missing", made)
        self.server_is_mended()
        self.draw_with("well")
        self.assertDispatches(made, "sent")
        self.assertCopies(2)
        end()
        with transaction() as env:
            self.assertEqual(list(env["document.dispatch.health"]._check_server()), [])

    def test_server_that_cannot_draw_or_keep_files(self):
        """Nor are these a document's fault: all wait, and all go."""
        for section, fault, mode, options in (
            ("Pages and files", "wkhtmltopdf draws nothing at all", "broken", {}),
            ("Pages and files", "the folder for temporary files is gone", "well", {"folder": "/nowhere/at/all"}),
            ("Pages and files", "the files of the database cannot be written", "well",
             {"filestore": self.spoiled_filestore()}),
            ("Pages and files", "the disk is full", "well", {"disk_full": True}),
        ):
            with self.subTest(fault=fault):
                self.handler.clear()
                made = self.unmade_invoices(2)
                self.draw_with(mode, **options)
                end = self.fault_row(section, fault, made)
                self.assertDispatches(made, "queued", is_move_sent=False)
                self.server_is_mended()
                self.draw_with("well")
                self.assertDispatches(made, "sent")
                self.assertOwnPdfs(made)
                end()

    def spoiled_filestore(self):
        """Return a folder in which each folder for files is a file: nobody writes there, root neither."""
        folder = self.folder / "filestore"
        folder.mkdir()
        for number in range(256):
            folder.joinpath(f"{number:02x}").touch()
        return str(folder)

    def test_files_that_are_lost_before_the_mail_goes(self):
        """Made, and kept; then one of them is cut on the disk, or all cannot be read."""
        self.smtp.stop()
        cut, whole = made = self.unmade_invoices(2)
        self.draw_with("well")
        with transaction() as env:
            file = env["document.dispatch"].browse(cut).attachment_ids
            path = Path(file._full_path(file.store_fname))
        kept = path.read_bytes()
        path.unlink()  # it may be shared with other databases
        path.write_bytes(kept[:14])
        self.smtp.start()
        self.make_due()
        self.draw_with("well")
        self.assertDispatch(cut, "failed")
        self.assertDispatch(whole, "sent")
        self.fault_row("Pages and files", "one of two PDFs is cut on the disk before its mail goes", made)()
        path.write_bytes(kept)

        self.smtp.stop()
        made = self.unmade_invoices(2)
        self.draw_with("well")
        self.smtp.start()
        self.make_due()
        self.draw_with("well", filestore="/proc/nowhere")
        end = self.fault_row("Pages and files", "the files of the database cannot be read", made)
        self.assertDispatches(made, "queued", is_move_sent=False)
        self.server_is_mended()
        self.draw_with("well")
        self.assertDispatches(made, "sent")
        end()

    def server_is_mended(self):
        """And the time comes, and somebody uses the account again."""
        self.make_due()
        self.execute("UPDATE document_dispatch SET prepare_after = NULL")
        with transaction() as env:
            env["ir.mail_server"].search([]).action_dispatch_resume()

    def test_print_run_in_the_background(self):
        """A worker is killed in the middle; the next one goes on from there, and nothing is in the file twice."""
        made = [dispatch for letter in "abc" for dispatch in self.unmade_invoices(MANY, f"{letter}@silva.example.com")]
        with transaction() as env:
            dispatches = env["document.dispatch"].browse(made)
            dispatches._to_paper("manual")
            run_id = env["document.dispatch.print"]._start(dispatches, covers=True).id
        place = Stop(PROCESSES, "document.dispatch.printer", "_finish")
        killed = self.start(worker.print_runs, place)
        self.await_(place)
        killed.kill()
        killed.join()
        with transaction() as env:
            run = env["document.dispatch.print"].browse(run_id)
            self.assertEqual((run.state, run.documents, len(run.part_ids)), ("making", 2 * MANY, 1))
        self.finish(self.start(worker.print_runs))
        with transaction() as env:
            run = env["document.dispatch.print"].browse(run_id)
            self.assertEqual((run.state, run.documents, run.envelopes, run.left_out), ("done", 3 * MANY, 3, False))
            self.assertEqual(set(run.dispatch_ids.mapped("state")), {"printed"})
            pages = PdfReader(io.BytesIO(run.attachment_id.raw)).pages
            self.assertEqual(len(pages), run.pages)
            texts = [re.sub(r"\s", "", page.extract_text()) for page in pages]
            for dispatch in run.dispatch_ids:
                self.assertEqual(len([text for text in texts if dispatch.document_name in text]), 2, "cover and page")
