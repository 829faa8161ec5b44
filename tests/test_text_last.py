"""The text that was last used for a customer: kept without anything of its document, used for the next one."""

from odoo import fields
from odoo.tools import format_amount, format_date, html2plaintext

from .common import DispatchCase


class LastTextCase(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Text = cls.env["document.dispatch.text"]
        cls.env.user.signature = "<p>Helena Prado</p>"
        cls.due = fields.Date.add(fields.Date.today(), days=30)
        cls.later = fields.Date.add(fields.Date.today(), days=47)

    def _bill(self, partner, amount=1250.0, due=None, **vals):
        due = {"invoice_date_due": due or self.due, "invoice_payment_term_id": False}
        return self._invoice(partner, amount, **{**due, **vals})

    def _template(self, document):
        return document._dispatch_type().mail_template_id

    def _original(self, document, lang="en_US", template=None):
        """Subject and body as the window shows them."""
        template = (template or self._template(document)).with_context(lang=lang)
        return (
            template._render_field("subject", document.ids)[document.id],
            str(template._render_field("body_html", document.ids, options={"post_process": True})[document.id]),
        )

    def _remember(self, document, *changes, subject=None, contacts=None, lang="en_US", template=None):
        """Send it with these replacements in its text."""
        template = template or self._template(document)
        line, body = self._original(document, lang, template)
        for old, new in changes:
            self.assertIn(old, body)
            body = body.replace(old, new)
        contacts = self.env["res.partner"] if contacts is None else contacts
        return self.Text._remember(document, lang, template, subject or line, body, contacts)

    def _find(self, document, lang="en_US", template=None):
        return self.Text._find_last(document, lang, template or self._template(document))

    def _use(self, document, contacts=None, lang="en_US", template=None):
        """Subject and lines of the kept text for a document."""
        contacts = self.env["res.partner"] if contacts is None else contacts
        rendered = self._find(document, lang, template)._render(document, contacts)
        return rendered["subject"], html2plaintext(rendered["body"])

    def _plain(self, document, lang="en_US"):
        subject, body = self._original(document, lang)
        return subject, html2plaintext(body)

    def _money(self, document, amount, lang="en_US"):
        return format_amount(self.env, amount, document.currency_id, lang)


class TestKeeping(LastTextCase):
    def test_nothing_changed(self):
        for document in (self._bill(self.silva), self._order(self.silva)):
            self.assertFalse(self._remember(document))
            self.assertFalse(self._find(document))
        self.assertFalse(self.Text.search([]))

    def test_edited_paragraph(self):
        first, second = self._bill(self.silva), self._bill(self.silva, 90.5, self.later)
        text = self._remember(first, ("Here is your invoice.", (
            f"Here is {first.name} over 1.250,00, due on {self.due.isoformat()}, as agreed.")))
        self.assertEqual(text.own_words, "Here is {number} over {amount}, due on {due_date}, as agreed.")
        self.assertEqual(text, self._find(second))
        subject, body = self._use(second)
        self.assertEqual(subject, f"Invoice {second.name} – Aurora Equipamentos Ltda")
        self.assertEqual(body, self._plain(second)[1].replace("Here is your invoice.", (
            f"Here is {second.name} over 90,50, due on {self.later.isoformat()}, as agreed.")))
        self.assertEqual((text.write_uid, text.partner_id), (self.env.user, self.silva))

    def test_without_changes_all_is_as_the_template_gives_it(self):
        """A kept subject alone leaves the body alone."""
        first, second = self._bill(self.silva), self._bill(self.silva, 90.5, self.later)
        text = self._remember(first, subject=f"Your bill {first.name}")
        self.assertEqual((text.subject, text.content), ("Your bill {number}", False))
        self.assertEqual(text.own_words, text.subject)
        rendered = text._render(second, self.env["res.partner"])
        self.assertEqual(rendered["subject"], f"Your bill {second.name}")
        self.assertEqual(rendered["body"].strip(), self._original(second)[1].strip())

    def test_added_and_deleted(self):
        first, second = self._bill(self.silva), self._bill(self.silva, 90.5, self.later)
        text = self._remember(
            first, ("Hello,</p>", "Hello,</p><p>Our <b>office</b> is closed in January.</p>"),
            ('<p style="margin: 0px 0px 16px 0px;">Here is your invoice.</p>', ""),
        )
        self.assertEqual(text.own_words, "Our office is closed in January.")
        body = self._use(second)[1]
        self.assertEqual(body.splitlines()[:1], ["Hello,"])
        self.assertIn("Our *office* is closed in January.", body)
        self.assertNotIn("Here is your invoice", body)

    def test_deleted_only(self):
        invoice = self._bill(self.silva)
        text = self._remember(invoice, ('<p style="margin: 0px;">Kind regards,</p>', ""))
        self.assertEqual(text.own_words, "(Paragraphs left out: 1)")
        self.assertNotIn("Kind regards", self._use(invoice)[1])

    def test_one_record_and_the_last_word(self):
        first, second = self._bill(self.silva), self._bill(self.silva, 90.5)
        text = self._remember(first, ("Hello,", "Good day,"))
        self.assertEqual(self._remember(second, ("Hello,", "Dear all,")), text)
        self.assertEqual(text.own_words, "Dear all,")
        self._remember(first)
        self.assertEqual(text.own_words, "Dear all,", "nothing was changed: the older one stays")
        text.unlink()
        self.assertFalse(self._find(first))

    def test_used_as_it_was(self):
        """What it says of cases that this document is not stays."""
        first = self._bill(self.silva)
        due = format_date(self.env, self.due, "en_US")
        text = self._remember(first, ("Due date:", "Please pay until"), ("Hello,", "Good day,"))
        paid = self._bill(self.silva, 90.5)
        self._pay(paid)
        rendered = text._render(paid, self.env["res.partner"])
        self.assertIn("Good day", rendered["body"])
        self.assertNotIn("Please pay", rendered["body"])
        self.assertIn("already been paid", rendered["body"])
        again = self.Text._remember(
            paid, "en_US", self._template(paid), rendered["subject"], rendered["body"], self.env["res.partner"])
        self.assertFalse(again)
        self.assertIn(f"Please pay until {due}", self._use(first)[1].replace("*", ""))

    def test_each_customer_company_type_and_language(self):
        invoice = self._bill(self.silva)
        self._remember(invoice, ("Hello,", "Good day,"))
        self.assertTrue(self._find(self._bill(self.silva_ana)), "the same commercial partner")
        for other in (self._bill(self.nowak), self._order(self.silva), self._bill(self.silva, move_type="out_refund")):
            self.assertFalse(self._find(other))
        self.assertFalse(self._find(invoice, lang="pl_PL"))
        paris = self._create_company(name="Aurora France SARL")
        abroad = self._order(self.silva, company_id=paris.id)
        self._remember(self._order(self.silva), ("Hello,", "Good day,"))
        self.assertFalse(self._find(abroad))
        self._remember(abroad, ("Hello,", "Bonjour,"))
        self.assertEqual(self._find(abroad).own_words, "Bonjour,")
        self.assertEqual(self._find(self._order(self.silva)).own_words, "Good day,")

    def test_template_changed_since(self):
        invoice = self._bill(self.silva)
        template = self._template(invoice)
        self._remember(invoice, ("Hello,", "Good day,"))
        self.assertTrue(self._find(invoice))
        for field, change in (("subject", "New {{ object.name }}"), ("body_html", "<p>New</p>")):
            before = template[field]
            template[field] = change
            self.assertFalse(self._find(invoice), field)
            template[field] = before
        self.assertTrue(self._find(invoice))
        self.assertFalse(self._find(invoice, template=template.copy()))

    def test_template_that_an_update_changed(self):
        """What fitted before goes on, with the new paragraph; what did not fit before comes back by no update."""
        first, second = self._bill(self.silva), self._bill(self.silva, 90.5, self.later)
        text = self._remember(first, ("Here is your invoice.", "Thank you for 25 years."))
        template = self._template(first).with_context(lang="en_US")
        subject, body = template.subject, str(template.body_html)
        used = self.Text.search([("id", "=", text.id)]).write_date
        template.body_html = body.replace("</p>", "</p><p>Our bank has changed.</p>", 1)
        self.assertFalse(self._find(second))
        text._follow(subject, body.replace("Here", "There"))
        self.assertFalse(self._find(second), "it was kept for another text")
        text._follow(subject, body)
        self.assertEqual(self._find(second), text)
        self.assertEqual(self._use(second)[1], self._plain(second)[1].replace(
            "Here is your invoice.", "Thank you for 25 years."))
        self.assertIn("Our bank has changed.", self._use(second)[1])
        self.assertEqual(text.write_date, used, "nobody used it")

    def test_unrendered_template_stops_nobody(self):
        template = self.types["invoice"].mail_template_id.copy()
        template.body_html = '<p t-out="1 // (object.amount_total - 4711.25)"/>'
        invoice = self._bill(self.silva, 4711.25)
        self.assertFalse(self.Text._remember(invoice, "en_US", template, "x", "<p>y</p>", self.silva_ana))

    def test_simple_template(self):
        """Odoo renders what has no code but names by search and replace: not so the marked one."""
        template = self.types["invoice"].mail_template_id.copy()
        template.body_html = (
            '<p>Dear <t t-out="object.partner_id.name">Customer</t>,</p><p><t t-out="object.name"/></p><p>Bye</p>')
        first, second = self._bill(self.silva), self._bill(self.silva_ana)
        self.assertFalse(self._remember(first, template=template))
        self.assertFalse(self._remember(first, ("Bye", "Bye, <span>Ana</span>"), template=template, contacts=(
            self.silva_ana | self.silva_rui)))
        self._remember(first, ("Bye", f"Bye, {first.partner_id.name}".replace("&", "&amp;")), template=template)
        self.assertEqual(self._use(second, template=template)[1].split("\n")[-1], "Bye, Ana Silva")

    # ------------------------------------------------------------------
    # As the windows hand it over
    # ------------------------------------------------------------------

    def test_send_window(self):
        """Odoo's own window stores the text as a field: cleaned, and written anew."""
        first, second = self._bill(self.silva), self._bill(self.silva, 90.5, self.later)
        window = self._send_window(first)
        given = (first, window.lang, window.template_id)
        contacts = window.mail_partner_ids
        window.body = str(window.body)
        self.assertFalse(self.Text._remember(*given, window.subject, window.body, contacts))
        window.body = str(window.body).replace("Here is your invoice.", f"Here is {first.name}<br>for you.")
        self.assertTrue(self.Text._remember(*given, window.subject, window.body, contacts))
        rendered = self._find(second)._render(second, contacts)
        window = self._send_window(second)
        window.body = rendered["body"]
        self.assertEqual(html2plaintext(window.body), self._plain(second)[1].replace(
            "Here is your invoice.", f"Here is {second.name}\nfor you."))

    def test_composer_of_a_quotation(self):
        order = self._order(self.silva, validity_date=self.due)
        action = order.action_quotation_send()
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        given = (order, self.env.lang, composer.template_id, composer.subject)
        self.assertFalse(self.Text._remember(*given, composer.body, composer.partner_ids))
        body = str(composer.body).replace("Here is your quotation.", "As agreed.")
        self.assertEqual(self.Text._remember(*given, body, composer.partner_ids).own_words, "As agreed.")

    def _pay(self, invoice):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        ).create({}).action_create_payments()
