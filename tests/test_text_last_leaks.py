"""Nothing of one document gets into the mail of another by the text that was last used, and nothing of it is code."""

from odoo import fields
from odoo.fields import Command
from odoo.tools import format_date

from .test_text_last import LastTextCase


class TestLastTextLeaks(LastTextCase):
    def test_nothing_of_one_document_in_another(self):
        first = self._bill(self.silva, 1250, payment_reference="RF18 5390 0754", ref="PO-4711", invoice_origin="S99001")
        second = self._bill(self.silva, 90.5, self.later)
        due, amount = format_date(self.env, self.due, "en_US"), self._money(first, 1250)
        told = (first.name, "RF18 5390 0754", "PO-4711", "S99001", due, amount, "1250.00", "1.250,00", "1250")
        for words in told:
            with self.subTest(words=words):
                self.Text.search([]).unlink()
                self._remember(first, ("Hello,</p>", f"Hello,</p><p>About {words}.</p>"), subject=f"About {words}")
                subject, body = self._use(second)
                for value in told:
                    self.assertNotIn(value, subject + body)

    def test_names_of_contacts(self):
        first, second = self._bill(self.silva), self._bill(self.silva)
        text = self._remember(first, ("Hello,", "Dear Ana (Ana Silva),"), contacts=self.silva_ana)
        self.assertEqual(text.own_words, "Dear {first_name} ({contact}),")
        self.assertIn("Dear Rui (Rui Lopes),", self._use(second, self.silva_rui)[1])
        name = self.silva.name
        for contacts in (self.silva, self.silva_ana | self.silva_rui, self.env["res.partner"]):
            self.assertIn(f"Dear {name} ({name}),", self._use(second, contacts)[1])
        text.unlink()
        both = self.silva_ana | self.silva_rui
        self.assertFalse(self._remember(first, ("Hello,", "Dear Ana and Rui,"), contacts=both))
        self.assertTrue(self._remember(first, ("Hello,", f"Dear {name},".replace("&", "&amp;")), contacts=both))

    def test_instalments(self):
        term = self.env["account.payment.term"].create({"name": "30/60", "line_ids": [
            Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (30, 60)
        ]})
        first = self._invoice(self.silva, invoice_payment_term_id=term.id)
        half = self._money(first, 625)
        self.assertFalse(self._remember(first, ("Hello,", f"Please pay {half} first.")))
        core = self.env.ref("account.email_template_edi_invoice")  # it does not print them
        for words in ("625,00", half, self.due.strftime("%m.%d.%Y")):
            self.assertFalse(self._remember(first, ("Here is your", f"{words} first. Here is your"), template=core))
        self._remember(first, ("in instalments:", "in two parts:"), ("Hello,", "Good day,"))
        second = self._invoice(self.silva, 90, invoice_payment_term_id=term.id)
        body = self._use(second)[1]
        self.assertIn("To be paid in two parts:", body)
        self.assertEqual(body.count(self._money(second, 45)), 2)
        single = self._bill(self.silva, 90)
        self.assertEqual(self._use(single)[1], self._plain(single)[1].replace("Hello,", "Good day,"))

    def test_quotation(self):
        first = self._order(self.silva, validity_date=self.due, client_order_ref="REQ-2026-11")
        second = self._order(self.silva, 75.25, validity_date=self.later)
        valid = format_date(self.env, self.due, "en_US")
        text = self._remember(first, ("Here is your quotation.", f"{first.name}: decide until {valid}, REQ-2026-11."))
        self.assertEqual(text.own_words, "{number}: decide until {validity_date}, {reference}.")
        self.assertEqual(self._use(second), self._plain(second), "it has no reference: the template's words")
        second.client_order_ref = "REQ-2027-02"
        valid = format_date(self.env, self.later, "en_US")
        self.assertIn(f"{second.name}: decide until {valid}, REQ-2027-02.", self._use(second)[1])

    def test_catalogue_of_a_quotation(self):
        """A link with the token of one order is never part of the text for another."""
        self.env["product.document"].create({
            "name": "Catalogo.pdf", "datas": "JVBERg==", "res_model": "product.product", "res_id": self.product_a.id,
            "attached_on_sale": "quotation",
        })
        order = self._order(self.silva)
        self.assertIn("Catalogo.pdf", self._original(order)[1])
        link = self._original(order)[1].partition('href="')[2].partition('"')[0]
        self.assertIn("access_token", link)
        self.assertFalse(self._remember(order, ("Hello,", f'Hello, <a href="{link}">see</a>')))
        self._remember(order, ("Hello,", "Good day,"))
        self.assertIn("access_token", self._find(order)._render(order, self.silva)["body"])

    def test_polish(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env["ir.module.module"]._load_module_terms(["document_dispatch"], ["pl_PL"], overwrite=True)
        self.nowak.lang = "pl_PL"
        first, second = self._bill(self.nowak), self._bill(self.nowak, 90.5, self.later)
        amount = self._money(first, 1250, "pl_PL")
        self._remember(first, ("Szanowni Państwo,", f"Dzień dobry, kwota {amount}, czyli 1250,00:"), lang="pl_PL")
        self.assertFalse(self._find(second))
        subject, body = self._use(second, lang="pl_PL")
        self.assertEqual((subject, body), (self._plain(second, "pl_PL")[0], self._plain(second, "pl_PL")[1].replace(
            "Szanowni Państwo,", f"Dzień dobry, kwota {self._money(second, 90.5, 'pl_PL')}, czyli 90,50:")))

    def test_cores_own_text(self):
        """One paragraph with line breaks, and a signature in it."""
        template = self.env.ref("account.email_template_edi_invoice").copy()  # a row that nobody else has
        first, second = self._bill(self.silva), self._bill(self.silva, 90.5, self.later)
        self.assertFalse(self._remember(first, template=template))
        kept = self._remember(first, ("Here is your", "Kindly find your"), template=template)
        self.assertEqual(kept, self._find(second, template=template), (kept.read(), first.name))
        lines = self._use(second, template=template)[1]
        self.assertIn("Kindly find your", lines)
        self.assertIn(second.name, lines)
        self.assertIn(self._money(second, 90.5), lines.replace("*", ""))
        self.assertNotIn(first.name, lines)

    def test_spellings(self):
        """As people write them; each form at the same place for every document."""
        first = self._bill(self.silva, 1250, fields.Date.to_date("2031-03-05"))
        second = self._bill(self.silva, 98765.4, fields.Date.to_date("2031-12-24"))
        one, other = (self.Text._dispatch_values(invoice, self.silva_ana) for invoice in (first, second))
        for spelling in ("1,250.00", "1.250,00", "1 250,00", "1'250.00", "1250.00", "1250,00", "1250", "1.250"):
            self.assertIn(spelling, one["amount"])
        for spelling in ("03/05/2031", "2031-03-05", "3/5/2031", "03.05.2031", "March 5, 2031", "5 March 2031"):
            self.assertIn(spelling, one["due_date"])
        for name, form, expected in (
            ("amount", "1.250,00", "98.765,40"), ("amount", "1250,00", "98765,40"), ("amount", "1250", ""),
            ("due_date", "March 5", "December 24"), ("due_date", "2031-03-05", "2031-12-24"),
        ):
            self.assertEqual(other[name][one[name].index(form)], expected)
        self.assertEqual((one["contact"], one["first_name"]), (["Ana Silva"], ["Ana"]))
        self.assertIn("480", self.Text._dispatch_values(self._bill(self.silva, 480), self.silva)["_whole"])

    # ------------------------------------------------------------------
    # Code
    # ------------------------------------------------------------------

    def test_code_is_text(self):
        first, second = self._bill(self.silva), self._bill(self.silva)
        code = "{{ object.env.cr }} ${object.id} {object} &lt;t t-out=\"1+1\"/&gt; %(number)s"
        text = self._remember(
            first, ("Hello,", f'{code} <t t-out="object.env.cr.dbname">x</t> <b t-att-title="1+1">b</b>'),
            subject="{{ object.id }} <t t-out='1'/>",
        )
        rendered = text._render(second, self.env["res.partner"])
        self.assertEqual(rendered["subject"], "{{ object.id }} <t t-out='1'/>")
        self.assertIn("{{ object.env.cr }} ${object.id} {object} &lt;t t-out=\"1+1\"/&gt; %(number)s x <b>b</b>",
                      rendered["body"])

    def test_scripts(self):
        first, second = self._bill(self.silva), self._bill(self.silva, payment_reference="<script>alert(3)</script>")
        self._remember(first, ("Hello,", (
            '<script>alert(1)</script><a href="javascript:alert(2)" onclick="alert(2)">a</a> '
            f'<img src="x.png" onerror="alert(2)"> Hello, {first.name}')),
            ("Here is your invoice.", "{payment_reference}"))
        body = self._find(second)._render(second, self.env["res.partner"])["body"]
        self.assertNotRegex(body, r"<script|javascript:|onclick|onerror|alert\([12]")
        self.assertIn("&lt;script&gt;alert(3)&lt;/script&gt;", body)
