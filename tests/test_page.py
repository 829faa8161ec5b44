"""The customer's page: what stands on it, from the mail to the PDF, for him and for those who log in."""

import email
import re
from datetime import timedelta
from email import policy

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..tools.brazil import boleto
from .common import DispatchCase

LINK = re.compile(r"https?://[^/\"\s]+(/dispatch/page/\d+/[\w-]+)")
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1"


class PageCase(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dispatch_customer_page = True
        cls.today = fields.Date.today()
        cls.clerk = new_test_user(
            cls.env, "clara", "account.group_account_invoice,base.group_partner_manager", name="Clara Nunes",
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
        )

    def _path(self, partner=None, company=None):
        return self.env["document.dispatch.page"]._make__(partner or self.silva, company or self.company, False)

    def _send(self, invoice):
        """Send by the window, and return the paths of the links to the page, by address."""
        self._send_window(invoice).action_send_and_print()
        return self._links()

    def _links(self):
        found = {}
        for mail in self.mails:
            links = LINK.findall(mail.get_body(("html",)).get_content())
            found[mail["to"].rpartition("<")[2].strip(">")] = links[0] if links else None
        return found

    def _open(self, path, agent=PHONE, **kwargs):
        answer = self.url_open(path, headers={"User-Agent": agent}, **kwargs)
        self.env.invalidate_all()
        return answer

    def _pay(self, invoice, amount, date=None):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        ).create({"amount": amount, "payment_date": date or self.today})._create_payments()

    def _boleto(self, invoice):
        """A boleto that fits the invoice, recognised."""
        factor = boleto.factor_of(invoice.invoice_date_due)
        body = f"0019{factor:04}{round(invoice.amount_total * 100):010}1234567890123456789012345"
        line = boleto.from_barcode(f"{body[:4]}{boleto.mod11(body)}{body[4:]}").boleto.printed
        file = self.env["ir.attachment"].create({
            "name": "boleto.pdf", "raw": b"%PDF-1.4 boleto", "res_model": "account.move", "res_id": invoice.id,
        })
        return self.env["document.dispatch.file"].sudo().create({
            "name": f"{invoice.name}/boleto",
            "move_id": invoice.id, "attachment_id": file.id, "kind": "boleto", "reference": line, "number": "001",
            "amount": invoice.amount_total, "due_date": invoice.invoice_date_due,
        })


