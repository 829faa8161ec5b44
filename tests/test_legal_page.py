"""Customers see no picture of an invoice that a network has to take first: neither on our page nor on Odoo's."""

from odoo.tests import HttpCase
from odoo.tools import mute_logger

from .common import new_user
from .legal import LegalCase


class TestLegalPage(LegalCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dispatch_customer_page = True
        # not what is tested here: core waits a second for each page's scripts
        cls.env["ir.config_parameter"].set_param("report.print_delay", "1")
        new_user(cls.company, "jan", "base.group_portal", partner_id=cls.nowak.id, email=cls.nowak.email)
        new_user(cls.company, "clara", "account.group_account_invoice")

    def _roads(self, invoice):
        """``{road: path}``, of each by which a picture can be had."""
        page = self.env["document.dispatch.page"]._make__(self.nowak, self.company, False)
        token = invoice._portal_ensure_token()
        core = f"/my/invoices/{invoice.id}?access_token={token}&report_type="
        return {
            "page": f"{page}/invoice/{invoice.id}",
            **{kind: f"{core}{kind}" for kind in ("html", "pdf", "text", "pdf&download=true")},
        }, page

    def _shown(self, invoice):
        """The roads by which the customer gets a picture, and whether the page offers one."""
        self.env.flush_all()
        roads, page = self._roads(invoice)
        self.authenticate("jan", "jan")
        shown = {road for road, path in roads.items() if self.url_open(path).status_code == 200}
        offered = f"/invoice/{invoice.id}" in self.url_open(page).text
        self.assertEqual("page" in shown, offered)
        self.env.invalidate_all()
        return shown, set(roads)

    def test_no_picture_before_the_number(self):
        invoice = self._invoice(self.nowak)
        self.assertEqual(self._shown(invoice)[0], set())
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._shown(invoice)[0], set())
        self.net.answer(invoice, "rejected", words="no")
        self._deliver()
        self.assertEqual(self._shown(invoice)[0], set())
        self.net.answer(invoice, "accepted")
        self._deliver()
        shown, roads = self._shown(invoice)
        self.assertEqual(shown, roads)

    def test_the_page_says_why(self):
        invoice = self._invoice(self.nowak)
        self.env.flush_all()
        roads, page = self._roads(invoice)
        self.assertIn("The PDF will be available once the invoice is accepted.", self.url_open(page).text)
        answer = self.url_open(roads["html"])
        self.assertIn("first has to be accepted", answer.text)
        self.assertNotIn("X-Frame-Options", answer.headers)

    def test_who_works_here_sees_it(self):
        invoice = self._invoice(self.nowak)
        self.env.flush_all()
        self.authenticate("clara", "clara")
        self.assertEqual(self.url_open(self._roads(invoice)[0]["html"]).status_code, 200)

    def test_customers_have_no_other_road(self):
        """Odoo's downloads for people who work here stay theirs."""
        invoice = self._invoice(self.nowak)
        self.env.flush_all()
        self.authenticate("jan", "jan")
        for path in (f"download_invoice_documents/{invoice.id}/pdf", f"download_move_attachments/{invoice.id}"):
            with mute_logger("odoo.http"):
                self.assertNotEqual(self.url_open(f"/account/{path}").status_code, 200)

    def test_a_company_may_show_it_before(self):
        self.company.dispatch_mail_before = True
        shown, roads = self._shown(self._invoice(self.nowak))
        self.assertEqual(shown, roads)

    def test_what_was_sent_before_there_was_a_network(self):
        self.net.strangers = [self.nowak.name]
        invoice = self._invoice(self.nowak)
        shown, roads = self._shown(invoice)
        self.assertEqual(shown, roads)
        invoice._dispatch_create("rule")
        self._deliver()
        self.net.strangers = ()
        self.assertFalse(invoice._dispatch_page_blocking_reason())
