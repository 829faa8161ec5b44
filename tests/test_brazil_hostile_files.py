"""Files of strangers on an invoice: nobody waits for them, nothing breaks, and what cannot be read is shown."""

import re
import time
from contextlib import suppress
from unittest.mock import patch

from odoo import http
from odoo.tests import HttpCase, new_test_user

from ..tools.brazil import danfe
from ..tools.pdf import reader as pdf_reader
from . import hostile
from .fiscal import FiscalCase, boleto_pdf

PINNING = next(hostile.pdfs())[1]  # a hundred kilobytes that keep a reader busy for minutes


class TestReading(FiscalCase):
    def _read(self):
        """The scheduler, in the test's own transaction."""
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60):
            self.env["document.dispatch.file"].sudo()._cron_read()

    def test_being_read(self):
        """A dispatch says so until the scheduler has been there."""
        with patch.object(pdf_reader, "read_texts", side_effect=AssertionError("while somebody waits")):
            self._upload(boleto_pdf(self._instalment()), "boleto.pdf")
        [file] = self.invoice.dispatch_file_ids
        self.assertEqual((file.state, file.name, file._dispatch_type_code()), ("reading", "boleto.pdf", False))
        self.assertIn("being read", file.file_messages)
        self._run_cron("read")
        [file] = self.invoice.dispatch_file_ids
        self.assertEqual((file.kind, file.state, file.reading), ("boleto", "ok", False))

    def test_what_is_none_leaves_nothing(self):
        self._attach(hostile.letter("Contrato"), "contrato.pdf")
        self.assertFalse(self.invoice.dispatch_file_ids)

    def test_what_cannot_be_read_is_shown(self):
        for content, problem, words in (
            (PINNING, None, "cannot be checked|limits"), (hostile.locked(), "password", "password"),
            (hostile.letter("Fatura")[:200], "broken", "damaged"),
            (b"\n" + hostile.letter("Fatura")[:200], "broken", "damaged"),
            (self.xml[:500], "truncated", "looks like an NF-e, but it is cut off"),
            (self.xml.decode()[:500].encode("utf-16"), "truncated", "looks like an NF-e, but it is cut off"),
        ):
            with self.subTest(problem):
                attachment = self._attach(content, "anexo")
                [file] = self.invoice.dispatch_file_ids
                self.assertEqual((file.kind, file.state), ("unusable", "error"))
                self.assertRegex(file.file_messages, words)
                self.assertIn(file.reference, [problem] if problem else pdf_reader.PROBLEMS)
                attachment.unlink()

    def test_looking_again(self):
        """A PDF that could not be read is read once more, one that was read is not."""
        attachment = self._attach(boleto_pdf(self._instalment()), "boleto.pdf")
        self.invoice.action_dispatch_recognise()
        self.assertFalse(self.invoice.dispatch_file_ids.reading)
        attachment.unlink()
        self._attach(PINNING, "anexo.pdf")
        self.invoice.action_dispatch_recognise()
        self.assertEqual(self.invoice.dispatch_file_ids.state, "reading")

    def test_new_bytes_wait(self):
        """What is queued does not take bytes that nobody has read."""
        self._nf_people()
        amount, due = self._instalment()
        attachment = self._attach(boleto_pdf((amount, due)), "boleto.pdf")
        file = self.invoice.dispatch_file_ids
        dispatches = file._dispatch_create("manual")
        attachment.raw = PINNING
        self.assertEqual(file.state, "reading")
        self._deliver()
        self.assertEqual((dispatches.state, self.envelopes), ("queued", []))
        self._run_cron("read")
        self.assertEqual(self.invoice.dispatch_file_ids.mapped("kind"), ["unusable"])
        self.assertEqual(dispatches.state, "cancelled")

    def test_new_bytes_while_it_is_read(self):
        """What was read belongs to bytes that are gone: the next run reads those that are there."""
        attachment = self._upload(hostile.letter("Contrato"), "boleto.pdf")
        read_texts = pdf_reader.read_texts

        def replaced_meanwhile(contents):
            readings = read_texts(contents)
            attachment.raw = boleto_pdf(self._instalment())
            self.env.flush_all()
            return readings

        with patch.object(pdf_reader, "read_texts", replaced_meanwhile):
            self._read()
        self.assertEqual(self.invoice.dispatch_file_ids.state, "reading")
        self._run_cron("read")
        self.assertEqual(self.invoice.dispatch_file_ids.kind, "boleto")

    def test_no_process(self):
        """That is no fault of the file: it goes on being read."""
        self._upload(boleto_pdf(self._instalment()), "boleto.pdf")
        file = self.invoice.dispatch_file_ids
        for _run in range(5):
            with patch.object(pdf_reader.subprocess, "run", side_effect=OSError("no memory")), self.assertLogs(
                    "odoo.addons.document_dispatch.models.brazil.document_dispatch_file_reading", "ERROR"):
                self._read()
        self.assertEqual((file.state, file.read_tries), ("reading", 0))

    def test_what_ends_workers_is_given_up(self):
        self._upload(boleto_pdf(self._instalment()), "boleto.pdf")
        file = self.invoice.dispatch_file_ids
        for _run in range(3):
            # no assertRaises: it would take back what the scheduler commits
            with patch.object(pdf_reader, "read_texts", side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
                self._read()
        self.assertEqual((file.state, file.read_tries), ("reading", 3), "an attempt counts before it begins")
        self._read()
        self.assertEqual(self.invoice.dispatch_file_ids.mapped("reference"), ["limits"])


class TestDrawing(FiscalCase):
    def test_long_text(self):
        """Whoever makes up an NF-e with a text without end has its page drawn in the background."""
        text = b"Bomba " * 20_000
        content = re.sub(rb"(<xProd>)[^<]*", rb"\1" + text, self.xml, count=1)
        with patch.object(danfe, "draw", side_effect=AssertionError("while somebody waits")):
            self._upload(content, "nfe.xml")
        self.assertEqual(self.invoice.dispatch_file_ids.danfe_state, "waiting")


class TestUpload(FiscalCase, HttpCase):
    """Over the routes that core opens to whoever has an invoice's link."""

    def test_nobody_waits(self):
        new_test_user(self.env, "paulo", "base.group_portal", partner_id=self.silva.id)
        self.invoice._portal_ensure_token()
        # what comes from outside is not read at all, until somebody of the house puts it on the invoice
        for login, states in ((None, (False, False)), ("paulo", (False, False)), ("admin", ("reading", "error"))):
            with self.subTest(login or "a stranger"):
                self.authenticate(login, login)
                started = time.monotonic()
                with patch.object(pdf_reader, "read_texts", side_effect=AssertionError("within the request")):
                    response = self.url_open("/mail/attachment/upload", data={
                        "thread_model": "account.move", "thread_id": self.invoice.id,
                        "token": self.invoice.access_token, "csrf_token": http.Request.csrf_token(self),
                    }, files={"ufile": ("pagamento.pdf", PINNING, "application/pdf")})
                self.assertLess(time.monotonic() - started, 5)
                attachment = self.env["ir.attachment"].browse(response.json()["data"]["attachment_id"])
                self.assertEqual((attachment.res_model, attachment.res_id), ("account.move", self.invoice.id))
                before = self.invoice.dispatch_file_ids.state
                self._run_cron("read")
                self.assertEqual((before, self.invoice.dispatch_file_ids.state), states)
                attachment.unlink()
