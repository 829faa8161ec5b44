"""No field that a user may write leads to the bytes of another's record, and none forges what happened."""

import base64
import importlib.util
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_access import AccessCase

SECRET = b"salaries of everybody"
ROOT = Path(__file__).parents[1]


class FieldsCase(AccessCase, HttpCase):
    """Users of every kind, and a file that none of them may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contacts = "base.group_partner_manager"
        cls.guest = cls._user("otto", f"document_dispatch.group_dispatch_user,{contacts}", "Otto Reis")
        cls.clerk.group_ids |= cls.env.ref(contacts)
        cls.seller.group_ids |= cls.env.ref(contacts)
        other = cls.env["res.company"].create({"name": "Boreal Papéis Ltda"})
        cls.stranger = cls._user("wanda", f"account.group_account_invoice,{contacts}", "Wanda Kowal", other)
        cls.users = cls.guest | cls.clerk | cls.seller | cls.stranger
        cls.secret = cls.env["ir.attachment"].create({
            "name": "salaries.txt", "raw": SECRET, "res_model": "ir.config_parameter",
            "res_id": cls.env["ir.config_parameter"].search([], limit=1).id,
        })
        cls.env.flush_all()

    def test_secret_is_one(self):
        for user in self.users:
            self.assertFalse(self.secret.with_user(user).has_access("read"), user.login)

    def _call(self, user, model, method, *args, context=None, **kwargs):
        """Call a method over HTTP as a client does; returns ``(result, error)``."""
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        with mute_logger("odoo.http", "odoo.sql_db"):
            answer = self.url_open("/web/dataset/call_kw", json={"params": {
                "model": model, "method": method, "args": list(args), "kwargs": {**kwargs, "context": context or {}},
            }}).json()
        self.env.invalidate_all()
        return answer.get("result"), answer.get("error")

    def _leaks(self, value):
        text = str(value)
        return SECRET.decode() in text or base64.b64encode(SECRET).decode() in text


@tagged("post_install", "-at_install")
class TestLedgerFiles(FieldsCase):
    """The ledger's file, message and letter are set by the system alone."""

    def _row(self, **vals):
        return {"partner_id": self.nowak.id, "kind": "accepted", **vals}

    def test_foreign_file(self):
        for user in self.users:
            for vals, context in (
                ({"attachment_id": self.secret.id}, {}),
                ({}, {"default_attachment_id": self.secret.id}),
                ({"evidence_name": "x"}, {"default_attachment_id": self.secret.id}),
            ):
                with self.subTest(user=user.login, vals=vals, context=context):
                    result, _error = self._call(
                        user, "document.consent", "web_save", [], self._row(**vals),
                        {"evidence": {}, "evidence_name": {}, "attachment_id": {}}, context=context)
                    self.assertFalse(self._leaks(result))
                    for row in result or ():
                        self.assertFalse(row["attachment_id"] or row["evidence"])
        self.assertFalse(self.env["document.consent"].search([("attachment_id", "=", self.secret.id)]))

    def test_own_default(self):
        """A user's own defaults (``ir.default``) are values of a client, too."""
        _result, error = self._call(self.guest, "ir.default", "set", "document.consent", "attachment_id",
                                    self.secret.id, True)
        self.assertFalse(error)
        [row], error = self._call(self.guest, "document.consent", "create", [self._row()])
        self.assertFalse(error)
        self.assertFalse(self.env["document.consent"].browse(row).attachment_id)

    def test_onchange_and_copy(self):
        result, _error = self._call(
            self.guest, "document.consent", "onchange", [], {"attachment_id": self.secret.id}, ["attachment_id"],
            {"evidence": {}, "evidence_name": {}, "attachment_id": {}})
        self.assertFalse(self._leaks(result))
        [row], _error = self._call(self.guest, "document.consent", "create", [self._row(
            evidence=base64.b64encode(b"accepted").decode(), evidence_name="letter.txt")])
        _result, error = self._call(self.guest, "document.consent", "copy", [row])
        self.assertTrue(error, "a copy would name the file of another row")

    def test_other_fields_of_the_system(self):
        letter = self.env["document.letter"].sudo().create({
            "partner_id": self.nowak.id, "company_id": self.company.id, "user_id": self.env.uid, "date": "2026-01-01",
            "subject": "Faturas por e-mail", "body": "<p>Prezados</p>",
        })
        row = self.env["document.consent"].create(self._row())
        forged = {
            "mail_message_id": self.nowak.message_ids[:1].id or 1, "letter_id": letter.id, "request_id": row.id,
            "step": "verified", "ip": "192.0.2.7", "user_agent": "Firefox", "text_hash": "0" * 64,
            "email_normalized": "kasa@nowak.example.com", "channel": "page",
        }
        for name, value in forged.items():
            with self.subTest(name=name):
                _result, error = self._call(self.guest, "document.consent", "create", [self._row(**{name: value})])
                self.assertTrue(error)
                if name != "channel":  # a person's word, but for this one
                    [made], error = self._call(
                        self.guest, "document.consent", "create", [self._row()], context={f"default_{name}": value})
                    self.assertFalse(error)
                    self.assertFalse(self.env["document.consent"].browse(made)[name])

    def test_own_evidence_is_read_and_kept(self):
        [made], error = self._call(self.clerk, "document.consent", "create", [self._row(
            evidence=base64.b64encode(b"accepted").decode(), evidence_name="letter.txt")])
        self.assertFalse(error)
        row = self.env["document.consent"].browse(made)
        self.assertEqual((row.evidence_name, base64.b64decode(row.evidence)), ("letter.txt", b"accepted"))
        self.authenticate("jonas", "jonas")
        self.assertEqual(self.url_open(f"/web/content/document.consent/{made}/evidence").content, b"accepted")
        with self.assertRaises(UserError):
            row.attachment_id.raw = b"refused"
        with self.assertRaises(UserError):
            row.attachment_id.unlink()

    def test_foreign_file_is_neither_shown_nor_frozen(self):
        """As rows stand in databases that were attacked before."""
        row = self.env["document.consent"].create(self._row())
        self.env.cr.execute("UPDATE document_consent SET attachment_id = %s WHERE id = %s", [self.secret.id, row.id])
        self.env.invalidate_all()
        self.assertFalse(row.with_user(self.guest).evidence)
        self.secret.raw = SECRET * 2
        path = ROOT / "migrations/19.0.1.2.0/pre-evidence.py"
        spec = importlib.util.spec_from_file_location("pre_evidence", path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        with self.assertLogs("pre_evidence", "WARNING"):
            migration.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertFalse(row.attachment_id)
        self.secret.unlink()

    def test_declarations_are_for_those_who_may_edit_the_contact(self):
        self.nowak.dematerialization_refused = True
        self.seller.group_ids -= self.env.ref("base.group_partner_manager")
        for kind in ("withdrawn", "accepted", "refused", "letter", "address"):
            with self.subTest(kind=kind):
                _result, error = self._call(self.seller, "document.consent", "create", [
                    self._row(kind=kind, new_email="kasa@nowak.example.com")])
                self.assertIn("AccessError", error["data"]["name"])
        self.assertTrue(self.nowak.dematerialization_refused)
        _result, error = self._call(self.clerk, "document.consent", "create", [self._row(kind="withdrawn")])
        self.assertFalse(error)
        self.assertFalse(self.nowak.dematerialization_refused)