@tagged("post_install", "-at_install")
class TestPage(PageCase):
    def test_paid_online(self):
        """The button stands there where somebody takes the money."""
        invoice, path = self._invoice(self.silva), self._path()
        self.assertNotIn("Pay now", self._open(path).text)
        self.assertEqual(self._open(f"{path}/pay/{invoice.id}").status_code, 404)
        self._switch_payments_on()
        self.assertIn("Pay now", self._open(path).text)

    def test_from_the_mail_to_the_pdf(self):
        self._switch_payments_on()
        invoice = self._invoice(self.silva)
        links = self._send(invoice)
        self.assertEqual(set(links), {"ana@silva.example.com", "rui@silva.example.com"})
        self.assertEqual(len(set(links.values())), 2, "each mail has a link of its own")
        page = self._open(links["ana@silva.example.com"])
        self.assertEqual(page.status_code, 200)
        for text in (invoice.name, "Silva &amp; Filhos", "Aurora Equipamentos Ltda", "Only open ones", "Pay now"):
            self.assertIn(text, page.text)
        path = links["ana@silva.example.com"]
        self.assertIn(f"{path}/invoice/{invoice.id}", page.text)
        answer = self._open(f"{path}/invoice/{invoice.id}")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.content, invoice.invoice_pdf_report_id.raw)
        self.assertIn(".pdf", answer.headers["Content-Disposition"])

    def test_nothing_where_it_is_off(self):
        path = self._path()
        self.company.dispatch_customer_page = False
        self.assertEqual(self._open(path).status_code, 404)
        self.assertEqual(set(self._send(self._invoice(self.silva)).values()), {None})
        self.assertFalse(self.env["document.dispatch.page"].search([("recipient_id", "!=", False)]))

    def test_who_gets_the_link(self):
        """The customer's own people; addresses that were typed see what was sent, and nothing more."""
        invoice = self._invoice(self.silva)
        window = self._send_window(invoice)
        window.dispatch_emails = "contador@escritorio.example.com"
        window.action_send_and_print()
        links = self._links()
        self.assertIsNone(links.pop("contador@escritorio.example.com"))
        self.assertTrue(all(links.values()))
        self._order(self.silva)._dispatch_create("rule")
        self._deliver()
        self.assertEqual(len([link for link in self._links().values() if link]), 2, "quotations carry it, too")

    def test_in_the_language_of_the_mail(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.silva_ana.lang = "pt_BR"
        path = self._send(self._invoice(self.silva))["ana@silva.example.com"]
        page = self._open(path)
        self.assertIn('lang="pt-BR"', page.text)
        self.assertIn(self.today.strftime("%d/%m/%Y"), page.text)

    def test_retry_opens_too(self):
        """What is tried again carries a link that opens."""
        with self._mail_server_down():
            self._send_window(self._invoice(self.silva)).action_send_and_print()
        deferred = self.env["document.dispatch.recipient"].search([("state", "=", "deferred")])
        deferred._with_system_write().next_try = False
        self._deliver()
        links = self._links()
        self.assertEqual(len(links), 2)
        for path in links.values():
            self.assertEqual(self._open(path).status_code, 200)

    def test_draft_for_a_mail_program(self):
        """One draft for several people: with the link where all of them are the customer's."""
        def draft(**vals):
            invoice = self._invoice(self.silva)
            window = self._send_window(invoice)
            window.write(vals)
            window.action_dispatch_draft()
            message = email.message_from_bytes(self._dispatches(invoice).draft_id.raw, policy=policy.default)
            return message.get_body(("html",)).get_content()

        self.assertEqual(self._open(LINK.search(draft())[1]).status_code, 200)
        self.assertNotIn("/dispatch/page/", draft(dispatch_emails="contador@escritorio.example.com"))

    # ------------------------------------------------------------------
    # What stands on it
    # ------------------------------------------------------------------

    def test_states_and_sums(self):
        late = self.today - timedelta(days=40)
        paid, partly, overdue = (self._invoice(self.silva, 1000.0, invoice_date=late, invoice_date_due=late)
                                 for _number in range(3))
        self._invoice(self.silva, 200.0, invoice_date_due=self.today + timedelta(days=9))
        self._invoice(self.silva_rui, 50.0, move_type="out_refund")
        self._pay(paid, 1000.0)
        self._pay(partly, 400.0)
        [total] = self.silva._dispatch_open_totals(self.company)
        self.assertEqual((total["documents"], total["overdue"], total["other"], total["balance"]),
                         (1000 - 400 + 1000 + 200 - 50, 1600.0, 0.0, 1750.0))
        values = self.silva._dispatch_page_values(self.company)
        states = {line["move"]: line["state"][1] for line in values["lines"]}
        self.assertEqual((states[paid], states[partly], states[overdue]), ("Paid", "Overdue", "Overdue"))
        self.assertCountEqual(states.values(), ["Paid", "Overdue", "Overdue", "Open", "Credit"])
        self.assertEqual([line["open"] for line in values["lines"] if line["state"][0] == "credit"], [-50.0])
        page = self._open(self._path())
        for text in ("1,750.00", "1,600.00", "Paid", "Overdue", "Credit note"):
            self.assertIn(text, page.text)

    def test_instalments(self):
        """An invoice of which one instalment is due says so, before the last one is."""
        terms = self.env["account.payment.term"].create({"name": "30/60", "line_ids": [
            Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (10, 60)]})
        invoice = self._invoice(
            self.silva, 600.0, invoice_date=self.today - timedelta(days=20), invoice_payment_term_id=terms.id)
        [line] = self.silva._dispatch_page_values(self.company)["lines"]
        self.assertGreater(invoice.invoice_date_due, self.today)
        self.assertEqual((line["state"][0], self.silva._dispatch_open_totals(self.company)[0]["overdue"]),
                         ("overdue", 300.0))

    def test_payment_without_an_invoice(self):
        self._invoice(self.silva, 300.0)
        self.env["account.payment"].create({
            "payment_type": "inbound", "partner_type": "customer", "partner_id": self.silva.id, "amount": 120.0,
        }).action_post()
        [total] = self.silva._dispatch_open_totals(self.company)
        self.assertEqual((total["documents"], total["other"], total["balance"]), (300.0, -120.0, 180.0))
        self.assertIn("Payments not yet assigned", self._open(self._path()).text)

    def test_filters_and_pages(self):
        old = self._invoice(self.silva, invoice_date="2024-03-01")
        self._pay(old, 1250.0)
        new = self._invoice(self.silva)
        path = self._path()
        page = self._open(path)
        self.assertIn(old.name, page.text)
        for query, shown, hidden in (("?year=2024", old, new), ("?open=1", new, old),
                                     (f"?year={self.today.year}&open=1", new, old)):
            text = self._open(path + query).text
            self.assertIn(shown.name, text, query)
            self.assertNotIn(hidden.name, text, query)
        self.assertIn("There is nothing here", self._open(f"{path}?year=2024&open=1").text)
        for query in ("?year=0000", "?year=1999", "?year=x&open=", "?year=²²²²", "/page/99", "/page/0"):
            self.assertIn(old.name, self._open(path + query).text, query)
        for number in range(51):
            new.copy({"invoice_date": self.today, "name": f"INV/{self.today.year}/9{number:04}"}).action_post()
        first, second = self._open(path).text, self._open(f"{path}/page/2?year=").text
        self.assertEqual(first.count('class="fw-bold">INV/'), 50)
        self.assertEqual(second.count('class="fw-bold">INV/'), 3)
        self.assertIn(f"{path}/page/2", first)

    def test_quotations(self):
        order, draft, over = (self._order(self.silva_ana) for _number in range(3))
        order.action_quotation_sent()
        over.action_quotation_sent()
        over.validity_date = self.today - timedelta(days=1)
        path = self._path()
        page = self._open(path).text
        self.assertIn(order.name, page)
        self.assertNotIn(draft.name, page)
        self.assertNotIn(over.name, page)
        self.assertNotIn("access_token", page, "whoever has the page does not accept in the customer's name")
        answer = self._open(f"{path}/quotation/{order.id}")
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "application/pdf"))
        for other in (draft, over):
            self.assertEqual(self._open(f"{path}/quotation/{other.id}").status_code, 404)

    def test_boleto(self):
        invoice = self._invoice(self.silva, invoice_date_due=self.today + timedelta(days=20))
        file = self._boleto(invoice)
        self.assertEqual(file.state, "ok")
        path = self._path()
        self.assertIn(f"{path}/file/{file.id}", self._open(path).text)
        answer = self._open(f"{path}/file/{file.id}")
        self.assertEqual((answer.status_code, answer.content), (200, b"%PDF-1.4 boleto"))
        wrong = file.copy({"kind": "nfe", "attachment_id": file.attachment_id.copy().id})
        self.assertEqual(wrong.state, "error", "it is none")
        self.assertNotIn(f"/file/{wrong.id}", self._open(path).text)
        self.assertEqual(self._open(f"{path}/file/{wrong.id}").status_code, 404)

    def test_consent(self):
        """The page leads to the other one, and back to nothing else."""
        path = self._send(self._invoice(self.silva))["ana@silva.example.com"]
        page = self._open(path)
        [url] = set(re.findall(r'href="([^"]*/dispatch/consent/[^"]*)"', page.text))
        self.assertEqual(url, self.silva._dispatch_consent_url__(self.company))

    def test_payment_is_odoos_own(self):
        self._switch_payments_on()
        invoice, done = self._invoice(self.silva), self._invoice(self.silva)
        self._pay(done, 1250.0)
        path = self._path()
        page = self._open(path).text
        self.assertIn(f"{path}/pay/{invoice.id}", page)
        self.assertNotIn(f"{path}/pay/{done.id}", page)
        self.assertFalse(invoice.access_token, "looking at the list makes no tokens")
        answer = self._open(f"{path}/pay/{invoice.id}", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn(f"/my/invoices/{invoice.id}?access_token={invoice.access_token}", answer.headers["Location"])
        self.assertEqual(self._open(f"{path}/pay/{done.id}").status_code, 404)
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "False")
        self.assertNotIn("/pay/", self._open(path).text)
        self.assertEqual(self._open(f"{path}/pay/{invoice.id}").status_code, 404)

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def _statements(self, path):
        """SQL statements of one opening, everything warm."""
        for _warm in range(3):
            self.url_open(path)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_statements_do_not_grow(self):
        def many(count):
            moves = self.env["account.move"].create([{
                "move_type": "out_invoice", "partner_id": (self.silva, self.silva_rui)[number % 2].id,
                "invoice_date": self.today - timedelta(days=number % 50),
                "currency_id": self.company.currency_id.id,
                "invoice_line_ids": [Command.create({"name": "Bomba", "price_unit": 100 + number, "tax_ids": []})],
            } for number in range(count)])
            moves.action_post()
            for move in moves[:10]:
                self._boleto(move)

        many(3)
        path = self._path()
        few = self._statements(path)
        many(75)
        self.assertEqual(self._statements(path), few)
        self.assertLessEqual(self._statements(f"{path}/page/2"), few)
        self.assertLess(few, 40)

    # ------------------------------------------------------------------
    # With a login
    # ------------------------------------------------------------------

    def test_portal(self):
        user = new_test_user(self.env, "rui", "base.group_portal", name="Rui Lopes")
        user.partner_id.parent_id = self.silva
        mine, foreign = self._invoice(self.silva_ana), self._invoice(self.nowak)
        self.authenticate("rui", "rui")
        self._check_tiles("/my/documents")
        page = self._open("/my/documents")
        self.assertIn(mine.name, page.text)
        self.assertNotIn(foreign.name, page.text)
        path = f"/my/documents/{self.company.id}"
        self.assertIn(f"{path}/invoice/{mine.id}", page.text)
        self.assertEqual(self._open(f"{path}/invoice/{mine.id}").headers["Content-Type"], "application/pdf")
        for wrong in (f"{path}/invoice/{foreign.id}", f"/my/documents/{self.env.ref('base.main_company').id}"):
            self.assertEqual(self._open(wrong).status_code, 404, wrong)
        self.company.dispatch_customer_page = False
        self.assertEqual(self._open("/my/documents").status_code, 404)
        self._check_tiles("/my/invoices")
        self.authenticate(None, None)
        self.assertIn("/web/login", self._open(path).url)

    def _check_tiles(self, *expected):
        """The entries of the portal that lead to the customer's invoices."""
        home = self._open("/my/home").text
        found = set(re.findall(r'href="(/my/(?:documents|invoices))(?:\?filterby=invoices)?"', home))
        self.assertEqual(found, set(expected))

    def test_portal_of_a_company_without_a_page(self):
        """Its invoices stand in Odoo's list alone, which is offered beside the page then."""
        user = new_test_user(self.env, "rui", "base.group_portal", name="Rui Lopes")
        user.partner_id.parent_id = self.silva
        self._invoice(self.silva)
        self.authenticate("rui", "rui")
        self._check_tiles("/my/documents")
        elsewhere = self.setup_other_company()["company"]
        self.env["account.move"].with_company(elsewhere).create({
            "move_type": "out_invoice", "partner_id": self.silva.id, "invoice_date": self.today,
            "invoice_line_ids": [Command.create({"name": "Bomba", "price_unit": 77.0, "tax_ids": []})],
        }).action_post()
        self._check_tiles("/my/documents", "/my/invoices")

    @mute_logger("odoo.http")
    def test_the_clerk_opens_it(self):
        action = self.silva_rui.with_user(self.clerk).with_company(self.company).action_dispatch_open_page()
        self.assertEqual(self._open("/" + action["url"].split("/", 3)[3]).status_code, 200)
