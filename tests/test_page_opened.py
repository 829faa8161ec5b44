"""When documents and the customer's page were first opened by a person, and where that stands."""

import csv

from odoo.tests import Form, tagged

from .common import new_user
from .test_page import PHONE, PageCase


@tagged("post_install", "-at_install")
class TestPageOpened(PageCase):
    def test_first_opening(self):
        invoice = self._invoice(self.silva)
        path = self._send(invoice)["ana@silva.example.com"]
        [dispatch] = self._dispatches(invoice)
        [ana, rui] = dispatch.recipient_ids.sorted("email")
        opened = [("document_opened_date", "!=", False)], [("page_opened_date", "!=", False)]
        for agent, method in (("Mozilla/5.0 (compatible; BarracudaCentral/1.0)", "GET"), (PHONE, "HEAD"), ("", "GET")):
            self._open(path, agent, method=method)
            self.assertFalse(ana.page_opened_date, "no person")
        self.assertIn(dispatch, self.env["document.dispatch"].search([("page_opened_date", "=", False)]))
        self._open(path)
        self.assertTrue(ana.page_opened_date)
        self.assertEqual((ana.page_opened_ip, ana.page_opened_agent), ("127.0.0.1", PHONE))
        self.assertFalse(rui.page_opened_date, "it was not their link")
        self.assertEqual(dispatch.page_opened_date, ana.page_opened_date)
        self.assertFalse(dispatch.document_opened_date, "they saw the list, not the document")
        self.assertEqual([dispatch in self.env["document.dispatch"].search(domain) for domain in opened], [False, True])
        first = ana.page_opened_date
        self._open(f"{path}/invoice/{invoice.id}", "curl/8")
        self.assertFalse(invoice.dispatch_opened_date)
        self._open(f"{path}/invoice/{invoice.id}")
        self.assertTrue(invoice.dispatch_opened_date)
        self.assertEqual((dispatch.document_opened_ip, dispatch.document_opened_agent), ("127.0.0.1", PHONE))
        self._open(path, "Firefox/145.0")
        self.assertEqual((ana.page_opened_date, ana.page_opened_agent), (first, PHONE), "the first one stays")
        self.assertEqual([dispatch in self.env["document.dispatch"].search(domain) for domain in opened], [True, True])
        with Form(dispatch) as form:
            self.assertTrue(form.document_opened_date)

    def test_documents_of_a_list_are_read_together(self):
        """A list says of each dispatch when its document was opened, without a statement for each."""
        dispatches = self.env["document.dispatch"].union(
            *(self._invoice(self.silva)._dispatch_create("manual") for _number in range(4)))
        one, several = self._count_reading(dispatches, "document_opened_date")
        self.assertTrue(one)
        self.assertEqual(one, several)

    def test_what_is_known(self):
        """Whoever asks what is known of them reads it, too."""
        invoice = self._invoice(self.silva)
        path = self._send(invoice)["ana@silva.example.com"]
        self._open(path)
        self._open(f"{path}/invoice/{invoice.id}")
        manager = new_user(
            self.company, "helena", "document_dispatch.group_dispatch_manager,account.group_account_invoice")
        lines = list(csv.reader(self.silva.with_user(manager)._dispatch_export_csv().splitlines()))
        opened = [(line[3], line[5], *line[13:]) for line in lines if "opened" in line[3]]
        self.assertEqual(opened, [("Document opened", "", "127.0.0.1", PHONE),
                                  ("Page opened", "ana@silva.example.com", "127.0.0.1", PHONE)])

    def test_one_of_ours_is_no_customer(self):
        path = self._send(self._invoice(self.silva))["ana@silva.example.com"]
        self.authenticate("clara", "clara")
        self.assertEqual(self._open(path).status_code, 200)
        self.assertFalse(self.env["document.dispatch.recipient"].search([("page_opened_date", "!=", False)]))
