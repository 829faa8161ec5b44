"""NFS-e on their way, by hand and by rule; boletos with Pix; totals with IBS and CBS; alphanumeric CNPJ."""

from datetime import date
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from . import brazil_corpus as corpus
from .common import BESIDE
from .fiscal import FiscalCase, nfse_xml


class NfseCase(FiscalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._nf_people()
        cls.env["res.partner"].create({
            "name": "Rosa Serviços", "parent_id": cls.silva.id, "email": "servicos@silva.example.com",
            "dispatch_nfse": True,
        })
        cls.company.vat = corpus.COMPANY
        cls.silva.vat = corpus.CUSTOMER
        cls.service = cls._invoice(cls.silva, 1500.0)

    def _slip(self, **options):
        amount, due = self._instalment(self.service)
        return corpus.slip(corpus.barcode(f"{amount:.2f}", due), **options)


class TestNfse(NfseCase):
    def test_recognised(self):
        self._attach(nfse_xml(self.service), "nota.xml", self.service)
        [file] = self.service.dispatch_file_ids
        self.assertEqual((file.kind, file.name, file.number, file.state, file.file_messages),
                         ("nfse", "NFS-e/27", "27", "ok", ""))
        self.assertEqual((file.amount, file.date, file.danfe_state), (1500.0, date(2026, 11, 20), "made"))
        self.assertTrue(file.danfe_id.name.startswith("DANFSe_"))
        for other in (corpus.STRANGER, False):
            self.silva.vat = other
            self.assertEqual(file.state, "warning", "of somebody else, or nobody knows")
        self.company.vat = corpus.STRANGER
        self.assertEqual(file.state, "error")

    def test_by_rule(self):
        """To the NFS-e contacts, the signed bytes with their page; once."""
        self._rule("NFS-e", "nfse")
        content = nfse_xml(self.service)
        self._attach(content, "nota.xml", self.service)
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, ["servicos@silva.example.com"])
        files = self._files(self.mails[0])
        self.assertEqual(files["nota.xml"], content)
        self.assertEqual(len(files), 2)
        self.assertIn("NFS-e", self.mails[0]["Subject"])
        [dispatch] = self.service.dispatch_ids
        self.assertEqual((dispatch.type_code, dispatch.recipient_ids.reason), ("nfse", "flag_nfse"))
        self._plan()
        self._deliver()
        self.assertEqual(len(self.envelopes), 1)

    def test_by_hand(self):
        self._attach(nfse_xml(self.service), "nota.xml", self.service)
        window = self._send_window(self.service)
        self.assertEqual(window.dispatch_file_ids.type_id.code, "nfse")
        window.dispatch_invoice_too = False
        window.action_send_and_print()
        self._deliver()
        self.assertEqual(self.envelopes, ["servicos@silva.example.com"])

    def test_cancelled(self):
        self._rule("NFS-e", "nfse", "nfse_event")
        content = nfse_xml(self.service)
        self._attach(content, "nota.xml", self.service)
        key = corpus.nfse_key(content.decode())
        self._attach(corpus.declared(corpus.nfse_event(key)), "cancelamento.xml", self.service)
        nota = self.service.dispatch_file_ids.filtered(lambda file: file.kind == "nfse")
        event = self.service.dispatch_file_ids - nota
        self.assertEqual((nota.state, event.kind, event.state), ("error", "nfse_event", "ok"))
        self.assertIn("The NFS-e was cancelled: Erro na emissão", nota.file_messages)
        self._plan()
        self._deliver()
        self.assertEqual(self.service.dispatch_ids.mapped("type_code"), ["nfse_event"])
        self.assertIn("Erro na emissão da nota", self.mails[0].get_body(("plain",)).get_content())

    def test_on_the_customers_page(self):
        self._attach(nfse_xml(self.service), "nota.xml", self.service)
        files = self.silva._dispatch_page_files(self.service)
        self.assertEqual(files[self.service].mapped("kind"), ["nfse"])

    def test_which_total(self):
        """From 2027 on taxes may be on top of vNF: the words say which was compared."""
        for text, state, words in (
            (corpus.nfe(year="27", total="1388.00", with_taxes="1500.00"), "ok", ""),
            (corpus.nfe(year="27", total="1500.00", with_taxes="1632.00"), "warning", r"\(vNFTot\) is 1,632.00"),
            (corpus.nfe(total="1388.00", with_taxes="1500.00"), "warning", r"\(vNF\) is 1,388.00"),
        ):
            with self.subTest(words):
                attachment = self._attach(corpus.declared(text), "nfe.xml", self.service)
                [file] = self.service.dispatch_file_ids
                self.assertEqual(file.state, state)
                self.assertRegex(file.file_messages, words or "^$")
                attachment.unlink()

    def test_alphanumeric_cnpj(self):
        """Of the company and of the customer, in the file and on the partner, with any punctuation."""
        self.company.partner_id.with_context(no_vat_validation=True).vat = "12.ABC.345/01DE-35"
        for content in (corpus.nfe(corpus.ALNUM), corpus.nfse(corpus.ALNUM)):
            self._attach(corpus.declared(content), "nota.xml", self.service)
        self.assertEqual(set(self.service.dispatch_file_ids.mapped("state")), {"ok"})
        nota = self.service.dispatch_file_ids.filtered(lambda file: file.kind == "nfse")
        self.assertEqual(nota.danfe_state, "made")

    def test_cnpj_with_country(self):
        """Odoo refuses letters behind “BR”: where it does, the message says how to write it."""
        Partner = self.env["res.partner"]
        self.assertIn("without the prefix “BR”: 12ABC34501DE35", Partner._dispatch_explain_cnpj("BR12.ABC.345/01DE-35"))
        self.assertFalse(Partner._dispatch_explain_cnpj("BR11222333000181"))


