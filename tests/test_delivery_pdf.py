"""Real PDFs, made by the real wkhtmltopdf: the patched one and, where there is one, Debian's."""

import io
import os
import unittest
from unittest.mock import patch

from pypdf import PdfReader

from odoo.addons.base.models import ir_actions_report
from odoo.tests import HttpCase

from .common import DispatchCase

UNPATCHED = os.environ.get("DISPATCH_WKHTMLTOPDF_UNPATCHED")
needs_unpatched = unittest.skipUnless(UNPATCHED, "DISPATCH_WKHTMLTOPDF_UNPATCHED names none")


class TestPdf(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # not what is tested here: core waits a second for each page's scripts
        cls.env["ir.config_parameter"].set_param("report.print_delay", "1")

    def test_invoice_with_its_own_pdf(self):
        invoice = self._invoice(self.nowak)
        with self._real_pdf():
            invoice.with_context(force_report_rendering=True)._dispatch_create("rule")
            self._deliver_rendering()
        texts = self._pdf_texts()
        self.assertEqual(len(texts), 1)
        self.assertIn(invoice.name, texts[0])
        self.assertEqual(self._dispatches(invoice).attachment_ids, invoice.invoice_pdf_report_id)

    @needs_unpatched
    def test_batch_of_ten_with_the_unpatched_wkhtmltopdf(self):
        invoices = self.env["account.move"].union(*(self._invoice(self.nowak) for _ in range(10)))
        with self._wkhtmltopdf(UNPATCHED), self._real_pdf():
            self.assertFalse(ir_actions_report._wkhtml().is_patched_qt)
            invoices._dispatch_create("rule")
            self._deliver_rendering()
        self.assertEqual(set(invoices.mapped("dispatch_state")), {"sent"})
        # this wkhtmltopdf draws letters as outlines, so that a PDF can be told by its name only
        files = self._pdfs()
        self.assertEqual(
            sorted(part.get_filename() for part in files),
            sorted(f"{invoice.name.replace('/', '_')}.pdf" for invoice in invoices),
        )
        self.assertEqual({len(self._reader(part).pages) for part in files}, {1})

    @needs_unpatched
    def test_core_batch_with_the_unpatched_wkhtmltopdf(self):
        invoices = self._invoice(self.nowak) | self._invoice(self.silva) | self._invoice(self.nowak)
        with self._wkhtmltopdf(UNPATCHED), self._real_pdf():
            self.env["account.move.send"].with_context(
                force_report_rendering=True
            )._generate_and_send_invoices(invoices)
        self.assertEqual(set(invoices.mapped("dispatch_state")), {"sent"})
        self.assertEqual(len(self._pdfs()), 4)

    # ------------------------------------------------------------------

    def _real_pdf(self):
        return self.allow_pdf_render()

    def _wkhtmltopdf(self, binary):
        """Let Odoo find another wkhtmltopdf, as if it were the one in PATH."""
        ir_actions_report._wkhtml.cache_clear()
        self.addCleanup(ir_actions_report._wkhtml.cache_clear)
        return patch.object(
            ir_actions_report, "find_in_path", lambda name: binary if name == "wkhtmltopdf" else name,
        )

    def _deliver_rendering(self):
        self.env["document.dispatch.delivery"].with_context(force_report_rendering=True)._deliver()

    def _pdfs(self):
        return [
            part for mail in self.mails for part in mail.iter_attachments()
            if part.get_content_type() == "application/pdf"
        ]

    def _reader(self, part):
        return PdfReader(io.BytesIO(part.get_content()))

    def _pdf_texts(self):
        return [
            "\n".join(page.extract_text() for page in self._reader(part).pages) for part in self._pdfs()
        ]
