"""Real PDFs, made by the real wkhtmltopdf: the patched one and, where there is one, Debian's."""

import io
import os
import unittest
from unittest.mock import Mock, patch

from odoo.addons.base.models import ir_actions_report
from odoo.fields import Date
from odoo.tests import HttpCase
from odoo.tools.pdf import merge_pdf

from ..models.delivery.ir_actions_report import RenderBatch
from ..tools.pdf.glyphs import page_text
from ..tools.pdf.library import PdfReader
from ..tools.pdf.styles import put_in
from ..tools.pdf.text import mentions, pdf_text
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

    def test_mixed_up_pages_go_to_nobody(self):
        """Two that were drawn together have changed places: each is drawn again, alone."""
        invoices = self._invoice(self.nowak) | self._invoice(self.silva_ana)
        send = self.registry["account.move.send"]
        draw, drawn = send._dispatch_print, []

        def mix_up(model, group):
            draw(model, group)
            drawn.append(len(group))
            files = [data["pdf_attachment_values"] for data in group.values()]
            contents = [file["raw"] for file in files]
            for file, content in zip(files, reversed(contents), strict=True):
                file["raw"] = content

        with patch.object(send, "_dispatch_print", mix_up), self._real_pdf():
            self.env["account.move.send"].with_context(
                force_report_rendering=True
            )._generate_and_send_invoices(invoices)
        self.assertEqual(drawn, [2, 1, 1])
        self.assertEqual(set(invoices.mapped("dispatch_state")), {"sent"})
        for invoice in invoices:
            text = self._text(invoice.invoice_pdf_report_id.raw)
            self.assertTrue(mentions(text, invoice.name))
            self.assertFalse(mentions(text, (invoices - invoice).name))

    def test_each_carries_its_own_number_and_nobody_elses(self):
        first, second, stranger = (self._invoice(self.nowak) for _ in range(3))
        pdf = self._draw(first | second | stranger)
        for said, own_page in (
            ((pdf[first], pdf[second]), True),
            ((pdf[second], pdf[first]), False),
            ((pdf[first], pdf[first]), False),
            ((pdf[first], pdf[stranger]), False),
            ((pdf[first], merge_pdf([pdf[second], pdf[first]])), False),
            ((merge_pdf([pdf[first], pdf[second]]), pdf[second]), False),
            ((pdf[first], b"%PDF-1.4 cut"), False),
        ):
            self.assertIs(self._is_own_page({first: said[0], second: said[1]}), own_page)

    def test_text_of_glyphs_is_what_the_library_reads(self):
        """Told ten times faster, and nothing is left out: on pages of a group, too, which core has split."""
        self.silva.name = "São Ângelo – “Ölmühle” № 7 & Filhos"
        invoices = self._invoice(self.silva) | self._invoice(self.nowak)
        Report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with self._real_pdf():
            streams, _kind = Report._pre_render_qweb_pdf("account.account_invoices", invoices.ids)
        for content in [made["stream"].getvalue() for made in streams.values()]:
            told = "\n".join(page_text(page, {}) for page in PdfReader(io.BytesIO(content)).pages)
            self.assertEqual("".join(told.split()), "".join(self._text(content).split()))
            self.assertEqual(told, pdf_text(content))

    def test_pages_look_the_same_with_no_more_than_the_styles_they_use(self):
        """Head and foot, too: what is drawn is the same to the last byte."""
        report = self.env.ref("account.account_invoices").with_context(force_report_rendering=True)
        invoice = self._invoice(self.silva)
        html = report._render_qweb_html(report, invoice.ids, data={"report_type": "pdf"})[0]
        [body], _ids, header, footer, options = report._prepare_html(html, report_model=report.model)
        pages, drawn = [body, header, footer], []
        with self._real_pdf():
            for _time in range(2):
                content = report._run_wkhtmltopdf(
                    pages[:1], report_ref=report, header=pages[1], footer=pages[2], specific_paperformat_args=options)
                drawn.append([page["/Contents"].get_object().get_data()
                              for page in PdfReader(io.BytesIO(content)).pages])
                # now that somebody has asked for the bundles
                pages = [put_in(str(page), report._dispatch_read_bundle) for page in pages]
        for page in pages:
            self.assertNotIn("<link", page)
            self.assertLess(len(page), 150_000)
        self.assertEqual(drawn[0], drawn[1])

    def test_number_that_ends_like_another(self):
        """1/2026/5 stands in 11/2026/5, and is another one."""
        year = Date.today().year
        short, long = (self._invoice(self.nowak, name=f"{number}/{year}/5") for number in (1, 11))
        self.assertIn(short.name, long.name)
        pdf = self._draw(short | long)
        self.assertTrue(self._is_own_page({short: pdf[short], long: pdf[long]}))
        self.assertFalse(self._is_own_page({short: pdf[long], long: pdf[long]}))

    # ------------------------------------------------------------------

    def test_engine_of_another_module(self):  # pylint: disable=missing-return
        """Whoever draws pages by other means beneath this addon is asked, in batches, too, and once for each page."""
        asked = []

        class Engine:
            def _run_wkhtmltopdf(self, bodies, report_ref=False, **options):
                if self._get_report(report_ref).report_name == "account.report_invoice_with_payments":
                    asked.append((list(bodies), options["footer"]))
                    return b"%PDF of another engine"
                return super(Engine, self)._run_wkhtmltopdf(bodies, report_ref=report_ref, **options)

        model = self.env.registry["ir.actions.report"]
        bases = model.__bases__
        place = bases.index(ir_actions_report.IrActionsReport)
        pool = Mock(submit=Mock(side_effect=AssertionError("drawn by wkhtmltopdf")))
        batch = RenderBatch(pool, {False: None, True: None})
        report = self.env["ir.actions.report"].with_context(dispatch_render=batch)
        page = {"report_ref": "account.account_invoices", "footer": "<p>1/1</p>"}
        model.__bases__ = (*bases[:place], Engine, *bases[place:])
        try:
            with batch.collect():
                report._run_wkhtmltopdf(["<p>A</p>"], **page)
            self.assertEqual(asked, [])
            self.assertEqual(report._run_wkhtmltopdf(["<p>A</p>"], **page), b"%PDF of another engine")
            self.assertEqual(asked, [(["<p>A</p>"], "<p>1/1</p>")])
        finally:
            model.__bases__ = bases
        with self.assertRaisesRegex(AssertionError, "drawn by wkhtmltopdf"):
            report._run_wkhtmltopdf(["<p>A</p>"], **page)

    def _draw(self, invoices):
        """``{invoice: PDF}``, each drawn by itself."""
        Report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with self._real_pdf():
            return {
                invoice: Report._render_qweb_pdf("account.account_invoices", invoice.ids)[0] for invoice in invoices
            }

    def _is_own_page(self, pdfs):
        return self.env["account.move.send"]._dispatch_is_own_page({
            invoice: {"pdf_attachment_values": {"raw": content}} for invoice, content in pdfs.items()
        })

    def _text(self, content):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)

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
