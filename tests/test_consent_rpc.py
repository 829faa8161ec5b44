"""The ledger from outside: what a manager downloads, and what nobody changes."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import new_user
from .test_consent_page import ConsentPageCase


@tagged("post_install", "-at_install")
class TestConsentRpc(ConsentPageCase):
    def test_export(self):
        self._post(self._path(), "refuse", comment="=HYPERLINK(\"http://evil.example\")")
        dispatch = self._invoice(self.nowak)._dispatch_create("rule")
        dispatch._with_system_write().write({
            "answered_date": "2026-11-02 08:00:00", "answered_by": "jan@nowak.example"})
        self.nowak.write({"dispatch_no_reminder": True, "dispatch_no_reminder_reason": "Pays by instalments"})
        self.authenticate("clara", "clara")
        self.assertEqual(self.url_open(f"/dispatch/export/{self.nowak.id}").status_code, 403)
        new_user(self.company, "helga", "document_dispatch.group_dispatch_manager,account.group_account_manager")
        self.authenticate("helga", "helga")
        answer = self.url_open(f"/dispatch/export/{self.nowak.id}")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("Refused e-mail", answer.text)
        self.assertIn("'=HYPERLINK", answer.text)
        self.assertIn("Invoice INV", answer.text)
        self.assertIn("jan@nowak.example", answer.text)
        self.assertIn("Pays by instalments", answer.text)
        self.assertEqual(self.url_open("/dispatch/export/99999999").status_code, 404)

    @mute_logger("odoo.http")
    def test_ledger_by_rpc(self):
        self._post(self._path(), "refuse")
        entry = self._ledger()
        self.authenticate("admin", "admin")
        for method, args in (
            ("write", [entry.ids, {"kind": "accepted"}]), ("unlink", [entry.ids]),
            ("web_save", [entry.ids, {"kind": "accepted"}, {}]), ("_verify_address", [entry.ids]),
            ("create", [{"partner_id": self.nowak.id, "kind": "accepted", "channel": "page"}]),
            ("create", [{"partner_id": self.nowak.id, "kind": "accepted", "ip": "1.2.3.4"}]),
        ):
            answer = self.url_open("/web/dataset/call_kw", json={"params": {
                "model": "document.consent", "method": method, "args": args, "kwargs": {},
            }}).json()
            self.assertIn("error", answer, method)
        self.assertEqual(self._ledger().mapped("kind"), ["refused"])
