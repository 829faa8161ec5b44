"""The scheduler: plans what is due in the operator's name, and leaves the rest at home."""

from datetime import timedelta

from odoo import fields

from .common import DispatchCase, new_user


class TestRule(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env["document.dispatch.rule"].create({
            "name": "Faturas do dia",
            "type_ids": [(6, 0, (cls.types["invoice"] | cls.types["credit_note"]).ids)],
        })

    def test_switched_off_on_delivery_and_from_today_when_switched_on(self):
        self.assertFalse(self.rule.active)
        self.rule.active = True
        self.assertEqual(self.rule.date_from, fields.Date.today())

    def test_scheduler_sends_to_whom_the_flags_say(self):
        self.rule.active = True
        old = self._invoice(self.silva, invoice_date=fields.Date.today() - timedelta(days=3))
        due = self._invoice(self.silva)
        paper = self._invoice(self.papel)
        excluded = self._invoice(self.nowak)
        excluded._dispatch_exclude("Combinado por telefone")
        draft = self._invoice(self.nowak, post=False)
        self._plan()
        self._run_cron("deliver")
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual(
            [move.dispatch_state for move in (old, due, paper, excluded, draft)],
            [False, "sent", "paper", "excluded", False],
        )
        self.assertEqual(self._dispatches(due).rule_id, self.rule)
        self._plan()
        self._run_cron("deliver")
        self.assertEqual(len(self.envelopes), 2, "nobody twice")

    def test_review_waits_for_a_person(self):
        self.rule.write({"active": True, "delivery": "review"})
        invoice = self._invoice(self.silva)
        self.rule.action_run()
        dispatch = self._dispatches(invoice)
        self.assertEqual(dispatch.state, "review")
        self.assertIn(invoice.name, dispatch.subject)
        self.assertEqual(self.envelopes, [])
        dispatch.subject = "Sua fatura, como combinado"
        dispatch.recipient_ids.filtered(lambda r: r.partner_id == self.silva_rui).unlink()
        dispatch.action_release()
        self.assertEqual(self.envelopes, ["ana@silva.example.com"])
        self.assertEqual(self.mails[0]["subject"], "Sua fatura, como combinado")

    def test_refusal_while_in_review(self):
        self.rule.write({"active": True, "delivery": "review"})
        invoice = self._invoice(self.silva)
        self.rule.action_run()
        self.silva.dematerialization_refused = True
        dispatch = self._dispatches(invoice)
        dispatch.action_release()
        self.assertEqual((dispatch.state, dispatch.channel_reason), ("paper", "refused"))
        self.assertEqual(self.envelopes, [])

    def test_discarded_review_is_not_planned_again(self):
        self.rule.write({"active": True, "delivery": "review"})
        invoice = self._invoice(self.silva)
        self.rule.action_run()
        self._dispatches(invoice).action_cancel()
        self.rule.action_run()
        self.assertEqual(self._dispatches(invoice).mapped("state"), ["cancelled"])
        self.assertEqual(invoice.dispatch_state, "excluded")

    def test_archived_operator_stops_the_rule_with_a_reason(self):
        operator = new_user(self.company, "rita", "account.group_account_invoice")
        self.rule.write({"active": True, "user_id": operator.id})
        operator.active = False
        invoice = self._invoice(self.silva)
        self._plan()
        self.assertIn("archived", self.rule.problem)
        self.assertFalse(self._dispatches(invoice))

    def test_operator_without_rights_stops_the_rule(self):
        operator = new_user(self.company, "joana", "base.group_user")
        self.rule.write({"active": True, "user_id": operator.id})
        self._invoice(self.silva)
        self._plan()
        self.assertIn("has no access to", self.rule.problem)

    def test_made_in_the_operators_name(self):
        operator = new_user(
            self.company, "rita", "account.group_account_invoice", name="Rita Moreira",
            email="rita.moreira@aurora.example.com")
        self.rule.write({"active": True, "user_id": operator.id})
        invoice = self._invoice(self.silva, invoice_user_id=False)
        self._plan()
        self._run_cron("deliver")
        self.assertEqual(self._dispatches(invoice).user_id, operator)
        self.assertEqual(self._dispatches(invoice).mail_message_id.author_id, operator.partner_id)

    def test_one_unrenderable_document_is_parked(self):
        self.rule.active = True
        self.types["invoice"].mail_template_id.subject = (
            "{{ object.name if object.amount_total != 666 else object.no_such_field }}"
        )
        good = self.env["account.move"].union(*(self._invoice(self.nowak) for _ in range(4)))
        bad = self._invoice(self.nowak, amount=666)
        self._plan()
        self._run_cron("deliver")
        self.assertEqual(set(good.mapped("dispatch_state")), {"sent"})
        self.assertEqual(bad.dispatch_state, "failed")
        self.assertIn("no_such_field", self._dispatches(bad).state_message)
