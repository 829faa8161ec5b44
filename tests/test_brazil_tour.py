"""The clerk drops an NF-e and a boleto on an invoice and sends them, in a real browser."""

from odoo.tests import HttpCase

from . import brazil_corpus
from .common import new_user
from .fiscal import FiscalCase, boleto_pdf, nfse_xml


class TestFiscalTour(FiscalCase, HttpCase):
    def _lay_ready(self, name, content):
        """A file that the tour can fetch by its external id."""
        attachment = self.env["ir.attachment"].create({"name": name, "raw": content, "public": True})
        self.env["ir.model.data"].create({
            "module": "document_dispatch", "name": name, "model": "ir.attachment", "res_id": attachment.id,
        })

    def _make_clerk(self):
        self._nf_people()
        new_user(
            self.company, "clara", "account.group_account_invoice,base.group_partner_manager", name="Clara Nunes",
            email="clara.nunes@aurora.example.com")

    def test_drop_and_send(self):
        self._make_clerk()
        boleto = boleto_pdf(self._instalment())
        self._lay_ready("tour_nfe", self.xml)
        self._lay_ready("tour_boleto", boleto)
        # the scheduler comes at once
        Files = type(self.env["document.dispatch.file"])
        self.patch(Files, "_trigger_reading", lambda files, at=None: files.sudo()._cron_read())
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{self.invoice.id}", "document_dispatch_fiscal",
            login="clara",
        )
        self._deliver()
        by_address = dict(zip(self.envelopes, self.mails, strict=True))
        self.assertEqual(set(by_address), {"fiscal@silva.example.com", "tesouraria@silva.example.com"})
        nfe = {part.get_filename(): part.get_payload(decode=True)
               for part in by_address["fiscal@silva.example.com"].iter_attachments()}
        self.assertEqual(nfe["35-nfe.xml"], self.xml, "byte for byte")
        self.assertEqual(len(nfe), 2, "with its DANFE")
        mail = by_address["tesouraria@silva.example.com"]
        self.assertEqual([part.get_payload(decode=True) for part in mail.iter_attachments()], [boleto])
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("como combinado", text)
        self.assertIn(self.invoice.dispatch_file_ids.filtered(lambda file: file.kind == "boleto").reference, text)

    def test_nfse_and_bolepix(self):
        self._make_clerk()
        self.env["res.partner"].create({
            "name": "Rosa Serviços", "parent_id": self.silva.id, "email": "servicos@silva.example.com",
            "dispatch_nfse": True,
        })
        amount, due = self._instalment()
        code = brazil_corpus.pix(f"{amount:.2f}")
        nota = nfse_xml(self.invoice)
        self._lay_ready("tour_nfse", nota)
        self._lay_ready("tour_bolepix", brazil_corpus.slip(
            brazil_corpus.barcode(f"{amount:.2f}", due), code=code))
        Files = type(self.env["document.dispatch.file"])
        self.patch(Files, "_trigger_reading", lambda files, at=None: files.sudo()._cron_read())
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{self.invoice.id}", "document_dispatch_nfse",
            login="clara",
        )
        self._deliver()
        by_address = dict(zip(self.envelopes, self.mails, strict=True))
        self.assertEqual(set(by_address), {"servicos@silva.example.com", "tesouraria@silva.example.com"})
        parts = [part.get_payload(decode=True) for part in by_address["servicos@silva.example.com"].iter_attachments()]
        self.assertIn(nota, parts, "byte for byte")
        self.assertEqual(len(parts), 2, "with its DANFSe")
        text = by_address["tesouraria@silva.example.com"].get_body(("plain",)).get_content()
        self.assertIn(code, text.replace("\n", ""))
