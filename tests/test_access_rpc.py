"""Attacks over RPC, as the very user, on what is somebody else's: files, texts, windows, letters, rules, templates."""

import json

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException
from odoo.tools import file_open, mute_logger

from .test_access import AccessCase


class RpcCase(AccessCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("ines", "document_dispatch.group_dispatch_manager", "Inês Rocha")
        cls.invoice = cls._invoice(cls.silva, invoice_user_id=cls.rival.id)

    def _rpc(self, user, model, method, *arguments, **keywords):
        """Call a method over HTTP, as the web client does."""
        self.env.flush_all()
        self.authenticate(user.login, user.login + "x" * (8 - len(user.login)))
        try:
            return self.make_jsonrpc_request(f"/web/dataset/call_kw/{model}/{method}", {
                "model": model, "method": method, "args": list(arguments), "kwargs": keywords,
            }, timeout=60)
        finally:
            self.env.invalidate_all()

    def assertRefused(self, error, user, model, method, *arguments, **keywords):
        """The call ends with this error."""
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"), \
                self.assertRaises(JsonRpcException) as caught:
            self._rpc(user, model, method, *arguments, **keywords)
        self.assertEqual(str(caught.exception), f"{error.__module__}.{error.__name__}")


class TestFilesAndTexts(RpcCase):
    """NF-e, boletos and texts follow the documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_invoice = cls._invoice(cls.nowak, invoice_user_id=cls.seller.id)
        cls.files = cls.env["document.dispatch.file"].sudo().create([{
            "name": f"{invoice.name}/boleto", "move_id": invoice.id, "kind": "unusable", "reference": "00190.00009",
            "amount": invoice.amount_total, "attachment_id": cls.env["ir.attachment"].create({
                "name": "boleto.pdf", "raw": b"x", "res_model": "account.move", "res_id": invoice.id}).id,
        } for invoice in (cls.invoice, cls.own_invoice)]).with_env(cls.env)
        cls.texts = cls.env["document.dispatch.text"].sudo().create([{
            "partner_id": partner.id, "company_id": cls.company.id, "type_id": cls.types[code].id, "lang": "en_US",
            "template_id": cls.types[code].mail_template_id.id, "template_hash": "x", "subject": "As agreed",
        } for partner, code in (
            (cls.silva, "invoice"), (cls.nowak, "invoice"), (cls.silva, "quotation"), (cls.nowak, "quotation"),
        )]).with_env(cls.env)

    def test_files(self):
        found = self._rpc(self.seller, "document.dispatch.file", "search_read", [], ["amount", "reference"])
        self.assertEqual([record["id"] for record in found], self.files[1].ids, "those of their own invoices")
        self.assertRefused(AccessError, self.seller, "document.dispatch.file", "read", self.files[0].ids, ["reference"])
        self.assertEqual(self._seen(self.clerk, self.files), self.files)
        self.assertEqual(self._seen(self.manager, self.files), self.files)
        auditor = self._user("nora", "account.group_account_readonly", "Nora Reis")
        self.assertEqual(self._seen(auditor, self.files), self.files)

    def test_texts(self):
        self._order(self.nowak, user_id=self.seller.id)
        self._order(self.silva, user_id=self.rival.id)
        found = self._rpc(self.seller, "document.dispatch.text", "search_read", [], ["subject"])
        self.assertEqual({record["id"] for record in found}, {self.texts[1].id, self.texts[3].id})
        self.assertRefused(AccessError, self.seller, "document.dispatch.text", "read", self.texts[0].ids, ["subject"])
        self.assertEqual(self._seen(self.seller, self.texts), self.texts[1] | self.texts[3])
        self.assertEqual(self._seen(self.clerk, self.texts), self.texts, "who makes invoices reads orders, too")
        self.assertEqual(self._seen(self.manager, self.texts), self.texts)

    def test_texts_are_cleared_by_who_edits_the_documents(self):
        self._order(self.nowak, user_id=self.seller.id)
        for text in self.texts[:3]:
            self.assertRefused(AccessError, self.seller, "document.dispatch.text", "unlink", text.ids)
        self._rpc(self.seller, "document.dispatch.text", "unlink", self.texts[3].ids)
        self._rpc(self.clerk, "document.dispatch.text", "unlink", self.texts[0].ids)
        self.assertEqual(self.texts.exists(), self.texts[1] | self.texts[2])

    def test_document_of_another_company_opens_no_text(self):
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        self._order(self.nowak, user_id=self.seller.id, company_id=paris.id)
        self.seller.company_ids |= paris
        self.assertFalse(self._seen(self.seller, self.texts[3]))


class TestWindows(RpcCase):
    """What somebody typed into a window is theirs until the button is pressed."""

    def test_address_in_an_open_window(self):
        clerk2 = self._user("rafael", "account.group_account_invoice", "Rafael Dias")
        window = self.env["document.dispatch.resend"].with_user(self.clerk).create({"numbers": self.invoice.name})
        window.action_find()
        for thief in (self.seller, clerk2):
            self.assertRefused(AccessError, thief, window._name, "write", window.ids, {"emails": "eu@rival.example"})
            self.assertRefused(AccessError, thief, window._name, "read", window.ids, ["emails"])
            self.assertRefused(AccessError, thief, window.line_ids._name, "create", [{
                "resend_id": window.id, "res_model": "account.move", "res_id": self.invoice.id}])
        self.assertFalse(window.emails)
        self._rpc(self.clerk, window._name, "write", window.ids, {"emails": "ana@silva.example.com"})
        self.assertEqual(window.emails, "ana@silva.example.com")

    def test_line_tells_nothing_of_a_foreign_dispatch(self):
        dispatch = self.invoice._dispatch_create("manual")
        window = self.env["document.dispatch.resend"].with_user(self.seller).create({})
        line = window.line_ids.create({
            "resend_id": window.id, "res_model": "account.move", "res_id": self.invoice.id, "dispatch_id": dispatch.id})
        self.assertRefused(AccessError, self.seller, line._name, "read", line.ids, ["state"])

    def test_tray_tells_nothing_of_a_foreign_dispatch(self):
        dispatch = self._invoice(self.mudo, invoice_user_id=self.rival.id)._dispatch_to_paper()
        model = "document.dispatch.tray"
        vals = {"dispatch_ids": [[6, 0, dispatch.ids]]}
        self.assertRefused(AccessError, self.seller, model, "create", [vals])
        said = self._rpc(self.seller, model, "onchange", [], vals, ["dispatch_ids"], {
            "dispatch_ids": {}, "homeless": {}, "documents": {}})["value"]
        self.assertFalse(said.get("homeless"))
        self.assertFalse(said.get("documents"))

    def test_window_of_another_company(self):
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        for model, user, vals in (
            ("document.letter.window", self.clerk, {}), ("document.statement.window", self.clerk, {}),
            ("document.dispatch.flags", self.manager, {}),
        ):
            self.assertRefused(AccessError, user, model, "create", [{**vals, "company_id": paris.id}])


class TestLetters(RpcCase):
    """Letters are for invoicing people; a text of one's own goes by mail to many from managers only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].search([("customer_rank", ">", 0)]).customer_rank = 0
        (cls.silva | cls.nowak).customer_rank = 1
        cls.nowak.ref = "C-10"

    def _send(self, user, **vals):
        [window] = self._rpc(user, "document.letter.window", "create", [{"company_id": self.company.id, **vals}])
        return self._rpc(user, "document.letter.window", "action_send", [window])

    def assertNotSent(self, user, **vals):
        [window] = self._rpc(user, "document.letter.window", "create", [{"company_id": self.company.id, **vals}])
        self.assertRefused(AccessError, user, "document.letter.window", "action_send", [window])
        self.assertFalse(self.env["document.letter"].search([]))

    def test_salesperson(self):
        self.assertRefused(AccessError, self.seller, "document.letter.window", "create", [{
            "company_id": self.company.id, "body": "<p>Compre de mim</p>"}])
        with self.assertRaises(AccessError):
            self.env["document.letter"].with_user(self.seller)._issue(
                self.silva, self.company, {"en_US": ("x", "<p>x</p>")}, "print")

    def test_clerk_mails_a_changed_text_to_one(self):
        for changed in ({"subject": "Novidade"}, {"body": "<p>Olá {customer}</p>"}):
            self.assertNotSent(self.clerk, **changed)
        self._send(self.clerk, subject="Novidade", code_from="C-10", code_to="C-10")
        self.assertEqual(self.env["document.letter"].search([]).partner_id, self.nowak)

    def test_clerk_changes_only_the_target_of_a_link(self):
        template = self.types["letter"].mail_template_id
        template.body_html = '<p>Hello {customer}, <a href="{link}">choose</a></p>'
        self.assertNotSent(self.clerk, body='<p>Hello {customer}, <a href="https://rival.example.com">choose</a></p>')

    def test_clerk_mails_the_text_of_the_type_to_all(self):
        self._send(self.clerk)
        self.assertEqual(self.env["document.letter"].search([]).partner_id, self.silva | self.nowak)

    def test_clerk_prints_a_changed_text(self):
        self._send(self.clerk, subject="Novidade", channel="paper")
        self.assertEqual(set(self.env["document.letter"].search([]).mapped("subject")), {"Novidade"})

    def test_manager(self):
        self._send(self.manager, subject="Novidade")
        self.assertEqual(set(self.env["document.letter"].search([]).mapped("subject")), {"Novidade"})


class TestOperator(RpcCase):
    """A rule lends its operator's rights: only an administrator of Odoo's settings names somebody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._user("otto", "base.group_system,document_dispatch.group_dispatch_manager", "Otto Reis")
        cls.vals = {"name": "Faturas", "company_id": cls.company.id,
                    "type_ids": [Command.set(cls.types["invoice"].ids)]}
        # a copy reads the journals, too
        cls.manager.group_ids |= cls.env.ref("account.group_account_invoice")

    def test_manager(self):
        rules = "document.dispatch.rule"
        other = {"user_id": self.admin.id}
        self.assertRefused(AccessError, self.manager, rules, "create", [{**self.vals, **other}])
        self.assertRefused(AccessError, self.manager, rules, "create", [self.vals],
                           context={"default_user_id": self.admin.id})
        [own] = self._rpc(self.manager, rules, "create", [self.vals])
        self.assertEqual(self.env[rules].browse(own).user_id, self.manager)
        self.assertRefused(AccessError, self.manager, rules, "write", [own], other)
        self.assertRefused(AccessError, self.manager, rules, "web_save", [own], other, {"user_id": {}})
        self.assertRefused(AccessError, self.manager, rules, "copy", [own], other)
        [copied] = self._rpc(self.manager, rules, "copy", [own])
        self.assertEqual(self.env[rules].browse(copied).user_id, self.manager)
        loaded = self._rpc(self.manager, rules, "load", ["name", "company_id/.id", "type_ids/.id", "user_id/.id"], [
            ["Faturas", str(self.company.id), str(self.types["invoice"].id), str(self.admin.id)]])
        self.assertFalse(loaded["ids"])
        self.assertIn("only an administrator", json.dumps(loaded["messages"]))

    def test_copy_of_an_administrators_rule_is_ones_own(self):
        rule = self.env["document.dispatch.rule"].sudo().create({**self.vals, "user_id": self.admin.id})
        [copied] = self._rpc(self.manager, rule._name, "copy", rule.ids)
        self.assertEqual(rule.browse(copied).user_id, self.manager)
        self._rpc(self.manager, rule._name, "write", rule.ids, {"name": "Faturas do dia"})
        self.assertEqual(rule.user_id, self.admin, "what somebody else chose stays")

    def test_condition_is_asked_with_the_operators_rights(self):
        """What only an administrator reads would be told letter by letter: by how many documents would go."""
        self.server.smtp_pass = "hunter2"
        self.company.dispatch_test_server_id = self.server
        rule = self.env["document.dispatch.rule"].sudo().create(
            {**self.vals, "user_id": self.admin.id, "date_from": "2020-01-01"})
        self.admin.group_ids |= self.env.ref("account.group_account_invoice")
        secret = {"domain": "[('company_id.dispatch_test_server_id.smtp_pass', '=like', 'h%')]"}
        for method, arguments in (("write", [secret]), ("web_save", [secret, {"domain": {}}])):
            self.assertRefused(AccessError, self.manager, rule._name, method, rule.ids, *arguments)
        self.assertFalse(rule.domain)
        self._rpc(self.admin, rule._name, "write", rule.ids, secret)
        self._rpc(self.manager, rule._name, "write", rule.ids, {"user_id": self.manager.id, "domain": "[]"})
        self.assertRefused(AccessError, self.manager, rule._name, "copy", rule.ids, {"user_id": self.admin.id})
        [own] = self._rpc(self.manager, rule._name, "create", [{**self.vals, **secret, "date_from": "2020-01-01"}])
        self.assertRefused(AccessError, self.manager, rule._name, "action_preview", [own])

    def test_administrator(self):
        [rule] = self._rpc(self.admin, "document.dispatch.rule", "create", [{**self.vals, "user_id": self.clerk.id}])
        self.assertEqual(self.env["document.dispatch.rule"].browse(rule).user_id, self.clerk)


class TestConditions(RpcCase):
    """A condition is a domain, with Odoo's relative days in it; nothing in it is run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Faturas", "invoice", user_id=cls.env.user.id, date_from="2020-01-01")

    def test_code(self):
        for code in ("[('id', '=', time.sleep(5) or 1)]", "[('id', '=', uid)]", "[('date', '>', context_today())]",
                     "[(1, '=', 1)] * 10 ** 9", "(" * 9999):
            self.assertRefused(ValidationError, self.manager, self.rule._name, "write", self.rule.ids, {"domain": code})
        self.assertFalse(self.rule.domain)

    def test_relative_days(self):
        old, new = (self._invoice(self.nowak, invoice_date=day) for day in ("2026-01-02", fields.Date.today()))
        self.rule.domain = "[('invoice_date', '>=', 'today -7d')]"
        documents = self.env["account.move"].union(*self.rule._get_documents())
        self.assertEqual(documents & (old | new), new)
        lines, _count = self.rule._preview()
        self.assertEqual({line["res_id"] for line in lines if line["outcome"] != "stays"} & {old.id, new.id}, {new.id})

    def test_today_is_that_of_the_rule(self):
        """In the rule's time zone, wherever the scheduler stands."""
        invoice = self._invoice(self.nowak, invoice_date="2026-03-02")
        self.rule.domain = "[('invoice_date', '=', 'today')]"
        with self._clock(fields.Datetime.to_datetime("2026-03-03 01:00:00")):
            for tz, found in (("America/Sao_Paulo", True), ("Europe/Warsaw", False)):
                self.rule.tz = tz
                documents = self.env["account.move"].union(*self.rule._get_documents())
                self.assertEqual(invoice in documents, found, tz)

    def test_what_stays_is_asked_with_the_operators_rights(self):
        """Not as superuser: the reason why an invoice stays would tell of what they may not read."""
        paris = self.setup_other_company(name="Aurora France SARL")
        there = self.env["account.move"].with_company(paris["company"]).create({
            "move_type": "out_invoice", "partner_id": self.nowak.id, "journal_id": paris["default_journal_sale"].id,
            "invoice_date": "2026-03-02", "ref": "PARIS-7",
        })
        self.assertEqual(there.company_id, paris["company"])
        here, reasons = self._invoice(self.nowak), []
        self.rule.user_id = self.manager
        self.manager.group_ids |= self.env.ref("account.group_account_invoice")
        for ref in ("PARIS-7", "PARIS-8"):
            self.rule.domain = f"[('partner_id.invoice_ids.ref', '=', '{ref}')]"
            lines, _count = self.rule._preview()
            reasons += [line["reason"] for line in lines if line["res_id"] == here.id]
        self.assertEqual(reasons, ["Another journal or customer, or the condition is not met."] * 2)

    def _migrate(self, domain):
        """Have an old condition in the database, and migrate it."""
        self.rule.flush_recordset()
        self.env.cr.execute("UPDATE document_dispatch_rule SET domain = %s, active = TRUE WHERE id = %s",
                            [domain, self.rule.id])
        self.env.invalidate_all()
        with file_open("document_dispatch/migrations/19.0.1.2.0/post-access.py") as script:
            names = {}
            exec(compile(script.read(), script.name, "exec"), names)
        names["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()

    def test_old_conditions_are_migrated(self):
        for old, new in (
            ("[('invoice_date', '>=', (context_today() - datetime.timedelta(days=7)).strftime('%Y-%m-%d'))]",
             "[('invoice_date', '>=', 'today -7d')]"),
            ("[('invoice_user_id', '=', uid)]", f"[('invoice_user_id', '=', {self.rule.user_id.id})]"),
            ("[('amount_total', '>', 1)]", "[('amount_total', '>', 1)]"),
        ):
            self._migrate(old)
            self.assertEqual((self.rule.domain, self.rule.active, self.rule.problem), (new, True, False))

    def test_what_is_not_understood_is_switched_off_and_said(self):
        code = "[('invoice_date', '>=', context_today().replace(day=1))]"
        with self.assertLogs(level="WARNING"):
            self._migrate(code)
        self.assertEqual((self.rule.domain, self.rule.active), (code, False))
        self.assertIn(code, self.rule.problem)
        problems = self.env["document.dispatch.health"].with_user(self.manager)._get_problems()
        self.assertTrue([problem for problem in problems if code in problem])
        with self.assertRaises(ValidationError):
            self.rule.active = True
        with self.assertRaises(UserError):
            self.rule.action_preview()
        self.rule.write({"domain": "[('invoice_date', '>=', 'today =1d')]", "active": True})
        self.assertFalse(self.rule.problem)

    def test_migration_takes_the_group_away(self):
        editors = self.env.ref("mail.group_mail_template_editor")
        managers = self.env.ref("document_dispatch.group_dispatch_manager").sudo()
        managers.implied_ids |= editors
        self._migrate("[]")
        self.assertNotIn(editors, managers.all_implied_ids - self.env.ref("base.group_user").sudo().all_implied_ids)
        self.assertNotIn(editors, managers.implied_ids)


class TestTemplates(RpcCase):
    """Who edits mail templates is decided in Odoo's settings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._user("lia", "account.group_account_manager", "Lia Prado")
        cls.template = cls.types["invoice"].mail_template_id

    def _restrict(self, restricted):
        self.env["ir.config_parameter"].sudo().set_param("mail.restrict.template.rendering", restricted)
        self.env.flush_all()
        self.env.registry.clear_cache("groups")

    def test_restricted(self):
        self._restrict(True)
        for user in (self.accountant, self.manager):
            self.assertFalse(user.has_group("mail.group_mail_template_editor"))
            self.assertRefused(AccessError, user, "mail.template", "write", self.template.ids, {"subject": "{{ 7*7 }}"})
            self.assertRefused(AccessError, user, "document.dispatch.type", "action_open_template",
                               self.types["invoice"].ids)
            with self.assertRaisesRegex(AccessError, "Odoo's settings reserve this for"):
                self.types["invoice"].with_user(user).action_open_template()
        self.accountant.sudo().group_ids |= self.env.ref("mail.group_mail_template_editor")
        self._rpc(self.accountant, "mail.template", "write", self.template.ids, {"subject": "Sua fatura"})
        self.assertEqual(self.template.subject, "Sua fatura")

    def test_as_odoo_comes(self):
        self._restrict(False)
        action = self._rpc(self.accountant, "document.dispatch.type", "action_open_template", self.types["invoice"].ids)
        self.assertEqual(action["res_id"], self.template.id)
        self._rpc(self.accountant, "mail.template", "write", self.template.ids, {"subject": "Sua fatura"})

    def test_restricted_manager_still_sends(self):
        """The texts of the types are rendered for everybody who may send."""
        self._restrict(True)
        self._invoice(self.nowak).with_user(self.clerk)._dispatch_create("manual")
        self._deliver()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])
        wizard = self.env["account.move.send.wizard"].with_user(self.accountant).with_context(
            active_model="account.move", active_ids=self._invoice(self.nowak).ids).create({})
        wizard.action_send_and_print()
        self._deliver()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"] * 2)
