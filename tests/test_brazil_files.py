"""NF-e and boletos that somebody puts on an invoice: recognised by their content, checked against the invoice."""

from odoo import fields
from odoo.tests import Form

from ..tools.brazil import nfe
from .common import new_user
from .fiscal import FiscalCase, boleto_pdf


class TestFiscalFiles(FiscalCase):
    def test_nfe(self):
        """By its content, whatever it is called, at once."""
        self._attach(self.xml, "qualquer-coisa.txt")
        [file] = self.invoice.dispatch_file_ids
        self.assertEqual((file.kind, file.reference, file.state, file.file_messages), ("nfe", self.nfe.key, "ok", ""))
        self.assertEqual(file.number, f"{self.nfe.series}/{self.nfe.number}")
        self.assertEqual(file.attachment_id.raw, self.xml, "the bytes are the signed ones")

    def test_any_text_can_be_saved_whatever_file_came_first(self):
        """Odoo tries a text on the first record of its model, which may be of any kind."""
        self._attach(self.xml, "nfe.xml")
        self._attach(self.xml[:-40], "cortada.xml")
        texts = self.env["mail.template"].search([("model", "=", "document.dispatch.file")])
        self.assertTrue(texts)
        for file in self.invoice.dispatch_file_ids:
            for text in texts:
                with self.subTest(file=file.name, text=text.name):
                    text._render_field("subject", file.ids)
                    text._render_field("body_html", file.ids)

    def test_as_the_web_client_reads_it(self):
        """It asks for sizes instead of bytes."""
        self._attach(self.xml, "nfe.xml")
        file = self.invoice.dispatch_file_ids.with_context(bin_size=True)
        self.env.invalidate_all()
        self.assertEqual((file.state, file.file_messages), ("ok", ""))

    def test_what_contradicts_the_invoice(self):
        self._attach(self.xml, "nfe.xml")
        file = self.invoice.dispatch_file_ids
        self.silva.vat = "11222333000181"
        self.assertEqual(file.state, "warning")
        self.assertIn("the customer of this invoice is 11222333000181", file.file_messages)
        self.company.vat = "11222333000181"
        self.assertEqual(file.state, "error", "somebody else's NF-e")
        self.assertIn("not by this company", file.file_messages)

    def test_total(self):
        other = self._invoice(self.silva, 10.0)
        self._attach(self.xml, "nfe.xml", other)
        self.assertEqual(other.dispatch_file_ids.state, "warning")
        self.assertIn("that of the invoice 10.00", other.dispatch_file_ids.file_messages)

    def test_not_to_be_sent(self):
        bare = self.xml[self.xml.index(b"<NFe"):self.xml.index(b"</NFe>") + len(b"</NFe>")]
        bare = bare if b"xmlns" in bare[:200] else bare.replace(b"<NFe", f'<NFe xmlns="{nfe.NAMESPACE}"'.encode(), 1)
        self._attach(bare, "nfe-sem-protocolo.xml")
        [file] = self.invoice.dispatch_file_ids
        self.assertEqual((file.kind, file.state), ("unusable", "error"))
        self.assertIn("protocol of the tax authority is missing", file.file_messages)

    def test_boleto(self):
        [instalment] = self.invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        due, amount = instalment.date_maturity, instalment.amount_currency
        self._attach(boleto_pdf((amount, due)), "boleto.pdf")
        [file] = self.invoice.dispatch_file_ids
        self.assertEqual((file.kind, file.state, file.due_date, file.number), ("boleto", "ok", due, "001"))
        self.assertAlmostEqual(file.amount, amount)
        self._attach(boleto_pdf((amount, fields.Date.add(due, days=3))), "outro.pdf")
        late = self.invoice.dispatch_file_ids - file
        self.assertEqual(late.state, "warning")
        self.assertIn("It is due on", late.file_messages)

    def test_wrong_boleto(self):
        self._attach(boleto_pdf((10, fields.Date.today()), wrong=True), "boleto.pdf")
        [file] = self.invoice.dispatch_file_ids
        self.assertEqual((file.kind, file.state), ("unusable", "error"))
        self.assertIn("digit", file.file_messages)

    def test_new_bytes_and_new_place(self):
        attachment = self._attach(b"<contrato/>", "contrato.xml")
        self.assertFalse(self.invoice.dispatch_file_ids)
        attachment.raw = self.xml
        self.assertEqual(self.invoice.dispatch_file_ids.kind, "nfe")
        other = self._invoice(self.nowak)
        attachment.res_id = other.id
        self.assertEqual((len(self.invoice.dispatch_file_ids), other.dispatch_file_ids.kind), (0, "nfe"))
        attachment.unlink()
        self.assertFalse(other.dispatch_file_ids)

    def test_strange_files_do_no_harm(self):
        for content in (b"", b"<", b"%PDF-1.7 nothing", b"\x00" * 1000, b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
                        self.xml[:500], "não é XML".encode("utf-16")):
            self._attach(content, "anexo.xml")
        self.assertFalse(self.invoice.dispatch_file_ids.filtered(lambda file: file.kind != "unusable"))

    def test_only_where_it_is_used(self):
        bill = self._invoice(self.silva, post=False, move_type="in_invoice")
        self._attach(self.xml, "nfe.xml", bill)
        self.assertFalse(bill.dispatch_file_ids, "a supplier's")
        self.company.write({"vat": False, "country_id": self.env.ref("base.pl").id})
        self._attach(self.xml, "nfe.xml")
        self.assertFalse(self.invoice.dispatch_file_ids)

    def test_form_and_rights(self):
        self._attach(self.xml, "nfe.xml")
        clerk = new_user(self.company, "clara", "account.group_account_invoice")
        with Form(self.invoice.with_user(clerk)) as form:
            self.assertEqual(len(form.dispatch_file_ids), 1)
        zorza = self.env["res.company"].create({"name": "Zorza Sp. z o.o."})
        other = new_user(zorza, "zofia", "account.group_account_invoice")
        self.assertFalse(self.env["document.dispatch.file"].with_user(other).search([]))
