"""NF-e and boletos that another module keeps in fields of its own are found there.

OCA's fields are not there without OCA's modules; fields of core with the same shape stand for them.
"""

from unittest.mock import patch

from .common import new_user
from .fiscal import FiscalCase, boleto_pdf

MODULE = "odoo.addons.document_dispatch.models.brazil.account_move"


class TestFiscalKept(FiscalCase):
    def setUp(self):
        super().setUp()
        for name, value in (
            ("EXTERNAL_FILES", (
                "reversal_move_ids.message_main_attachment_id", "message_main_attachment_id", "no.such",
            )),
            ("EXTERNAL_DOCUMENTS", "reversal_move_ids"), ("EXTERNAL_KEY", "ref"),
            ("EXTERNAL_DANFE", "message_main_attachment_id"),
        ):
            self.enterContext(patch(f"{MODULE}.{name}", value))

    def _keep(self, content, name="kept"):
        """A file that belongs to another record than the invoice."""
        return self.env["ir.attachment"].create({
            "name": name, "raw": content, "res_model": "res.partner", "res_id": self.silva.id})

    def _kept_document(self, content):
        """Another module's document of the invoice, with its file."""
        other = self._invoice(self.silva, post=False, move_type="out_refund", reversed_entry_id=self.invoice.id)
        other.message_main_attachment_id = self._keep(content, "35-procNFe.xml")
        return other

    def test_of_a_document_beside_the_invoice(self):
        document = self._kept_document(self.xml)
        self.assertFalse(self.invoice.dispatch_file_ids)
        self.invoice.action_dispatch_recognise()
        [file] = self.invoice.dispatch_file_ids
        self.assertEqual((file.kind, file.state, file.attachment_id.raw), ("nfe", "ok", self.xml))
        self.invoice.action_dispatch_recognise()
        self.assertEqual(self.invoice.dispatch_file_ids, file, "once")
        self.assertEqual(document.message_main_attachment_id.res_model, "res.partner", "the other module's own stays")

    def test_of_the_invoice(self):
        self.invoice.message_main_attachment_id = self._keep(boleto_pdf(self._instalment()), "boleto.pdf")
        self.invoice.action_dispatch_recognise()
        self._run_cron("read")
        self.assertEqual(self.invoice.dispatch_file_ids.kind, "boleto")

    def test_rules_find_them(self):
        self._nf_people()
        self._kept_document(self.xml)
        self._rule("NF-e", "nfe")
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, ["fiscal@silva.example.com"])

    def test_rules_find_what_cannot_be_asked_for(self):
        """OCA's list of an invoice's fiscal documents is computed, as Odoo's field for the invoice's PDF is."""
        self.assertFalse(self.env["account.move"]._fields["invoice_pdf_report_id"]._description_searchable)
        self._nf_people()
        self._kept_document(self.xml)
        self._rule("NF-e", "nfe")
        paths = ("invoice_pdf_report_id", "reversal_move_ids.message_main_attachment_id")
        with patch(f"{MODULE}.EXTERNAL_FILES", paths):
            self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, ["fiscal@silva.example.com"])

    def test_the_window_finds_them(self):
        self._kept_document(self.xml)
        self.invoice.action_send_and_print()
        self.assertEqual(self._send_window(self.invoice).dispatch_file_ids.type_id.code, "nfe")

    def test_the_page_that_was_drawn_there(self):
        self._attach(self.xml, "nfe.xml")
        document = self._kept_document(b"%PDF-1.4 drawn elsewhere")
        document.ref = self.nfe.key
        file = self.invoice.dispatch_file_ids.filtered(lambda file: file.kind == "nfe")
        file.action_make_danfe()
        self.assertEqual(file.danfe_id.raw, b"%PDF-1.4 drawn elsewhere")

    def test_whoever_sees_the_invoice(self):
        """They need not see the other module's documents."""
        clerk = new_user(self.company, "clara", "account.group_account_invoice")
        self._kept_document(self.xml)
        self.invoice.with_user(clerk).action_dispatch_recognise()
        self.assertEqual(self.invoice.with_user(clerk).dispatch_file_ids.kind, "nfe")
