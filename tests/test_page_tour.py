"""The customer's page in a real browser, wide and as wide as a phone, in two languages."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .fiscal import boleto_pdf
from .test_page import PageCase


class PageTourCase(PageCase):
    def setUp(self):
        super().setUp()
        late = self.today - timedelta(days=30)
        self.paid = self._invoice(self.silva, 480.0, invoice_date="2025-02-03", invoice_date_due="2025-03-03")
        self._pay(self.paid, 480.0)
        self.late = self._invoice(self.silva_ana, invoice_date=late, invoice_date_due=late)
        self.open = self._invoice(self.silva, 12345678.9, invoice_date_due=self.today + timedelta(days=20))
        self._boleto(self.open)
        self._invoice(self.silva, 99.9, move_type="out_refund")
        self.order = self._order(self.silva)
        self.order.action_quotation_sent()

    def _tour(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.silva.lang = lang
        self.start_tour(self._path(), "document_dispatch_page", login=None)


@tagged("post_install", "-at_install")
class TestPageWide(PageTourCase):
    browser_size = "1366x900"

    def test_wide(self):
        self._tour("fr_FR")

    def test_wide_in_portuguese(self):
        self._tour("pt_BR")


@tagged("post_install", "-at_install")
class TestPageNarrow(PageTourCase):
    browser_size = "390x844"

    def test_narrow(self):
        self._tour("fr_FR")

    def test_narrow_in_portuguese(self):
        self._tour("pt_BR")


@tagged("post_install", "-at_install")
class TestStatementTour(PageTourCase):
    def test_send_statements(self):
        """A clerk sends them from the menu."""
        self.silva_rui.dispatch_financial = True
        drawn = boleto_pdf((10.0, self.today))  # any PDF that a browser can show
        with patch.object(self.registry["document.statement"], "_draw_pdf", lambda *_args: drawn):
            self.start_tour("/odoo", "document_dispatch_statements", login="clara")
        [statement] = self.env["document.statement"].search([])
        self.assertEqual((statement.partner_id, statement.user_id), (self.silva, self.clerk))
        self._deliver()
        self.assertEqual(self.envelopes, ["rui@silva.example.com"])

    def test_customer_form(self):
        self.start_tour(f"/odoo/res.partner/{self.silva.id}", "document_dispatch_customer_form", login="clara")
