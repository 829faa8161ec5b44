"""The texts that come with the addon: in the words of each country, whole, and readable as plain text."""

import importlib.util
import json
import re
from itertools import pairwise
from pathlib import Path

from lxml import html

from odoo import fields
from odoo.tools.misc import format_amount, format_date

from ..tools.mail import plain_text
from .common import DispatchCase

# How each kind of document is called in a subject.
TITLES = {
    "en_US": ("Invoice", "Credit note", "Receipt", "Quotation", "Order confirmation"),
    "pt_BR": ("Fatura", "Nota de crédito", "Recibo", "Cotação", "Confirmação de pedido"),
    "pl_PL": ("Faktura", "Faktura korygująca", "Rachunek", "Oferta", "Potwierdzenie zamówienia"),
    "cs_CZ": ("Faktura", "Dobropis", "Účtenka", "Nabídka", "Potvrzení objednávky"),
    "es_AR": ("Factura", "Nota de crédito", "Recibo", "Presupuesto", "Confirmación de pedido"),
    "fr_FR": ("Facture", "Avoir", "Reçu", "Devis", "Confirmation de commande"),
}
CODES = ("invoice", "credit_note", "receipt", "quotation", "order")
MIGRATION = Path(__file__).parents[1] / "migrations/19.0.1.3.0/post-signature.py"
TRANSLATIONS = [lang for lang in TITLES if lang != "en_US"]


