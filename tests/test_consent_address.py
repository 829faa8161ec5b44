"""The customer asks for another address: nobody redirects their invoices in silence."""

import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import address_rule, new_user
from .test_consent_page import CSRF, ConsentPageCase

LINK = re.compile(r"https?://[^/\"]+(/dispatch/consent/address/\d+/[0-9a-f]+)")


@tagged("post_install", "-at_install")
class TestConsentAddress(ConsentPageCase):
    def _confirm(self, mail):
        """Press the button on the page that the mail to the new address leads to."""
        [path] = set(LINK.findall(mail._prepare_outgoing_body()))
        page = self.url_open(path)
        self.assertEqual(page.status_code, 200)
        return self.url_open(f"{path}/confirm", data={"csrf_token": CSRF.search(page.text)[1]})

    def _ask(self, partner=None, email="kasa@nowak.example.com"):
        page = self._post(self._path(partner), "address", email=email)
        self.assertIn("We sent an e-mail to the new address", page.text)
        return self._queued()

    def test_nothing_is_redirected_before_a_clerk_says_so(self):
        mails = self._ask()
        self.assertEqual(set(mails), {"biuro@nowak.example.com", "kasa@nowak.example.com"})
        self.assertIn("kasa@nowak.example.com", mails["biuro@nowak.example.com"].body_html, "the old one is told")
        self.assertNotIn("Jan Nowak", mails["kasa@nowak.example.com"].body_html, "no words of strangers")
        request = self._ledger()
        self.assertEqual((request.kind, request.step), ("address", "asked"))
        with self.assertRaisesRegex(UserError, "has not been confirmed"):
            request.with_user(self.clerk).action_use_address()
        page = self._confirm(mails["kasa@nowak.example.com"])
        self.assertIn("We are checking the change", page.text)
        self.assertEqual(self._ledger().mapped("step"), ["asked", "verified"])
        self.assertEqual(self.nowak.email, "biuro@nowak.example.com")
        self.assertEqual(len(self.nowak.activity_ids), 1)
        self.assertEqual(self.nowak.with_user(self.clerk).dispatch_new_email, "kasa@nowak.example.com")
        self.nowak.with_user(self.clerk).action_dispatch_use_address()
        self.assertEqual(self.nowak.email, "kasa@nowak.example.com")
        used = self._ledger()[-1]
        self.assertEqual((used.step, used.user_id, used.channel), ("used", self.clerk, "user"))
        self.assertFalse(self.nowak.dispatch_new_email)

    def test_confirming_twice_is_once(self):
        mail = self._ask()["kasa@nowak.example.com"]
        self._confirm(mail)
        [path] = set(LINK.findall(mail._prepare_outgoing_body()))
        self.assertEqual(self.url_open(path).status_code, 200)
        self.assertEqual(self._ledger().mapped("step"), ["asked", "verified"])

    def test_another_module_forbids_the_address(self):
        """The clerk reads whose rule it is; the customer's confirmation is kept, and a clerk is asked."""
        mails = self._ask(self.mudo, "caja@gomez.example.com")
        with address_rule(self.env):
            page = self._confirm(mails["caja@gomez.example.com"])
            self.assertEqual(page.status_code, 200)
            self.assertEqual(self._ledger(self.mudo).mapped("step"), ["asked", "verified"])
            self.assertFalse(self.mudo.email)
            self.assertEqual(len(self.mudo.activity_ids), 1)
            sales = self.env.ref("base.module_sale").shortdesc
            with self.assertRaisesRegex(UserError, f"is an invalid email.*rule of the module “{sales}”"):
                self.mudo.action_dispatch_use_address()
        self.mudo.action_dispatch_use_address()
        self.assertEqual(self.mudo.email, "caja@gomez.example.com")

    def test_discarded(self):
        mail = self._ask()["kasa@nowak.example.com"]
        self.nowak.with_user(self.clerk).action_dispatch_discard_address()
        [path] = set(LINK.findall(mail._prepare_outgoing_body()))
        self.assertEqual(self.url_open(path).status_code, 404)
        self.assertEqual(self.nowak.email, "biuro@nowak.example.com")

    def test_newer_request_and_renewed_link_end_the_older(self):
        first = self._ask()["kasa@nowak.example.com"]
        second = self._ask(email="faktury@nowak.example.com")["faktury@nowak.example.com"]
        [path] = set(LINK.findall(first._prepare_outgoing_body()))
        self.assertEqual(self.url_open(path).status_code, 404)
        [path] = set(LINK.findall(second._prepare_outgoing_body()))
        self.assertEqual(self.url_open(path).status_code, 200)
        self.nowak.action_dispatch_renew_link()
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_customer_without_address_needs_no_clerk(self):
        mails = self._ask(self.mudo, "Caja@Gomez.example.com")
        self.assertEqual(set(mails), {"caja@gomez.example.com"})
        page = self._confirm(mails["caja@gomez.example.com"])
        self.assertIn("From now on, documents are sent to this address", page.text)
        self.env.invalidate_all()
        self.assertEqual(self.mudo.email, "caja@gomez.example.com")
        self.assertEqual(self._ledger(self.mudo).mapped("step"), ["asked", "verified", "used"])

    def test_flagged_contacts_stay(self):
        self._confirm(self._ask(self.silva, "nf@silva.example.com")["nf@silva.example.com"])
        action = self.silva.with_user(self.clerk).action_dispatch_use_address()
        self.assertIn("ana@silva.example.com", action["params"]["message"])
        self.assertEqual(self.silva.email, "contato@silva.example.com")
        self._invoice(self.silva)._dispatch_create("rule")
        self._deliver()
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "rui@silva.example.com", "nf@silva.example.com"])

    def test_only_who_may_edit_the_customer_decides(self):
        self._confirm(self._ask()["kasa@nowak.example.com"])
        reader = new_user(self.company, "rita", "account.group_account_readonly,document_dispatch.group_dispatch_user")
        with self.assertRaises(AccessError):
            self._ledger()[0].with_user(reader).action_use_address()
        self.assertEqual(self.nowak.email, "biuro@nowak.example.com")
