"""A manager who is no administrator chooses the sender account by its name, and reads nothing else of it."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .test_access_rpc import RpcCase

SECRET = "s3nha-muito-secreta"
HIDDEN = ("smtp_host", "smtp_port", "smtp_user", "smtp_pass", "from_filter", "smtp_encryption")


class TestAccounts(RpcCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["ir.mail_server"].create({
            "name": "Faturas", "smtp_host": "interno.aurora.example.com", "smtp_port": 2525,
            "smtp_user": "faturas@aurora.example.com", "smtp_pass": SECRET,
        })
        cls.type = cls.types["quotation"]
        cls.rule = cls._rule("Cotações", "quotation")

    def test_choice(self):
        for record in (self.type, self.rule):
            with self.subTest(record=record._name):
                form = Form(record.with_user(self.manager))
                form.mail_account = str(self.account.id)
                form.save()
                self.assertEqual(record.mail_server_id, self.account)
                form = Form(record.with_user(self.manager))
                self.assertEqual(form.mail_account, str(self.account.id))
                form.mail_account = False
                form.save()
                self.assertFalse(record.mail_server_id)

    def test_archived_account_is_offered_only_where_it_is_chosen(self):
        self.rule.mail_server_id = self.account
        self.account.active = False
        self.assertEqual(Form(self.rule.with_user(self.manager)).mail_account, str(self.account.id))
        names = dict(self.type.with_user(self.manager)._fields["mail_account"]._description_selection(
            self.type.with_user(self.manager).env))
        self.assertNotIn(str(self.account.id), names)

    def test_names_and_no_more(self):
        self.type.mail_server_id = self.rule.mail_server_id = self.account
        for name in ("document.dispatch.type", "document.dispatch.rule"):
            record = {"document.dispatch.type": self.type, "document.dispatch.rule": self.rule}[name]
            described = self._rpc(self.manager, name, "fields_get", ["mail_account"])["mail_account"]["selection"]
            self.assertIn([str(self.account.id), "Faturas"], described)
            read = self._rpc(self.manager, name, "read", record.ids, ["mail_account", "mail_server_id"])
            for secret in (SECRET, "interno.aurora", "2525", "faturas@"):
                self.assertNotIn(secret, str(described) + str(read))
            for field in HIDDEN:
                path = f"mail_server_id.{field}"
                with self.subTest(model=name, field=field):
                    self.assertRefused(AccessError, self.manager, name, "search", [(path, "!=", False)])
                    self.assertNotIn(SECRET, str(self._quiet(
                        name, "web_read", record.ids, {"mail_server_id": {"fields": {field: {}}}})))
                    for method, *arguments in (
                        ("export_data", [f"mail_server_id/{field}"]), ("export_data", [path]),
                    ):
                        shown = str(self._quiet(name, method, record.ids, *arguments))
                        self.assertNotIn(str(self.account[field]), shown if self.account[field] else "")

    def _quiet(self, model, method, *arguments):
        """What the manager gets, or nothing where they are refused."""
        try:
            return self._as_rpc(self.manager, self.env[model].browse(arguments[0]), method, *arguments[1:])
        except (AccessError, UserError, ValueError):
            return ""

    def test_what_is_no_account(self):
        for record in (self.type, self.rule):
            for wrong in ("999999", "abc"):
                with self.subTest(record=record._name), self.assertRaisesRegex(UserError, "account no longer exists"):
                    record.with_user(self.manager).mail_account = wrong

    def test_a_rule_is_copied_without_a_right_to_journals(self):
        journals = self.company_data["default_journal_sale"]
        rule = self._rule("Faturas", "invoice", journal_ids=journals.ids, user_id=self.manager.id)
        self.env.invalidate_all()
        self.assertEqual(rule.with_user(self.manager).copy().sudo().journal_ids, journals)

    def test_the_accounts_themselves(self):
        for method, arguments in (
            ("read", (self.account.ids, ["name"])), ("search", ([],)), ("name_search", ("",)),
            ("write", (self.account.ids, {"smtp_host": "meu.example.com"})), ("create", ({"name": "x"},)),
        ):
            self.assertRefused(AccessError, self.manager, "ir.mail_server", method, *arguments)

    def test_a_plain_user_chooses_none(self):
        fields = self._rpc(self.seller, "document.dispatch.type", "fields_get")
        self.assertNotIn("mail_account", fields)
        self.assertRefused(AccessError, self.seller, "document.dispatch.type", "write", self.type.ids,
                           {"mail_account": str(self.account.id)})
        self.assertRefused(AccessError, self.seller, "document.dispatch.type", "read", self.type.ids,
                           ["mail_account"])
