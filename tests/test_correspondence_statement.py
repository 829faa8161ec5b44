"""The statement of account: to the cent what the books say, for a period, in several currencies, and on its way."""

import base64
from datetime import date
from io import BytesIO

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import Form, tagged

from ..tools.pdf.library import PdfReader
from ..tools.pdf.text import pdf_text
from .common import new_user
from .test_page import PageCase

JANUARY, JUNE, JULY = date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)


@tagged("post_install", "-at_install")
class TestStatement(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.setup_other_currency("EUR", rates=[
            ("2025-01-01", 0.5), ("2026-02-01", 0.4), ("2026-05-01", 0.625), ("2026-09-01", 0.3333)])

    def _life(self):
        """A year of a customer: two currencies, instalments paid in part, a credit note, a payment in advance."""
        old = self._invoice(self.silva, 1000.10, invoice_date="2025-11-03", invoice_date_due="2025-12-03")
        abroad = self._invoice(self.silva_rui, 333.33, invoice_date="2026-02-10", invoice_date_due="2026-03-10",
                               currency_id=self.foreign.id)
        here = self._invoice(self.silva, 249.99, invoice_date="2026-03-05", invoice_date_due="2026-07-05")
        self._pay(old, 400.05, date(2026, 1, 15))
        self._pay(old, 100.00, date(2026, 8, 2))
        self._pay_in(abroad, 111.11, date(2026, 5, 20))
        self._pay_in(abroad, 222.22, date(2026, 9, 10))  # paid in full: a difference of rates is booked
        self._invoice(self.silva, 49.99, move_type="out_refund", invoice_date="2026-04-01")
        self.env["account.payment"].create({
            "payment_type": "inbound", "partner_type": "customer", "partner_id": self.silva_ana.id, "amount": 75.5,
            "date": "2026-06-11",
        }).action_post()
        self._invoice(self.silva, 999.0, invoice_date="2026-03-06", post=False)
        self._invoice(self.nowak, 555.0, invoice_date="2026-03-06")
        self._invoice(self.silva, 88.0, invoice_date="2026-03-06", move_type="in_invoice")
        return old, abroad, here

    def _pay_in(self, invoice, amount, day):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        ).create({"amount": amount, "currency_id": self.foreign.id, "payment_date": day})._create_payments()

    def _ledger(self, extra=(), field="balance"):
        """Odoo's partner ledger: the sum of the posted lines on receivable accounts."""
        lines = self.env["account.move.line"].search(Domain([
            ("account_type", "=", "asset_receivable"), ("parent_state", "=", "posted"),
            ("company_id", "=", self.company.id), ("partner_id", "child_of", self.silva.id),
        ]) & Domain(list(extra)))
        return round(sum(lines.mapped(field)), 2)

    def _section(self, figures, currency):
        return next(section for section in figures["currencies"] if section["currency"] == currency)

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def test_agrees_with_the_ledger(self):
        self._life()
        exchange = self.env["account.move.line"].search([
            ("move_id.journal_id", "=", self.company.currency_exchange_journal_id.id),
            ("account_type", "=", "asset_receivable")])
        self.assertTrue(exchange, "a difference of rates is in the books, or nothing is shown here")
        for start, end in ((JANUARY, JUNE), (JULY, date(2026, 12, 31)), (date(2025, 1, 1), date(2025, 12, 31)),
                           (date(2026, 5, 20), date(2026, 5, 20)), (date(2024, 1, 1), date(2030, 1, 1))):
            figures = self.silva._dispatch_statement(self.company, start, end)
            self.assertEqual(figures["opening"], self._ledger([("date", "<", start)]))
            self.assertEqual(figures["closing"], self._ledger([("date", "<=", end)]))
            for section in figures["currencies"]:
                own = ("currency_id", "=", section["currency"].id)
                self.assertEqual(section["opening"], self._ledger([own, ("date", "<", start)], "amount_currency"))
                self.assertEqual(section["closing"], self._ledger([own, ("date", "<=", end)], "amount_currency"))
                moved = sum(line.amount_currency for line, _balance in section["lines"])
                self.assertAlmostEqual(section["opening"] + moved, section["closing"], 2)
                if section["lines"]:
                    self.assertEqual(section["lines"][-1][1], section["closing"], "the last line's is the closing one")

    def test_today_agrees_with_the_page(self):
        self._life()
        totals = {total["currency"]: total["balance"] for total in self.silva._dispatch_open_totals(self.company)}
        figures = self.silva._dispatch_statement(self.company, JANUARY, date(2030, 1, 1))
        for section in figures["currencies"]:
            self.assertEqual(section["closing"], totals.get(section["currency"], 0.0))

    def test_by_hand(self):
        """The same sums, as a bookkeeper would write them down."""
        self._life()
        figures = self.silva._dispatch_statement(self.company, JANUARY, JUNE)
        own, abroad = (self._section(figures, currency) for currency in (self.company.currency_id, self.foreign))
        self.assertEqual((own["opening"], own["closing"], own["overdue"]),
                         (1000.10, round(1000.10 - 400.05 + 249.99 - 49.99 - 75.5, 2), 600.05))
        self.assertEqual((abroad["opening"], abroad["closing"], abroad["overdue"]), (0.0, 222.22, 222.22))
        self.assertTrue(figures["foreign"])

    def test_overdue_of_a_day_in_the_past(self):
        """What was paid later was overdue then."""
        old, abroad, _here = self._life()
        self.assertEqual(abroad.payment_state in ("paid", "in_payment"), True)
        for day, expected in ((date(2026, 3, 10), 0.0), (date(2026, 3, 11), 333.33), (date(2026, 5, 20), 222.22),
                              (date(2026, 9, 10), 0.0)):
            section = self._section(self.silva._dispatch_statement(self.company, JANUARY, day), self.foreign)
            self.assertEqual(section["overdue"], expected, day)
        self.assertEqual(old.amount_residual, 500.05)

    def test_statements_do_not_grow(self):
        self._life()

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.silva._dispatch_statement(self.company, JANUARY, date(2026, 12, 31))
            return self.env.cr.sql_log_count - before

        cost()
        few = cost()
        for number in range(30):
            self._invoice(self.silva, 10.0 + number, invoice_date="2026-04-02")
        self.assertEqual(cost(), few)

    # ------------------------------------------------------------------
    # On its way
    # ------------------------------------------------------------------

    def _window(self, **vals):
        window = self.env["document.statement.window"].with_user(self.clerk).with_company(self.company).create(
            {"date_from": JANUARY, "date_to": JUNE, **vals})
        return window.with_context(force_report_rendering=True)

    def test_who_gets_one(self):
        self._life()
        self.silva_rui.dispatch_financial = True
        self.papel.dematerialization_refused = True
        self._invoice(self.papel, 10.0)
        paid = self._invoice(self.mudo, 10.0)
        self._pay(paid, 10.0)
        window = self._window()
        self.assertEqual(window._find_customers(), self.silva.browse([self.nowak.id, self.silva.id, self.papel.id]))
        self.assertEqual((window.count, window.count_email, window.count_print), (3, 2, 1))
        action = window.action_send()
        batch = self.env["document.dispatch.batch"].browse(action["res_id"])
        self._deliver()
        self.env.invalidate_all()
        self.assertCountEqual(self.envelopes, ["rui@silva.example.com", "biuro@nowak.example.com"])
        states = {dispatch.partner_id: dispatch.state for dispatch in batch.dispatch_ids}
        self.assertEqual(states, {self.silva: "sent", self.nowak: "sent", self.papel: "paper"})
        dispatch = batch.dispatch_ids.filtered(lambda dispatch: dispatch.partner_id == self.silva)
        self.assertEqual((dispatch.type_code, dispatch.recipient_ids.reason), ("statement", "flag_financial"))
        mail = next(mail for mail in self.mails if "rui@" in mail["to"])
        self.assertEqual(mail["subject"], "Statement of account – Aurora Equipamentos Ltda")
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("222.22", text)
        [file] = list(mail.iter_attachments())
        self.assertEqual(file.get_content_type(), "application/pdf")

    def test_pdf(self):
        self._life()
        report = self.env["document.statement"].with_context(force_report_rendering=True)
        text = pdf_text(report._draw_pdf(self.silva, self.company, JANUARY, JUNE))
        for words in ("Opening balance", "1,000.10", "724.55", "222.22", "In EUR", "Payment", "Credit note"):
            self.assertIn(words, text)
        self.assertNotIn("999.00", text, "a draft")

    def test_look_before_it_goes(self):
        """One customer's statement, then the next one's; the button says how many go, and how. Nothing is kept."""
        self._life()
        window = self._window()
        self.assertEqual((window.step, window.preview, window.announcement), ("choose", False, "Send 2 by e-mail"))
        window.channel = "paper"
        self.assertEqual(window.announcement, "Print 2")
        window.channel = "email"
        action = window.action_look()
        self.assertEqual((action["res_id"], window.step, window.preview_partner_id), (window.id, "look", self.nowak))
        self.assertIn("555.00", pdf_text(base64.b64decode(window.preview)))
        window.action_next()
        text = pdf_text(base64.b64decode(window.preview))
        for words in ("Opening balance", "1,000.10", "724.55"):
            self.assertIn(words, text)
        window.action_next()
        self.assertEqual(window.preview_partner_id, self.nowak)
        self.assertTrue(window.preview)
        self.authenticate("clara", "clara")
        content = self.url_open(f"/web/content/document.statement.window/{window.id}/preview").content
        self.assertTrue(content.startswith(b"%PDF-"))
        self.assertFalse(self.env["document.statement"].search([]))
        self.assertFalse(self.envelopes)
        window.action_back()
        self.assertFalse(window.preview)

    def test_look_of_others(self):
        """Nobody looks at the statement of another company's customer, or without the right to the books."""
        self._life()
        other = new_user(self.env.ref("base.main_company"), "otto", "account.group_account_invoice")
        window = self._window()
        window.action_look()
        with self.assertRaises(AccessError):
            window.with_user(other).read(["preview"])
        salesman = new_user(self.company, "vera", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.env["document.statement.window"].with_user(salesman).create({})
        with self.assertRaises(AccessError):
            self.env["document.statement.window"].with_user(other).create({
                "company_id": self.company.id, "customers": "chosen", "partner_ids": [Command.set(self.silva.ids)],
            }).action_look()

    def test_printed(self):
        self._life()
        self._window(customers="chosen", partner_ids=[Command.set(self.silva.ids)], channel="paper").action_send()
        [statement] = self.env["document.statement"].search([])
        dispatch = self._dispatches(statement)
        self.assertEqual(
            (dispatch.channel, dispatch.state, statement.name), ("paper", "printed", f"S-{statement.id:06}"))
        self.assertGreater(len(PdfReader(BytesIO(dispatch.print_id.attachment_id.raw)).pages), 0)

    def test_from_the_customer(self):
        action = self.env.ref("document_dispatch.document_statement_window_action_partner")
        context = {"default_customers": "chosen", "default_partner_ids": self.silva_rui.ids}
        self.assertEqual(action.binding_model_id.model, "res.partner")
        with Form(self.env["document.statement.window"].with_user(self.clerk).with_context(**context)) as form:
            self.assertEqual(form.count, 1)
        self.assertEqual(form.record._find_customers(), self.silva, "a contact's statement is the customer's")

    def test_what_makes_no_sense(self):
        with self.assertRaisesRegex(UserError, "ends before"):
            self._window(date_from=JULY).action_send()
        with self.assertRaisesRegex(UserError, "no recipient"):
            self._window(customers="chosen").action_send()

    def test_rights(self):
        self._life()
        self._window(customers="chosen", partner_ids=[Command.set(self.silva.ids)]).action_send()
        statement = self.env["document.statement"].search([])
        self.assertEqual(statement.with_user(self.clerk).partner_id, self.silva)
        salesman = new_user(self.company, "vera", "sales_team.group_sale_salesman")
        other = new_user(self.env.ref("base.main_company"), "otto", "account.group_account_invoice")
        for user in (salesman, other):
            with self.assertRaises(AccessError):
                statement.with_user(user).read(["partner_id"])
        self.assertFalse(self._dispatches(statement).with_user(salesman)._filtered_access("read"))

    # ------------------------------------------------------------------
    # From the page
    # ------------------------------------------------------------------

    def test_from_the_page(self):
        self._life()
        path = self._path()
        self.assertIn(f"{path}/statement", self._open(path).text)
        answer = self._open(f"{path}/statement?from=2026-01-01&to=2026-06-30")
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "application/pdf"))
        for period in ("", "?from=x&to=2026-99-99", "?from=2026-06-30&to=2026-01-01", "?from=&to="):
            self.assertEqual(self._open(f"{path}/statement{period}").status_code, 200, period)
