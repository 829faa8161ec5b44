"""The first steps after installing: each is done by what is true, in each company, and only managers see them."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .common import DispatchCase, new_user


class SetupCase(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_user(
            cls.company, "marta", "account.group_account_manager,base.group_partner_manager", name="Marta Reis",
            email="marta@aurora.example.com")
        cls.clerk = new_user(
            cls.company, "clara", "account.group_account_invoice", name="Clara Nunes", email="clara@aurora.example.com")
        cls.jobs = cls.env["document.dispatch.health"]._get_jobs()
        cls.jobs.write({"nextcall": fields.Datetime.now() + timedelta(minutes=5), "lastcall": False})
        # nothing of the other themes' customers: a company begins
        everybody = cls.env["res.partner"].with_context(active_test=False).search([])
        everybody.write(dict.fromkeys(
            ("dispatch_nf", "dispatch_financial", "dispatch_invoice", "dispatch_quote", "dispatch_order"), False))

    def _page(self, user=None):
        return self.env["document.dispatch.overview"].with_user(user or self.manager).create({})

    def _step(self, name, user=None):
        """``(state, in words)`` of a step."""
        page = self._page(user)
        return page[f"setup_{name}"], page[f"setup_{name}_text"]

    def _states(self, user=None):
        page = self._page(user)
        return [page[f"setup_{name}"] for name in ("account", "contacts", "rule", "letter", "scheduler")]

    def _setup_other_company(self):
        other = self.env["res.company"].create({"name": "Vístula Sp. z o.o.", "email": "faktury@vistula.example.com"})
        self.manager.company_ids |= other
        return other


class TestSetup(SetupCase):
    # ------------------------------------------------------------------
    # Who sees it, and for how long
    # ------------------------------------------------------------------

    def test_administrator_as_a_signature(self):
        """First steps warn of users who sign without a name: the reader, and operators of rules."""
        self.manager.write({"name": "Administrator", "signature": "<div>Administrator</div>"})
        self.assertIn(self.manager.login, self._page().setup_signature_text)
        self.manager.name = "Inês Rocha"
        self.assertFalse(self._page().setup_signature_text)

    def test_all_is_left_at_first(self):
        page = self._page()
        self.assertEqual(self._states(), ["todo"] * 5)
        self.assertEqual((page.setup_left, page.setup_company), (5, "Aurora Equipamentos Ltda"))

    def test_plain_user_sees_none(self):
        page = self._page(self.clerk)
        self.assertFalse(page.setup_left)
        self.assertFalse(any(page[name] for name in page._fields if name.startswith("setup_")))
        arch = page.get_view(view_type="form")["arch"]
        self.assertIn("review_count", arch)
        self.assertNotIn("setup", arch)
        for action in ("action_setup_test", "action_setup_flags", "action_setup_rule", "action_setup_fold"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(page, action)()

    def test_goes_away_when_all_is_done(self):
        page = self._page()
        page.action_setup_test()
        self.silva_ana.dispatch_invoice = True
        page.action_setup_rule()
        self._letter()
        self.jobs.lastcall = fields.Datetime.now()
        page = self._page()
        self.assertEqual((self._states(), page.setup_left), (["done"] * 5, 0))

    def test_folded_by_one_person_for_one_company(self):
        other = self._setup_other_company()
        page = self._page()
        page.action_setup_fold()
        self.assertTrue(self._page().setup_folded)
        self.assertEqual(self._page().setup_left, 5, "folded is not done")
        self.assertFalse(page.with_company(other).setup_folded)
        self.clerk.group_ids |= self.env.ref("document_dispatch.group_dispatch_manager")
        self.assertFalse(self._page(self.clerk).setup_folded, "folded away by somebody else")
        page.action_setup_fold()
        self.assertFalse(self._page().setup_folded)

    def test_each_company_has_its_own(self):
        other = self._setup_other_company()
        page = self._page()
        page.action_setup_test()
        page.action_setup_rule()
        self._letter()
        there = self._page().with_company(other)
        self.assertEqual([there.setup_account, there.setup_rule, there.setup_letter], ["todo"] * 3)
        self.assertEqual(there.setup_company, "Vístula Sp. z o.o.")

    def _letter(self):
        self.env["document.consent"].create({
            "partner_id": self.nowak.id, "company_id": self.company.id, "kind": "letter",
        })

    # ------------------------------------------------------------------
    # The sender
    # ------------------------------------------------------------------

    def test_test_mail_goes_the_real_way(self):
        self._page().action_setup_test()
        self.assertEqual(self.envelopes, ["marta@aurora.example.com"])
        [mail] = self.mails
        self.assertEqual(mail["subject"], "Test e-mail of Aurora Equipamentos Ltda")
        self.assertIn("faturas@aurora.example.com", mail["from"])
        self.assertIn("If you can read it", mail.get_body(("plain",)).get_content())
        state, text = self._step("account")
        self.assertEqual(state, "done")
        self.assertIn("accepted a test e-mail to marta@aurora.example.com", text)
        self.assertIn("250", text)
        self.assertFalse(self.env["mail.mail"].search([("subject", "=", mail["subject"])]))

    def test_sender_account_of_invoices(self):
        self.server.active = False
        self.types["invoice"].mail_server_id = self.env["ir.mail_server"].create({
            "name": "Faturamento", "smtp_host": "127.0.0.1", "smtp_port": self.smtp.port, "smtp_encryption": "none",
            "smtp_authentication": "login", "from_filter": "faturamento@aurora.example.com",
        })
        self._page().action_setup_test()
        self.assertIn("faturamento@aurora.example.com", self.mails[0]["from"])
        self.assertEqual(self.company.dispatch_test_server_id.name, "Faturamento")

    def test_server_says_no(self):
        self.smtp.handler.rcpt_replies["marta@aurora.example.com"] = "550 5.7.1 sender not allowed"
        self._page().action_setup_test()
        state, text = self._step("account")
        self.assertEqual(state, "todo")
        self.assertIn("was refused: 550 5.7.1 sender not allowed", text)

    def test_server_is_down(self):
        with self._mail_server_down():
            self._page().action_setup_test()
        state, text = self._step("account")
        self.assertEqual(state, "todo")
        self.assertIn("could not be sent", text)

    def test_refused_login_is_tried_again_by_a_person(self):
        """An account that is paused takes no document; a test mail tells at once whether it was mended."""
        self.server._dispatch_note_refusal("535 bad credentials")
        self.assertIn("535 bad credentials", self._step("account")[1])
        self._page().action_setup_test()
        self.assertEqual(self._step("account")[0], "done")
        self.assertFalse(self.server.dispatch_problem)

    def test_changed_account_proves_nothing(self):
        self._page().action_setup_test()
        self.server.name = "Servidor da Aurora"
        self.assertEqual(self._step("account")[0], "done")
        self.server.smtp_host = "localhost"
        self.assertEqual(self._step("account")[0], "todo")

    def test_document_that_went_proves_it_too(self):
        with self._mail_server_down():
            self._page().action_setup_test()
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        with self._clock(fields.Datetime.now() + timedelta(minutes=5)):
            self._deliver()
        self.assertEqual(invoice.dispatch_state, "sent")
        state, text = self._step("account")
        self.assertEqual(state, "done")
        self.assertIn("accepted a document", text)

    def test_no_address_to_send_from_or_to(self):
        self.manager.email = False
        with self.assertRaisesRegex(UserError, "You have no e-mail address"):
            self._page().action_setup_test()
        self.manager.email = "marta@aurora.example.com"
        self.company.email = False
        self.assertIn("no e-mail address to send from", self._step("account")[1])
        with self.assertRaisesRegex(UserError, "no e-mail address to send from"):
            self._page().action_setup_test()
        self.assertEqual(self.envelopes, [])

    def test_rehearsal_does_not_hold_it_back(self):
        """The mail is nobody's document: it goes to its sender, whatever the mode."""
        self.company.dispatch_mode = "off"
        self._page().action_setup_test()
        self.assertEqual(self.envelopes, ["marta@aurora.example.com"])

    def test_from_the_settings(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"email": "admin@aurora.example.com", "company_ids": [(4, self.company.id)]})
        settings = self.env["res.config.settings"].with_user(admin).with_company(self.company).create({})
        answer = settings.action_dispatch_test()["params"]
        self.assertEqual((answer["type"], self.envelopes), ("success", ["admin@aurora.example.com"]))
        self.assertIn("250", answer["message"])

    # ------------------------------------------------------------------
    # The first rule, the letter, the scheduler
    # ------------------------------------------------------------------

    def test_first_rule_leaves_in_review(self):
        action = self._page().action_setup_rule()
        rule = self.env["document.dispatch.rule"].browse(action["res_id"])
        self.assertEqual(
            (rule.active, rule.delivery, rule.company_id, rule.user_id, rule.date_from),
            (True, "review", self.company, self.manager, fields.Date.context_today(rule)),
        )
        self.assertEqual(set(rule.type_ids.mapped("code")), {"invoice", "credit_note"})
        invoice = self._invoice(self.silva)
        self._plan()
        self._deliver()
        self.assertEqual((invoice.dispatch_state, self.envelopes), ("review", []))
        self.assertEqual(self._step("rule")[0], "done")

    def test_second_click_makes_no_second_rule(self):
        first = self._page().action_setup_rule()["res_id"]
        self.assertEqual(self._page().action_setup_rule()["res_id"], first)

    def test_rule_that_is_off_is_not_done(self):
        rule = self._rule("Faturas do dia", "invoice", active=False)
        state, text = self._step("rule")
        self.assertEqual(state, "todo")
        self.assertIn("“Faturas do dia” is inactive", text)
        self.assertTrue(self._page().setup_rule_exists)
        rule.active = True
        self.assertEqual(self._step("rule")[0], "done")

    def test_who_may_not_read_invoices_makes_no_rule(self):
        outsider = new_user(self.company, "paulo", "document_dispatch.group_dispatch_manager")
        with self.assertRaisesRegex(UserError, "has no access to"):
            self._page(outsider).action_setup_rule()

    def test_letter(self):
        self.assertEqual(self._step("letter")[0], "todo")
        self._letter()
        self.assertEqual(self._step("letter")[0], "done")

    def test_scheduler(self):
        self.assertIn("has not run yet", self._step("scheduler")[1])
        self.jobs.lastcall = fields.Datetime.now()
        self.assertEqual(self._step("scheduler")[0], "done")
        self.jobs[0].nextcall = fields.Datetime.now() - timedelta(hours=2)
        state, text = self._step("scheduler")
        self.assertEqual(state, "todo")
        self.assertIn("late", text)
