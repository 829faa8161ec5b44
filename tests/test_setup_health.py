"""Whoever opens the app, or manages it, learns that something does not go by itself."""

from datetime import timedelta

from odoo import fields

from .common import DispatchCase, new_user


class TestHealth(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_user(
            cls.company, "marta", "document_dispatch.group_dispatch_manager,account.group_account_invoice")
        cls.plan = cls.env.ref("document_dispatch.ir_cron_dispatch_plan")
        cls.deliver = cls.env.ref("document_dispatch.ir_cron_dispatch_deliver")
        (cls.plan | cls.deliver).nextcall = fields.Datetime.now() + timedelta(minutes=5)

    def _problems(self):
        return self.env["document.dispatch.overview"].with_user(self.manager).create({}).problems

    def test_all_well(self):
        self.assertFalse(self._problems())

    def test_scheduler_off(self):
        self.deliver.active = False
        self.assertIn("is inactive", self._problems())

    def test_scheduler_late(self):
        self.plan.nextcall = fields.Datetime.now() - timedelta(hours=2)
        self.assertIn("late", self._problems())

    def test_account_refused(self):
        self.server._dispatch_note_refusal("535 bad credentials")
        self.assertIn("535 bad credentials", self._problems())

    def test_rule_that_stopped(self):
        rule = self.env["document.dispatch.rule"].create({
            "name": "Faturas do dia", "active": True, "type_ids": [(6, 0, self.types["invoice"].ids)],
        })
        rule.problem = "The operator is archived."
        self.assertIn("Faturas do dia", self._problems())

    def test_stuck_dispatches(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        with self._mail_server_down():
            self._deliver()
        recipients = self._dispatches(invoice).recipient_ids
        recipients._with_system_write().next_try = fields.Datetime.now() - timedelta(hours=2)
        self.assertIn("due for more than an hour and are not sent: 1.", self._problems())

    def test_managers_get_one_activity(self):
        self.server._dispatch_note_refusal("535 bad credentials")
        self.env["document.dispatch.health"]._watch()
        self.env["document.dispatch.health"]._watch()
        activity = self.company.partner_id.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual(len(activity), 1)
        self.assertIn("535 bad credentials", activity.note)