class TestTexts(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in TRANSLATIONS:
            cls.env["res.lang"]._activate_lang(lang)
        cls.env["ir.module.module"]._load_module_terms(["document_dispatch"], TRANSLATIONS, overwrite=True)
        cls.due = fields.Date.add(fields.Date.today(), days=30)
        cls.env.user.signature = "<p>Dr. Helena Prado</p>"

    def test_each_text_in_each_language(self):
        for lang, titles in TITLES.items():
            for code, title in zip(CODES, titles, strict=True):
                with self.subTest(lang=lang, code=code):
                    document = self._document(code, lang)
                    subject, text = self._text(document)
                    self.assertEqual(subject, f"{title} {document.name} – Aurora Equipamentos Ltda")
                    self.assertRegex(text, rf"(?m): {re.escape(document.name)}$")
                    amount = format_amount(self.env, document.amount_total, document.currency_id, lang)
                    self.assertRegex(text, rf"(?m): {re.escape(amount)}$")
                    self.assertNotIn("False", subject + text)
                    self.assertTrue(text.endswith("Dr. Helena Prado"), text)
                    self._check_plain(text)

    def test_nothing_stays_english(self):
        for code in CODES:
            document = self._document(code, "en_US")
            english = self._phrases(document, "en_US")
            self.assertGreaterEqual(len(english), 6)
            for lang in TRANSLATIONS:
                with self.subTest(lang=lang, code=code):
                    translated = self._phrases(document, lang)
                    self.assertEqual(len(translated), len(english))
                    self.assertFalse(translated & english)

    def test_translations_keep_the_code(self):
        together = self.types["invoice"].bundle_template_id
        own = (self.types[code].mail_template_id for code in CODES)
        for template in self.env["mail.template"].union(*own, together):
            source = template.with_context(lang="en_US")
            for lang in TRANSLATIONS:
                with self.subTest(lang=lang, template=template.name):
                    translated = template.with_context(lang=lang)
                    self.assertNotEqual(translated.body_html, source.body_html)
                    self.assertEqual(self._code(translated.body_html), self._code(source.body_html))
                    for field in ("name", "description", "subject"):
                        self.assertNotEqual(translated[field], source[field])

    def test_dates_are_written_as_the_language_does(self):
        for lang in TITLES:
            due = re.escape(format_date(self.env, self.due, lang))
            for code in ("invoice", "receipt", "quotation"):
                with self.subTest(lang=lang, code=code):
                    self.assertRegex(self._text(self._document(code, lang))[1], rf"(?m): {due}$")

    def test_what_the_customer_reads(self):
        invoice = self._document("invoice", "pt_BR")
        self.assertEqual(self._text(invoice)[1].splitlines(), [
            "Prezado(a) cliente,", "", "Segue a sua fatura.", "",
            f"Número da fatura: {invoice.name}",
            f"Valor: {format_amount(self.env, 1250, invoice.currency_id, 'pt_BR')}",
            f"Vencimento: {format_date(self.env, self.due, 'pt_BR')}",
            f"Referência de pagamento: {invoice.name}", "",
            "Se você tiver alguma dúvida, responda a este e-mail.", "",
            "Atenciosamente,", "", "Dr. Helena Prado",
        ])

    def test_it_arrives_so(self):
        self.nowak.lang = "pl_PL"
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        [mail] = self.mails
        self.assertEqual(mail["Subject"], f"Faktura {invoice.name} – Aurora Equipamentos Ltda")
        self.assertEqual(mail["From"].addresses[0].display_name, "Aurora Equipamentos Ltda")
        self.assertEqual(mail["From"].addresses[0].addr_spec, "faturas@aurora.example.com")
        text = mail.get_body(("plain",)).get_content()
        self.assertIn(f"\nNumer faktury: {invoice.name}\n", text.replace("\r\n", "\n"))
        self.assertEqual(text.count("Dr. Helena Prado"), 1)

    # ------------------------------------------------------------------
    # What an invoice says of its payment
    # ------------------------------------------------------------------

    def test_pro_forma_in_each_language(self):
        """It says that it is no invoice, and names the amount."""
        for lang, title in (
            ("en_US", "Pro-forma invoice"), ("pt_BR", "Fatura pró-forma"), ("pl_PL", "Faktura pro forma"),
            ("cs_CZ", "Proforma faktura"), ("es_AR", "Factura proforma"), ("fr_FR", "Facture pro forma"),
        ):
            with self.subTest(lang=lang):
                self.nowak.lang = lang
                draft = self._invoice(self.nowak, post=False)
                subject, text = self._text(draft)
                self.assertEqual(subject, f"{title} PF-{draft.id} – Aurora Equipamentos Ltda")
                amount = format_amount(self.env, draft.amount_total, draft.currency_id, lang)
                self.assertRegex(text, rf"(?m): {re.escape(amount)}$")
                self.assertEqual("It is not an invoice yet" in text, lang == "en_US")
                self._check_plain(text)

    def test_title_and_name_of_the_user(self):
        """A text may sign with title, first name and surname."""
        self.env.user.write({
            "name": "Helena Prado", "dispatch_title": "Dra.", "signature": "<div>Helena Prado</div>"})
        self.types["invoice"].mail_template_id.body_html = "<p>Até breve,</p><p t-out=\"user.dispatch_signature\"/>"
        self.assertTrue(self._text(self._document("invoice", "en_US"))[1].endswith("Dra. Helena Prado"))
        self.env.user.dispatch_title = False
        self.assertTrue(self._text(self._document("invoice", "en_US"))[1].endswith("\nHelena Prado"))

    def test_delivered_texts_are_signed(self):
        """Title, first name and surname of who sends; what they wrote into Odoo's signature beside their name stays."""
        self.env.user.write({"name": "Helena Prado", "dispatch_title": "Dra."})
        invoice = self._document("invoice", "en_US")
        for signature, signed in (
            (False, "Dra. Helena Prado"), ("<div>Helena Prado</div>", "Dra. Helena Prado"),
            ("<div>Administrator</div>", "Dra. Helena Prado"),
            ("<div>Helena Prado<br/>+55 11 5555-0100</div>", "Dra. Helena Prado\n+55 11 5555-0100"),
        ):
            with self.subTest(signature=signature):
                self.env.user.signature = signature
                self.assertTrue(self._text(invoice)[1].strip().endswith(f"Kind regards,\n{signed}"))

    def test_every_delivered_text_is_signed_alike(self):
        """None of them shows Odoo's own signature, in no language."""
        for template in self.env["document.dispatch.type"].search([]).mapped(
            lambda record: record.mail_template_id | record.bundle_template_id
        ):
            for lang, _name in self.env["res.lang"].get_installed():
                with self.subTest(text=template.name, lang=lang):
                    self.assertNotIn("user.signature", template.with_context(lang=lang).body_html)

    def test_update_signs_the_delivered_texts(self):
        """In each language as it is stored; a line that somebody changed stays."""
        spec = importlib.util.spec_from_file_location("post_signature", MIGRATION)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        invoice, receipt = (self.types[code].mail_template_id for code in ("invoice", "receipt"))
        receipt.body_html = "<p t-out=\"user.signature\">Assina</p>"
        self.env.flush_all()
        self.env.cr.execute("SELECT body_html FROM mail_template WHERE id = %s", (invoice.id,))
        [[now]] = self.env.cr.fetchall()
        before = {lang: body.replace(script.NOW, script.BEFORE) for lang, body in now.items()}
        self.assertNotEqual(now, before)
        self.env.cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", (json.dumps(before), invoice.id))
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.2.0")
            self.env.cr.execute("SELECT body_html FROM mail_template WHERE id = %s", (invoice.id,))
            self.assertEqual(self.env.cr.fetchone()[0], now)
        self.assertIn("user.signature", receipt.body_html)

    def test_conditions_by_currency_and_language(self):
        template = self.types["invoice"].mail_template_id
        template.body_html = template.with_context(lang="pl_PL").body_html = (
            "<p t-if=\"object.currency_id.name == 'EUR'\">Pay by SEPA.</p>"
            "<p t-else=\"\">Pay by PIX.</p>"
            "<p t-if=\"object.partner_id.lang == 'pl_PL'\">Dziękujemy!</p>"
        )
        self.env.ref("base.EUR").active = True
        at_home = self._document("invoice", "pl_PL")
        abroad = self._invoice(self.papel, currency_id=self.env.ref("base.EUR").id)
        self.assertEqual(self._text(at_home)[1].split(), ["Pay", "by", "PIX.", "Dziękujemy!"])
        self.assertEqual(self._text(abroad, lang="en_US")[1].split(), ["Pay", "by", "SEPA."])

    def test_paid_invoice_asks_for_nothing(self):
        for code in ("invoice", "receipt"):
            invoice = self._document(code, "en_US")
            self._pay(invoice, invoice.amount_total)
            text = self._text(invoice)[1]
            self.assertIn("has already been paid", text)
            for unwanted in ("Due date", "Payment reference", "Bank account", "Still to be paid"):
                self.assertNotIn(unwanted, text)

    def test_partly_paid_invoice_asks_for_the_rest(self):
        invoice = self._document("invoice", "fr_FR")
        self._pay(invoice, 1000)
        text = self._text(invoice)[1]
        rest = format_amount(self.env, 250, invoice.currency_id, "fr_FR")
        self.assertIn(f"Reste à payer\N{NO-BREAK SPACE}: {rest}\n", text)
        self.assertIn("Échéance", text)

    def test_instalments(self):
        term = self.env["account.payment.term"].create({"name": "30/60", "line_ids": [
            fields.Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (30, 60)
        ]})
        self.silva.lang = "pt_BR"
        text = self._text(self._invoice(self.silva, invoice_payment_term_id=term.id))[1]
        half = format_amount(self.env, 625, self.company.currency_id, "pt_BR")
        dates = [format_date(self.env, fields.Date.add(fields.Date.today(), days=days), "pt_BR") for days in (30, 60)]
        self.assertIn(f"Pagamento em parcelas:\n{dates[0]} – {half}\n{dates[1]} – {half}\n", text)
        self.assertNotIn("Vencimento", text)

    def test_bank_account_and_no_payment_reference(self):
        invoice = self._document("invoice", "cs_CZ")
        invoice.partner_bank_id = self.env["res.partner.bank"].create({
            "acc_number": "CZ65 0800 0000 1920 0014 5399", "partner_id": self.company.partner_id.id,
        })
        invoice.payment_reference = False
        text = self._text(invoice)[1]
        self.assertIn("Číslo účtu: CZ65 0800 0000 1920 0014 5399\n", text)
        self.assertNotIn("označte", text)

    # ------------------------------------------------------------------
    # Other kinds
    # ------------------------------------------------------------------

    def test_credit_note_names_its_invoice(self):
        invoice = self._document("invoice", "pl_PL")
        credit_note = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        self.assertNotIn("False", self._text(credit_note)[1], "a draft has no number yet")
        credit_note.action_post()
        self.assertIn(f"Dotyczy faktury: {invoice.name}\n", self._text(credit_note)[1])

    def test_quotation_without_end_and_with_a_catalogue(self):
        order = self._document("quotation", "es_AR")
        order.validity_date = False
        self.env["product.document"].create({
            "name": "Catálogo.pdf", "datas": "JVBERg==", "res_model": "product.product", "res_id": self.product_a.id,
            "attached_on_sale": "quotation",
        })
        text = self._text(order)[1]
        self.assertNotIn("Válido hasta", text)
        self.assertRegex(text, r"interesarle:\n+- Catálogo\.pdf <http\S+/my/orders/\S+>\n")

    # ------------------------------------------------------------------
    # Whoever it comes from and goes to
    # ------------------------------------------------------------------

    def test_signature_is_that_of_the_user_in_whose_name_it_goes(self):
        order = self._document("quotation", "en_US")
        order.user_id = self.env["res.users"].create({
            "name": "Rafael Medeiros", "login": "rafael", "group_ids": self.env.user.group_ids.ids,
        })
        self.assertNotIn("Rafael", self._text(order)[1])
        self.env.user.signature = "<p><br></p>"
        text = self._text(order)[1]
        self.assertTrue(text.endswith(f"Kind regards,\n{self.env.user.name}"), text[-80:])

    def test_the_system_signs_with_the_company(self):
        text = self._text(self._document("order", "en_US"), self.env.ref("base.user_root"))[1]
        self.assertTrue(text.endswith("Kind regards,\nAurora Equipamentos Ltda"))

    def test_customer_without_a_name(self):
        address = self.env["res.partner"].create({
            "type": "invoice", "parent_id": self.silva.id, "email": "contas@silva.example.com",
        })
        for lang in TITLES:
            address.lang = lang
            subject, text = self._text(self._invoice(address))
            self.assertNotIn("False", subject + text)

    # ------------------------------------------------------------------

    def _document(self, code, lang):
        """Return a document of a customer who speaks this language."""
        self.nowak.lang = lang
        if code in ("invoice", "credit_note", "receipt"):
            move_type = {"invoice": "out_invoice", "credit_note": "out_refund", "receipt": "out_receipt"}[code]
            document = self._invoice(
                self.nowak, move_type=move_type, invoice_date_due=self.due, invoice_payment_term_id=False,
            )
        else:
            document = self._order(self.nowak, validity_date=self.due)
            if code == "order":
                document.action_confirm()
        self.assertEqual(document._dispatch_type_code(), code)
        return document

    def _text(self, document, user=None, lang=None):
        """Return the subject of a document's mail, and its body as plain text."""
        user = user or self.env.user
        lang = lang or document.partner_id.lang
        template = document._dispatch_type().mail_template_id.with_user(user)
        documents = document.with_user(user).with_context(lang=lang)
        rendered = self.env["document.dispatch.content"]._render_texts(template, documents, lang)[document.id]
        return rendered["subject"], plain_text.from_html(rendered["body"])

    def _phrases(self, document, lang):
        """Return what the text says beside names, numbers, dates and amounts."""
        lines = self._text(document, lang=lang)[1].splitlines()
        return {line.partition(":")[0] for line in lines if line and "Helena" not in line}

    def _check_plain(self, text):
        self.assertNotRegex(text, r"[<>*]|&\w+;|  | $|\S\N{NO-BREAK SPACE} ")
        self.assertFalse(any(not line and not following for line, following in pairwise(text.splitlines())))
        self.assertLessEqual(max(map(len, text.splitlines())), 80)

    def _code(self, body):
        """Return all code of a text, in its order."""
        return [
            (element.tag, name, value)
            for element in html.fragment_fromstring(body, create_parent=True).iter()
            for name, value in element.attrib.items() if name.startswith("t-")
        ]

    def _pay(self, invoice, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        ).create({"amount": amount}).action_create_payments()
