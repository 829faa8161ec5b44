"""The structured invoice goes with the mail where the customer wants one: XRechnung, ZUGFeRD."""

import io
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase
from odoo.tools import config
from odoo.tools.pdf import OdooPdfFileReader

from .common import DispatchCase


class TestStructuredFiles(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # not what is tested here: core waits a second for each page's scripts
        cls.env["ir.config_parameter"].set_param("report.print_delay", "1")
        germany = cls.env.ref("base.de")
        cls.company.write({
            "country_id": germany.id, "vat": "DE136695976", "street": "Lindenallee 4", "zip": "10115", "city": "Berlin",
            "phone": "+49 30 1234567",
        })
        cls.company.partner_id.bank_ids = [fields.Command.create({"acc_number": "DE89370400440532013000"})]
        cls.weber = cls.env["res.partner"].create({
            "name": "Weber Maschinenbau GmbH", "is_company": True, "email": "rechnung@weber.example.com",
            "country_id": germany.id, "vat": "DE123456788", "street": "Hafenstr. 1", "zip": "20457", "city": "Hamburg",
            "ref": "0204:991-12345-33",
        })
        cls.tax = cls.env["account.tax"].create({
            "name": "19 %", "amount": 19, "amount_type": "percent", "type_tax_use": "sale",
            "country_id": cls.company.account_fiscal_country_id.id,
        })

    def setUp(self):
        super().setUp()
        # core draws no page in tests, and embeds nothing in what it has not drawn
        self.env = self.env(context={**self.env.context, "force_report_rendering": True})

    def _send(self, edi_format, **vals):
        """Have an invoice of a customer with this format sent by a rule's road; return it."""
        self.weber.invoice_edi_format = edi_format
        invoice = self._invoice(self.weber, post=False, **vals).with_env(self.env)
        invoice.invoice_line_ids.tax_ids = self.tax
        invoice.action_post()
        self._go(invoice)
        return invoice

    def _go(self, invoice):
        with self._drawn():
            invoice._dispatch_create("rule")
            self.env["document.dispatch.delivery"]._deliver()
        self.assertEqual(invoice.dispatch_state, "sent", self._dispatches(invoice).mapped("state_message"))

    def _drawn(self):
        """Let core do as outside of tests: draw the page, and embed the invoice."""
        return patch.dict(config.options, {"test_enable": False})

    def _files(self):
        """``{name: content}`` of the files of the one mail."""
        [mail] = self.mails
        return {part.get_filename(): part.get_content() for part in mail.iter_attachments()}

    def _embedded(self, content):
        """``{name: content}`` of what a PDF carries."""
        return dict(OdooPdfFileReader(io.BytesIO(content), strict=False).getAttachments())

    def test_zugferd_is_in_the_pdf(self):
        invoice = self._send("facturx")
        [pdf] = [content for name, content in self._files().items() if name.endswith(".pdf")]
        xml = self._embedded(pdf)["factur-x.xml"]
        self.assertIn(invoice.name.encode(), xml)
        self.assertIn(b"CrossIndustryInvoice", xml)

    def test_xrechnung_goes_beside_the_pdf(self):
        invoice = self._send("xrechnung")
        files = self._files()
        [xml] = [content for name, content in files.items() if name.endswith(".xml")]
        xml = xml if isinstance(xml, bytes) else str(xml).encode()
        self.assertIn(b"xrechnung", xml)
        self.assertIn(invoice.name.encode(), xml)
        self.assertEqual(len([name for name in files if name.endswith(".pdf")]), 1)

    def test_also_where_the_page_was_made_before(self):
        """The format was written on the customer after somebody had printed the invoice."""
        for edi_format in ("facturx", "xrechnung"):
            with self.subTest(format=edi_format):
                self.smtp.handler.clear()
                self.weber.invoice_edi_format = False
                invoice = self._invoice(self.weber, post=False).with_env(self.env)
                invoice.invoice_line_ids.tax_ids = self.tax
                invoice.action_post()
                with self._drawn():
                    self.env["account.move.send"]._dispatch_make_files(
                        invoice, self.types["invoice"].mail_template_id, self.env["ir.actions.report"])
                self.assertTrue(invoice.invoice_pdf_report_id)
                self.weber.invoice_edi_format = edi_format
                self._go(invoice)
                files = self._files()
                embedded = [self._embedded(content) for name, content in files.items() if name.endswith(".pdf")]
                self.assertTrue(any("factur-x.xml" in of_pdf for of_pdf in embedded), files.keys())
                if edi_format == "xrechnung":
                    self.assertTrue([name for name in files if name.endswith(".xml")])
