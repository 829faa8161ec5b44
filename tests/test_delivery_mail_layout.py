"""What stands around the text of a mail: who it is from, what is to be paid until when, and one button."""

import base64
import re
from datetime import timedelta
from io import BytesIO

from lxml import html
from PIL import Image

from odoo import fields
from odoo.fields import Command
from odoo.tools.misc import format_amount, format_date

from ..models.delivery.document_dispatch import CORE_LAYOUT, OUR_LAYOUT
from ..tools.mail import colours
from .common import DispatchCase

STYLE = re.compile(r"([\w-]+)\s*:\s*([^;]+)")
#: What Outlook, or a mail program without a style sheet, does not know
UNKNOWN = {"display: flex", "display: grid", "position: absolute", "position: fixed", "float: left", "float: right"}


class TestMailLayout(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.due = fields.Date.today() + timedelta(days=30)
        cls.company.write({"street": "Rua das Acácias, 120", "city": "São Paulo", "zip": "01234-000"})

    # ------------------------------------------------------------------
    # At a glance
    # ------------------------------------------------------------------

    def test_invoice(self):
        invoice = self._bill(1250.0)
        self._check_head(invoice, "Invoice", 1250.0, f"Due date {self._day(self.due)}", button="View Invoice")
        self._switch_payments_on()
        self._check_head(self._bill(80.0), "Invoice", 80.0, f"Due date {self._day(self.due)}", button="View and pay")

    def test_what_was_paid(self):
        self._switch_payments_on()
        part, whole = self._bill(480.0), self._bill(480.0)
        self._pay(part, 100.0)
        self._pay(whole, 480.0)
        self._check_head(part, "Invoice", 380.0, f"Due date {self._day(self.due)}", button="View and pay")
        self._check_head(whole, "Invoice", 480.0, "Paid", button="View Invoice")

    def test_instalments(self):
        """The next one, and the whole."""
        term = self.env["account.payment.term"].create({"name": "Em duas vezes", "line_ids": [
            Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (30, 60)]})
        whole, half = (self._invoice(self.nowak, 900.0, invoice_payment_term_id=term.id) for _number in range(2))
        self._pay(half, 450.0)
        self._check_head(whole, "Invoice", 900.0, f"Due date {self._day(self.due)} – {self._money(450.0)}")
        last = self._day(self.due + timedelta(days=30))
        self._check_head(half, "Invoice", 450.0, f"Due date {last}")

    def test_other_documents(self):
        """Nothing is due where nothing is to be paid."""
        self._switch_payments_on()
        self._check_head(self._bill(99.9, move_type="out_refund"), "Credit note", 99.9, button="View Credit note")
        self._check_head(self._bill(75.0, post=False), "Pro-forma invoice", 75.0, button="View Pro-forma invoice")
        order = self._order(self.nowak, validity_date=self.due)
        self._check_head(order, "Quotation", order.amount_total, f"Valid until {self._day(self.due)}")
        order.action_confirm()
        self._check_head(order, "Sales Order", order.amount_total)

    def test_letter(self):
        """It says all in its text."""
        texts = {"en_US": ("Your invoices", "<p>Hello {customer},</p>")}
        self.env["document.letter"]._issue(self.nowak, self.company, texts, "email")
        self._deliver()
        self.assertEqual(self._plain().splitlines()[:3], ["Aurora Equipamentos Ltda", "", "Hello Nowak Sp. z o.o.,"])

    def test_statement(self):
        self._bill(1250.0, invoice_date="2026-03-02", invoice_date_due="2026-04-01")
        first, last = (fields.Date.to_date(day) for day in ("2026-01-01", "2026-06-30"))
        self.env["document.statement"]._issue(self.nowak, self.company, first, last, "email")
        self._deliver()
        period = f"{self._day(first)} – {self._day(last)}"
        self._check_lines("Statement of account " + period, 1250.0, f"Overdue {self._money(1250.0)}")

    def test_reminder(self):
        invoice = self._bill(300.0)
        reminder = self.env["document.reminder"].sudo().create({
            "move_id": invoice.id, "date_due": self.due, "days": -5, "date": fields.Date.today()})
        head = reminder._dispatch_mail_head()
        self.assertEqual((head["kind"], head["name"], head["amount"], head["details"]), (
            "Payment reminder", invoice.name, self._money(300.0), [("Due date", self._day(self.due))]))

    def test_only_the_customer_pays(self):
        """Who only sees what was sent is not asked to."""
        self._switch_payments_on()
        window = self._send_window(self._bill(10.0))
        window.dispatch_emails = "contador@escritorio.example.com"
        window.action_send_and_print()
        titles = {mail["to"].addresses[0].addr_spec: self._button(mail).text.strip() for mail in self.mails}
        self.assertEqual(titles, {"biuro@nowak.example.com": "View and pay",
                                  "contador@escritorio.example.com": "View Invoice"})

    # ------------------------------------------------------------------
    # Good everywhere
    # ------------------------------------------------------------------

    def test_company(self):
        """Logo with its name instead where pictures are blocked, address, colours that can be read."""
        [mail] = self._send(self._bill(10.0))
        self.assertFalse(self._page(mail).xpath("//img"), "Odoo's own logo is nobody's")
        picture = BytesIO()
        Image.new("RGB", (90, 40), "teal").save(picture, "PNG")
        self.company.logo = base64.b64encode(picture.getvalue())
        self.company.write({"email_primary_color": "#FFFFFF", "email_secondary_color": "#FFE08A"})
        [mail] = self._send(self._bill(10.0))
        [logo] = self._page(mail).xpath("//img")
        self.assertEqual(logo.get("alt"), "Aurora Equipamentos Ltda")
        self.assertRegex(logo.get("src"), rf"^https?://[^/]+/logo\.png\?company={self.company.id}$")
        style = self._style(self._button(mail))
        self.assertEqual(style["color"], colours.BLACK, "white on yellow cannot be read")
        self.assertEqual(self._button(mail).getparent().get("bgcolor"), "#FFE08A")
        plain = self._plain()
        self.assertIn("Aurora Equipamentos Ltda\nRua das Acácias, 120, São Paulo", plain)
        self.assertNotIn("odoo", plain.replace(self._button(mail).get("href"), "").lower())

    def test_every_program(self):
        """Tables for their looks alone, all colours as attributes too, nothing that Outlook does not know."""
        self._switch_payments_on()
        [mail] = self._send(self._bill(10.0))
        page = self._page(mail)
        self.assertEqual(page.xpath("//meta[@name='color-scheme']/@content"), ["light dark"])
        self.assertFalse(page.xpath("//table[not(@role='presentation')]"))
        self.assertFalse(page.xpath("//script | //link[@rel='stylesheet'] | //img[not(@alt)]"))
        for element in page.xpath("//*[@style]"):
            style = self._style(element)
            self.assertFalse(UNKNOWN & {f"{name}: {value}" for name, value in style.items()}, style)
            if element.tag in ("td", "table") and "background-color" in style:
                self.assertEqual(element.get("bgcolor"), style["background-color"])
        for cell in page.xpath("//td[normalize-space(text()) or p or div[not(table)]]"):
            self.assertIn("font-family", self._style(cell), "cells inherit no font in all programs")
        for cell in page.xpath("//td[contains(@class, 'dd_')]//*[@style] | //td[contains(@class, 'dd_')]"):
            if (colour := self._style(cell).get("color")) and cell.get("class") != "dd_button":
                self.assertGreaterEqual(colours.contrast(colour, "#ffffff"), colours.LEAST_CONTRAST)

    def test_the_dark(self):
        """Whatever colour stands in a text somebody wrote, it can be read on a dark ground, too."""
        [mail] = self._send(self._bill(10.0))
        page = self._page(mail)
        dark = page.xpath("//style")[0].text.partition("prefers-color-scheme: dark")[2]
        ground = re.search(r"\.dd_sheet \{ background-color: (#\w+)", dark)[1]
        found = re.findall(r"(\.dd_(?:text|quiet)[^{]*)\{ color: (#\w+) !important", dark)
        self.assertEqual(len(found), 3)
        for what, colour in found:
            self.assertGreaterEqual(colours.contrast(ground, colour), colours.LEAST_CONTRAST, what)
        [cell] = page.xpath("//td[.//p[contains(., 'Hello')] and not(.//td)]")
        self.assertEqual(cell.get("class"), "dd_text")

    # ------------------------------------------------------------------
    # Another layout
    # ------------------------------------------------------------------

    def test_odoos_own_where_it_is_chosen(self):
        """By the text that an administrator edits, on each road; else ours."""
        template = self.types["invoice"].mail_template_id
        for chosen, ours in ((False, True), (OUR_LAYOUT, True), (CORE_LAYOUT, False)):
            template.email_layout_xmlid = chosen
            for send in (self._send, self._send_by_hand):
                [mail] = send(self._bill(10.0))
                source = mail.get_body(("html",)).get_content()
                self.assertEqual("dd_sheet" in source, ours, (chosen, send))
                self.assertEqual("o_mail_notification" in source, not ours, (chosen, send))

    def test_what_went_stays(self):
        """A mail that was made goes as it is."""
        dispatch = self._bill(10.0)._dispatch_create("rule", state="review")
        self._deliver()
        dispatch._with_system_write().state = "queued"
        self.env["document.dispatch.content"]._prepare(dispatch)
        self.assertTrue(dispatch.frozen)
        self.types["invoice"].mail_template_id.email_layout_xmlid = CORE_LAYOUT
        self._deliver()
        self.assertIn("dd_sheet", self.mails[-1].get_body(("html",)).get_content())

    # ------------------------------------------------------------------

    def _bill(self, amount, **vals):
        return self._invoice(self.nowak, amount, **{
            "invoice_date_due": self.due, "invoice_payment_term_id": False, **vals})

    def _pay(self, invoice, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        ).create({"amount": amount})._create_payments()

    def _send(self, document):
        self.smtp.handler.clear()
        dispatch = document._dispatch_create("rule")
        self._deliver()
        self.assertEqual(dispatch.state, "sent", dispatch.state_message)
        return self.mails

    def _send_by_hand(self, invoice):
        self.smtp.handler.clear()
        self._send_window(invoice).action_send_and_print()
        return self.mails

    def _check_head(self, document, kind, amount, *details, button=None):
        """Send a document and compare the head of its mail.

        :param details: lines below the amount
        :param str button: what it says; ``None``: whatever Odoo says
        """
        [mail] = self._send(document)
        self._check_lines(f"{kind} {document.dispatch_name}", amount, *details)
        if button:
            self.assertEqual(self._button(mail).text.strip(), button)

    def _check_lines(self, first, amount, *details):
        lines = ["Aurora Equipamentos Ltda", "", first, self.nowak.name, self._money(amount), *details]
        self.assertEqual(self._plain().splitlines()[:len(lines) + 1], [*lines, ""])

    def _money(self, amount):
        return format_amount(self.env, amount, self.company.currency_id)

    def _day(self, day):
        return format_date(self.env, day)

    def _plain(self):
        return self.mails[-1].get_body(("plain",)).get_content().replace("\r\n", "\n")

    def _page(self, mail):
        return html.document_fromstring(mail.get_body(("html",)).get_content())

    def _button(self, mail):
        [button] = self._page(mail).xpath("//a[@class='dd_button']")
        return button

    def _style(self, element):
        return dict(STYLE.findall(element.get("style", "")))