class TestPix(NfseCase):
    def test_line_and_pix_in_the_mail(self):
        """The QR code is read, and the mail carries what can be typed and what can be pasted."""
        self._rule("Boletos", "boleto")
        code = corpus.pix("1500.00")
        self._attach(self._slip(code=code), "boleto.pdf", self.service)
        [file] = self.service.dispatch_file_ids
        self.assertEqual((file.state, file.pix_code), ("ok", code))
        self._plan()
        self._deliver()
        text = self.mails[0].get_body(("plain",)).get_content()
        self.assertIn(file.reference, text)
        self.assertIn(code, text.replace("\n", ""))

    def test_contradiction(self):
        for options, words in (
            ({"code_text": corpus.pix("1400.00")}, "Pix code is 1,400.00, that of the boleto 1,500.00"),
            ({"code_text": corpus.pix(expires="20200101")}, "only valid until 01/01/2020"),
            ({"code_text": corpus.pix(broken=True)}, "Pix code is damaged"),
        ):
            with self.subTest(words):
                attachment = self._attach(self._slip(**options), "boleto.pdf", self.service)
                [file] = self.service.dispatch_file_ids
                self.assertEqual(file.state, "warning")
                self.assertIn(words, file.file_messages)
                attachment.unlink()

    def test_without_the_packages(self):
        """The line alone goes, and a note says what to install."""
        with patch("odoo.addons.document_dispatch.tools.pdf.reader.can_read_codes", return_value=False):
            self._attach(self._slip(code=corpus.pix()), "boleto.pdf", self.service)
        [file] = self.service.dispatch_file_ids
        self.assertEqual((file.state, file.pix_code), ("ok", False))
        self.assertIn("zxing-cpp", file.file_messages)

    def test_as_a_picture(self):
        """The bars say what the line would."""
        self._attach(self._slip(text=False, bars=True, words=False), "scan.pdf", self.service)
        self.assertEqual(self.service.dispatch_file_ids.mapped("state"), ["ok"])

    def test_names(self):
        """Bank, its number there, which instalment, when due: as the treasury knows it."""
        move = self._invoice(self.silva, 1000.0, invoice_payment_term_id=self.pay_terms_b.id)
        bars = [corpus.barcode(f"{amount:.2f}", due) for amount, due in self._instalments(move)]
        self._attach(corpus.slip(*bars), "boletos.pdf", move)
        due = [day.strftime("%d/%m/%Y") for _amount, day in self._instalments(move)]
        self.assertEqual(sorted(move.dispatch_file_ids.mapped("name")), [
            f"Itaú 109/00000157 · 1/2 · {due[0]}", f"Itaú 109/00000157 · 2/2 · {due[1]}"])

    def test_pix_of_an_invoice(self):
        """Odoo's own code stands in the mail, as long as no boleto says how to pay."""
        Move = type(self.env["account.move"])
        with patch.object(Move, "_dispatch_pix_code", return_value=corpus.pix(key="a@b.example")):
            self.assertEqual(self.service.dispatch_payment_code_name, "Pix (copia e cola)")
            self._rule("Faturas", "invoice")
            self._plan()
            self._deliver()
        text = self.mails[0].get_body(("plain",)).get_content()
        self.assertIn(corpus.pix(key="a@b.example"), text.replace("\n", ""))

@tagged(BESIDE, "-standard")
class TestNfseBeside(NfseCase):
    """With Odoo's own modules of Brazil: run where these are installed."""

    def test_cnpj_with_country(self):
        """Odoo's check refuses letters behind “BR”."""
        if "perform_vies_validation" not in self.env["res.partner"]._fields:
            self.skipTest("no check of VAT numbers is installed")
        partner = self.env["res.partner"].create({"name": "Aurora", "country_id": self.env.ref("base.br").id})
        with self.assertRaisesRegex(ValidationError, "without the prefix “BR”"):
            partner.vat = "BR12ABC34501DE35"

    def test_pix_of_odoo(self):
        """The text of the QR code that Odoo makes of the company's key."""
        Bank = self.env["res.partner.bank"]
        if "proxy_type" not in Bank._fields or "br_random" not in dict(Bank._fields["proxy_type"].selection):
            self.skipTest("l10n_br is not installed")
        self.company.write({"qr_code": True, "city": "São Paulo", "zip": "01001-000"})
        bank = Bank.create({
            "acc_number": "12345-6", "partner_id": self.company.partner_id.id, "proxy_type": "br_random",
            "proxy_value": "71d6c6e1-64ea-4a11-9560-a10870c40ca2", "allow_out_payment": True,
        })
        real, euro = self.env.ref("base.BRL"), self.env.ref("base.EUR")
        (real | euro).active = True
        self.service = self._invoice(self.silva, 1500.0, currency_id=real.id, partner_bank_id=bank.id)
        code = self.service._dispatch_pix_code()
        self.assertIn("71d6c6e1", code)
        foreign = self._invoice(self.silva, currency_id=euro.id, partner_bank_id=bank.id)
        self.assertFalse(foreign._dispatch_pix_code(), "a Pix is in reais")
        self._attach(self._slip(), "boleto.pdf", self.service)
        self.assertFalse(self.service._dispatch_pix_code())
