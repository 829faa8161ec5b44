"""The log of a rule: each run with what it found, wrote and left, and why."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .common import DispatchCase, new_user


class TestRuleRun(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Faturas do dia", "invoice")
        cls.manager = new_user(cls.company, "gerente", "document_dispatch.group_dispatch_manager")

    def _runs(self, rule=None):
        return self.env["document.dispatch.run"].search([("rule_id", "=", (rule or self.rule).id)])

    def _told(self, run):
        return run.cause, run.found, run.written, run.left, run.reason

    def test_what_was_found_and_written(self):
        invoices = self._invoice(self.silva) | self._invoice(self.papel)
        self._plan()
        self.assertEqual(self._told(self._runs()), ("schedule", 2, 2, 0, False))
        run = self._runs()
        self.assertEqual(run.dispatch_ids, self._dispatches(invoices))
        self.assertEqual(self.env["document.dispatch"].search(run.action_view_dispatches()["domain"]), run.dispatch_ids)
        self.assertLess(abs((run.date - fields.Datetime.now()).total_seconds()), 600)
        self.assertGreater(run.duration, 0)
        self.assertFalse(run.user_id)

    def test_a_run_that_found_nothing(self):
        self._plan()
        self._plan()
        self.assertEqual([self._told(run) for run in self._runs()], [("schedule", 0, 0, 0, False)] * 2)

    def test_not_due_is_no_run(self):
        self.rule.next_run = fields.Datetime.now() + timedelta(hours=1)
        self._run_cron("plan")
        self.assertFalse(self._runs())

    def test_run_now_says_who(self):
        self._invoice(self.silva)
        self.rule.with_user(self.env.user).action_run()
        run = self._runs()
        self.assertEqual((self._told(run), run.user_id), (("manual", 1, 1, 0, False), self.env.user))

    def test_what_the_operator_may_not_read_is_left_with_the_reason(self):
        seller = new_user(self.company, "rita", "sales_team.group_sale_salesman")
        self.rule.user_id = seller
        self._invoice(self.silva, invoice_user_id=seller.id)
        self._invoice(self.nowak, invoice_user_id=False)
        other = self._invoice(self.mudo)
        other.invoice_user_id = self.env.ref("base.user_admin")
        self._plan()
        run = self._runs()
        self.assertEqual((run.found, run.written + run.left), (3, 3))
        self.assertGreater(run.left, 0)
        self.assertIn("has no access to", run.reason)

    def test_a_rule_that_stopped(self):
        self.company.dispatch_mode = "off"
        self._invoice(self.silva)
        self._plan()
        self.assertEqual(self._told(self._runs()), ("schedule", 0, 0, 0, self.rule.problem))
        with self.assertRaises(UserError):
            self.rule.action_run()

    def test_a_rule_that_failed(self):
        self.env.cr.execute("UPDATE document_dispatch_rule SET domain = '[(' WHERE id = %s", [self.rule.id])
        self.rule.invalidate_recordset()
        with self.assertLogs("odoo.addons.document_dispatch", "ERROR"):
            self._plan()
        self.assertEqual(self._told(self._runs()), ("schedule", 0, 0, 0, self.rule.problem))
        self.assertTrue(self.rule.problem)

    def test_on_posting(self):
        self.rule.trigger = "post"
        invoice = self._invoice(self.silva)
        self._invoice(self.nowak, move_type="out_refund")
        self.assertEqual(self._told(self._runs()), ("post", 1, 1, 0, False))
        self.assertEqual((self._runs().user_id, self._runs().dispatch_ids), (self.env.user, self._dispatches(invoice)))

    def test_opened_from_the_rule(self):
        self._plan()
        action = self.rule.with_user(self.manager).action_view_log()
        self.assertEqual(action["res_model"], "document.dispatch.run")
        self.assertEqual(self.env[action["res_model"]].with_user(self.manager).search(action["domain"]), self._runs())
        self.assertEqual(self.rule.action_view_dispatches()["res_model"], "document.dispatch")

    def test_who_sees_it_and_who_writes_it(self):
        self._plan()
        run = self._runs()
        clerk = new_user(self.company, "clerk", "account.group_account_invoice")
        other = self.env["res.company"].create({"name": "Aurora Praha s.r.o."})
        stranger = new_user(other, "cizi", "document_dispatch.group_dispatch_manager")
        self.assertTrue(run.with_user(self.manager).has_access("read"))
        for user in (clerk, stranger):
            self.assertFalse(run.with_user(user).has_access("read"), user.login)
        for user in (self.manager, self.env.ref("base.user_admin")):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(run.with_user(user).has_access(operation))
        with self.assertRaises(AccessError):
            run.with_user(self.manager).written = 7
        invoice = self._invoice(self.silva)
        self.rule.action_run()
        with self.assertRaises(UserError):
            self._dispatches(invoice).with_user(self.manager).run_id = run

    def test_old_runs_go_and_their_documents_stay(self):
        invoice = self._invoice(self.silva)
        self._plan()
        self._plan()
        new, old = self._runs()
        old.sudo().date = fields.Datetime.now() - timedelta(days=100)
        new.sudo().date = fields.Datetime.now() - timedelta(days=80)
        self.env["document.dispatch.run"].sudo()._gc()
        self.assertEqual(self._runs(), new)
        self.assertTrue(self._dispatches(invoice))
        self.env["res.config.settings"].create({"dispatch_run_days": 30}).execute()
        self.env["document.dispatch.run"].sudo()._gc()
        self.assertFalse(self._runs())
