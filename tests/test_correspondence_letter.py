"""The letter of dematerialisation: to whom, with which text, by mail and on paper, and what the ledger keeps."""

import runpy
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from psycopg2.extras import Json

from odoo import fields
from odoo.exceptions import AccessError, UserError

from ..tools.paper.envelopes import ENVELOPES
from ..tools.pdf.library import PdfReader
from ..tools.pdf.text import pdf_text
from .common import new_user
from .test_paper_envelope import LetterCase


class TestLetter(LetterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].search([("customer_rank", ">", 0)]).customer_rank = 0
        cls.customers = cls.silva | cls.nowak | cls.mudo
        cls.customers.customer_rank = 1
        cls.papel.customer_rank = 1  # refuses
        cls.silva.ref, cls.nowak.ref, cls.mudo.ref = "C-9", "C-10", "C-100"

    def _window(self, **vals):
        window = self.env["document.letter.window"].create({"company_id": self.company.id})
        window.write(vals)
        return window

    def _letters(self, partner):
        return self.env["document.letter"].search([("partner_id", "=", partner.id)])

    def _send(self, **vals):
        action = self._window(**vals).action_send()
        self._deliver()
        return self.env["document.dispatch.batch"].browse(action["res_id"])

    # ------------------------------------------------------------------

    def test_filters(self):
        self.assertEqual(set(self._window()._find_customers()), set(self.customers))
        self.assertEqual(self._window(code_from="C-9", code_to="C-10", order="code")._find_customers(),
                         self.silva + self.nowak)
        self.assertEqual(self._window(without_address=True)._find_customers(), self.mudo)
        self._invoice(self.nowak, invoice_date=fields.Date.today() - timedelta(days=40))
        self._invoice(self.silva)
        self._invoice(self.mudo, post=False)
        since = fields.Date.today() - timedelta(days=10)
        self.assertEqual(self._window(invoiced_from=since)._find_customers(), self.silva)
        self.assertEqual(self._window(invoiced_to=since)._find_customers(), self.nowak)

    def test_a_customer_in_whatever_way(self):
        """An import sets no rank: who has an order, an invoice or an invoice address is a customer, or is named."""
        found = self._window()._find_customers()
        Partner = self.env["res.partner"]
        ordered, invoiced, addressed, coded, other = new = Partner.create([
            {"name": f"Kovář {number} s.r.o.", "is_company": True, "customer_rank": 0} for number in range(5)
        ])
        self._order(Partner.create({"name": "Jana", "parent_id": ordered.id}))
        self._invoice(invoiced, post=False)
        invoiced.customer_rank = 0
        Partner.create({"name": "Fakturace", "parent_id": addressed.id, "type": "invoice"})
        coded.ref = other.ref = False
        coded.ref = "K-7"
        clerk = new_user(self.company, "ucetni", "account.group_account_invoice")
        window = self.env["document.letter.window"].with_user(clerk).create({"company_id": self.company.id})
        self.assertEqual(set(window._find_customers() - found), {ordered, invoiced, addressed})
        self.assertEqual(self._window(code_from="K-1", code_to="K-9")._find_customers(), coded)
        self.assertNotIn(other, self._window(code_from="A")._find_customers() & new)

    def test_company_below_a_company(self):
        filial = self.env["res.partner"].create({
            "name": "Silva Nordeste Ltda", "is_company": True, "parent_id": self.silva.id, "customer_rank": 1,
        })
        self.assertIn(filial, self._window()._find_customers())
        self.assertNotIn(self.silva_ana, self._window()._find_customers())

    def test_each_company_writes_its_own_letter(self):
        """What another company wrote, or was told, says nothing of this one; what was told to all does."""
        other = self.company_data_2["company"] if hasattr(self, "company_data_2") else self.env["res.company"].create(
            {"name": "Aurora Praha s.r.o."})
        self.env.user.company_ids |= other
        mine = self._window()
        theirs = self.env["document.letter.window"].create({"company_id": other.id})
        before = theirs._find_customers()
        self.assertLessEqual(self.customers, before)
        self._send()
        self.assertEqual(mine._find_customers(), self.mudo, "that one is still in the paper tray")
        self.assertEqual(theirs._find_customers(), before, "after the letters of one company the other shows all")
        self.env["document.consent"].create([
            {"partner_id": self.silva.id, "kind": "refused", "company_id": other.id},
            {"partner_id": self.nowak.id, "kind": "letter", "company_id": False},
        ])
        self.assertEqual(before - theirs._find_customers(), self.silva | self.nowak)
        self._invoice(self.mudo)
        theirs.write({"invoiced_from": fields.Date.today()})
        self.assertFalse(theirs._find_customers(), "an invoice of the other company")

    def test_invoice_to_a_contact_counts_for_the_customer(self):
        self._invoice(self.silva_ana)
        self.assertEqual(self._window(invoiced_from=fields.Date.today())._find_customers(), self.silva)

    def test_it_greets_the_customer_by_name(self):
        self._send()
        self.assertIn("Hello Silva &amp; Filhos Comércio Ltda,", self._letters(self.silva).body)

    def test_texts_of_before_greet_by_name_after_the_update(self):
        """In each language; what somebody wrote stays as it is."""
        path = Path(__file__).parents[1] / "migrations/19.0.1.3.0/post-letter.py"
        script = runpy.run_path(str(path))
        template = self.env.ref("document_dispatch.template_letter")
        self.env["res.lang"]._activate_lang("fr_FR")
        old = '<div style="line-height: 1.5;">\n<p style="margin: 0px;">%s</p>\n\n<p>{company} …</p></div>'
        texts = {"en_US": old % "Hello,", "fr_FR": old % "Bonjour,"}
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [Json(texts), template.id])
        script["migrate"](self.env.cr, "19.0.1.2.0")
        template.invalidate_recordset()
        for lang, greeting in (("en_US", "Hello {customer},"), ("fr_FR", "Bonjour {customer},")):
            self.assertEqual(template.with_context(lang=lang).body_html, old % greeting)
        for own in ("Hello dear,", "Hello {customer},", "Good day,"):
            self.assertEqual(script["greet"](old % own), old % own)

    def test_order_and_count(self):
        window = self._window(order="name")
        self.assertEqual(window._find_customers(), self.mudo + self.nowak + self.silva)
        self.assertEqual(self._window(order="code")._find_customers(), self.silva + self.nowak + self.mudo)
        self.assertEqual((window.count, window.count_email, window.count_print), (3, 2, 1))
        window.channel = "paper"
        self.assertEqual((window.count_email, window.count_print), (0, 3))

    def test_preview(self):
        window = self._window(preview_partner_id=self.nowak.id, subject="Para {customer}")
        self.assertIn("Para Nowak Sp. z o.o.", window.preview)
        self.assertIn("biuro@nowak.example.com", window.preview)
        self.assertIn(self.nowak._dispatch_consent_url(self.company), window.preview)
        self.assertNotIn(self.nowak._dispatch_consent_url__(self.company), window.preview, "the link is the customer's")

    def test_look_before_it_goes(self):
        """The button says how many letters go, and how; nothing went before."""
        window = self._window()
        self.assertEqual(window.announcement, "Send 2 by e-mail, put 1 in the paper tray")
        window.write({"code_from": "C-10", "code_to": "C-10"})
        self.assertEqual(window.announcement, "Send 1 by e-mail")
        window.channel = "paper"
        self.assertEqual(window.announcement, "Print 1")
        action = window.action_look()
        self.assertEqual((action["res_model"], action["res_id"], window.step), (window._name, window.id, "look"))
        self.assertIn("biuro@nowak.example.com", window.preview)
        window.action_back()
        self.assertEqual(window.step, "choose")
        self.assertFalse(self.env["document.letter"].search([]))
        with self.assertRaisesRegex(UserError, "No customer matches"):
            self._window(code_from="Z").action_look()

    def test_preview_in_the_customers_language(self):
        """Each in theirs: what was changed is for its language, the others get the type's text."""
        for code in ("pl_PL", "fr_FR"):
            self.env["res.lang"]._activate_lang(code)
        template = self.types["letter"].mail_template_id
        template.with_context(lang="pl_PL").write(
            {"subject": "Faktury e-mailem – {company}", "body_html": "<p>{addresses}</p>"})
        self.nowak.lang, self.silva.lang = "pl_PL", "fr_FR"
        window = self._window(subject="Changed: {company}", preview_partner_id=self.nowak.id)
        self.assertIn("Faktury e-mailem – Aurora", window.preview)
        self.assertNotIn("Changed", window.preview)
        self.assertIn("Polish", window.preview_lang)
        window.preview_partner_id = self.mudo
        self.assertIn("Changed: Aurora", window.preview)
        window._issue_to(window._find_customers())
        for partner in self.silva | self.nowak | self.mudo:
            window.preview_partner_id = partner
            letter = self._letters(partner)
            self.assertIn(letter.subject, window.preview)
            self.assertIn(letter.lang, dict(window._get_languages()))
            self.assertEqual(dict(window._get_languages())[letter.lang], window.preview_lang)

    def test_by_mail(self):
        batch = self._send()
        self.assertEqual((batch.total, batch.sent, batch.on_paper), (3, 2, 1))
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "rui@silva.example.com", "biuro@nowak.example.com"])
        mail = next(mail for mail in self.mails if "biuro@" in mail["to"])
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("Aurora Equipamentos Ltda", mail["subject"])
        self.assertIn("Yours go to: biuro@nowak.example.com.", text)
        self.assertIn(self.nowak._dispatch_consent_url__(self.company), text)
        self.assertNotIn("{", text)
        self.assertEqual(list(mail.iter_attachments()), [])
        dispatch = self._dispatches(self._letters(self.nowak))
        self.assertEqual((dispatch.origin, dispatch.state, dispatch.type_code), ("letter", "sent", "letter"))

    def test_issued_only_when_made(self):
        self.smtp.handler.rcpt_replies["biuro@nowak.example.com"] = "550 no such user"
        self._send()
        self.assertTrue(self.silva.dematerialization_letter_sent)
        self.assertFalse(self.nowak.dematerialization_letter_sent, "nobody got it")
        self.assertFalse(self.mudo.dematerialization_letter_sent, "it lies in the tray")
        entry = self.env["document.consent"].search([("partner_id", "=", self.silva.id), ("kind", "=", "letter")])
        self.assertEqual((entry.channel, entry.company_id), ("email", self.company))
        self.assertIn("instead of on paper", entry.text)
        self.assertTrue(entry._check_hash())
        self.smtp.handler.clear()
        self.assertEqual(set(self._window()._find_customers()), {self.nowak, self.mudo})
        self.assertEqual(set(self._window(include_issued=True)._find_customers()), set(self.customers | self.papel))

    def test_who_refuses_gets_it_on_paper(self):
        self._send(include_issued=True)
        self.assertEqual(self._dispatches(self._letters(self.papel)).channel_reason, "refused")
        self.assertNotIn("info@capek.example.com", self.envelopes)

    def test_printed(self):
        self.env = self.env(context={**self.env.context, "force_report_rendering": True})
        action = self._window(channel="paper", order="code").action_send()
        run = self.env["document.dispatch.print"].browse(action["res_id"])
        self.assertEqual((self.envelopes, run.state, run.documents, run.left_out), ([], "done", 3, False))
        dispatches = run.dispatch_ids.sorted("id")
        self.assertEqual(dispatches.partner_id, self.silva + self.nowak + self.mudo)
        self.assertEqual(set(dispatches.mapped("state")), {"printed"})
        self.assertTrue(all(self.customers.mapped("dematerialization_letter_sent")))
        entry = self.env["document.consent"].search([("partner_id", "=", self.mudo.id), ("kind", "=", "letter")])
        self.assertEqual((entry.channel, len(entry)), ("letter", 1))
        text = pdf_text(run.attachment_id.raw)
        places = [text.index(partner.name) for partner in self.silva + self.nowak + self.mudo]
        self.assertEqual(places, sorted(places), "in the order that was asked for")
        dispatches.action_mark_sent_by_post()
        self.assertEqual(len(self.env["document.consent"].search([("kind", "=", "letter")])), 3)

    def test_changed_text_is_for_its_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.nowak.lang = "pl_PL"
        self.types["letter"].mail_template_id.with_context(lang="pl_PL").subject = "Faktury e-mailem – {company}"
        self._send(subject="Novidade: {company}", body="<p>Olá {customer}</p>")
        subjects = {mail["to"].addresses[0].addr_spec: mail["subject"] for mail in self.mails}
        self.assertEqual(subjects["biuro@nowak.example.com"], "Faktury e-mailem – Aurora Equipamentos Ltda")
        self.assertEqual(subjects["ana@silva.example.com"], "Novidade: Aurora Equipamentos Ltda")

    def test_hostile_text(self):
        """Neither the text nor a name is evaluated, and no script leaves."""
        self.nowak.name = "{{ 7*7 }} <script>alert(1)</script>"
        self._send(body="<p>{customer} <t t-out='7*7'/> {{ object.env }}</p><script>alert(2)</script>")
        html = next(m for m in self.mails if "biuro@" in m["to"]).get_body(("html",)).get_content()
        self.assertNotIn("<script", html)
        self.assertNotIn("49", self._letters(self.nowak).body)
        self.assertIn("{{ 7*7 }}", html)

    def test_unknown_placeholder_and_nobody(self):
        with self.assertRaisesRegex(UserError, "placeholder {cliente} does not exist"):
            self._send(body="<p>{cliente}</p>")
        with self.assertRaisesRegex(UserError, "No customer matches"):
            self._send(code_from="Z")
        self.assertFalse(self.env["document.letter"].search([]))

    def test_statements_do_not_grow(self):
        counts = []
        for number in (6, 40):
            partners = self.env["res.partner"].create([
                {"name": f"Cliente {number} {index}", "email": f"c{number}.{index}@example.com", "customer_rank": 1,
                 "is_company": True} for index in range(number)
            ])
            window = self._window()
            texts = window._get_texts()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["document.letter"]._issue(partners, self.company, texts, "email")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 6, counts)

    def test_rights(self):
        clerk = new_user(self.company, "rafael", "account.group_account_invoice")
        window = self.env["document.letter.window"].with_user(clerk).create({"company_id": self.company.id})
        window.action_send()
        letter = self._letters(self.silva)
        self.assertEqual(letter.user_id, clerk)
        with self.assertRaises(AccessError):
            letter.with_user(clerk).subject = "x"
        with self.assertRaises(AccessError):
            self.env["document.letter"].with_user(clerk).create({"partner_id": self.silva.id})
        zorza = self.env["res.company"].create({"name": "Zorza Sp. z o.o."})
        other = new_user(zorza, "zofia", "account.group_account_invoice")
        self.assertFalse(self.env["document.letter"].with_user(other).search([]))

    def test_on_paper_in_each_language(self):
        """The address stands in the window of each envelope, whatever is written; all words are translated."""
        words = {
            "fr_FR": ("Vos factures par e-mail", "Réponse", "Répondre en ligne", "french"),
            "pt_BR": ("Suas faturas por e-mail", "Resposta", "Responder online", "din"),
            "pl_PL": ("Państwa faktury e-mailem", "Odpowiedź", "Odpowiedz przez internet", "din"),
            "cs_CZ": ("Vaše faktury e-mailem", "Odpověď", "Odpovědět online", "din"),
            "es_AR": ("Sus facturas por correo electrónico", "Respuesta", "Responder en línea", "din"),
            "en_US": ("Your invoices by e-mail", "Answer", "Answer online", "us"),
        }
        for lang in words:
            self.env["res.lang"]._activate_lang(lang)
        self.env["ir.module.module"]._load_module_terms(["document_dispatch"], list(words), overwrite=True)
        self.env = self.env(context={**self.env.context, "force_report_rendering": True})
        for lang, (subject, answer, online, envelope) in words.items():
            with self.subTest(lang=lang):
                self.company.dispatch_envelope = envelope
                partner = self.env["res.partner"].create({
                    "name": f"Établissements Lefèvre-Żółkiewski & Filhos, Indústria e Comércio de Bombas {lang}",
                    "lang": lang, "is_company": True, "customer_rank": 1, "ref": f"Z-{lang}",
                    "street": "Rua Conselheiro Nébias, 1234, sala 56", "zip": "01203-002", "city": "São Paulo",
                })
                self._window(channel="paper", code_from=partner.ref, code_to=partner.ref).action_send()
                [file] = self._dispatches(self._letters(partner)).print_id.attachment_id
                pdf = PdfReader(BytesIO(file.raw))
                self.assertEqual(len(pdf.pages), 1)
                # letters of another font stand apart in the extracted text
                text = "".join(pdf.pages[0].extract_text().split())
                for expected in (subject, answer, online, f"(Z-{lang})", self.company.name):
                    self.assertIn("".join(expected.split()), text)
                self.assertNotIn("{", text)
                box = ENVELOPES[envelope].address
                [street] = [place for place in self._places(pdf.pages[0]) if "Conselheiro" in place[0]]
                self.assertAlmostEqual(street[1], box.left, delta=1.5)
                self.assertTrue(box.top <= street[2] <= box.bottom, street)
