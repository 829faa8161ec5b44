"""Statements of account by a rule: to those who owe, once a period, also where a worker is killed or comes late."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import DispatchCase, new_user

#: A Tuesday, 06:00 in São Paulo
FIRST = datetime(2026, 12, 1, 9, 0)
SLOT = datetime(2026, 12, 1, 11, 0)


class TestStatementSchedule(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.move"].search([("state", "=", "posted"), ("company_id", "=", cls.company.id)]).button_draft()
        cls.env.user.tz = "America/Sao_Paulo"

    def setUp(self):
        super().setUp()
        self.enterContext(self._clock(FIRST))

    def _statement_rule(self, **vals):
        return self._rule(vals.pop("name", "Extratos"), "statement", **{
            "tz": "America/Sao_Paulo", "hour_from": 8, "hour_to": 18, "interval": "0", "period": "month",
            "period_day": 1, "date_from": "2026-11-01", **vals,
        })

    def _statements(self, rule):
        return self.env["document.statement"].search([("rule_id", "=", rule.id)], order="id")

    def _owe(self, partner, amount=100.0, due="2026-11-15"):
        return self._invoice(partner, amount, invoice_date="2026-10-15", invoice_date_due=due)

    def _cron(self, when):
        with self._clock(when):
            self._run_cron("plan")

    # ------------------------------------------------------------------

    def test_once_a_month_to_those_who_owe(self):
        rule = self._statement_rule()
        self.assertEqual(rule.next_run, SLOT)
        self.assertIn("On day 1 of each month at 08:00", rule.sentence)
        self._owe(self.silva)
        self._owe(self.nowak)
        self._invoice(self.mudo, 50.0, move_type="out_refund", invoice_date="2026-10-15")  # they owe nothing
        self._cron(FIRST)
        self.assertFalse(self._statements(rule))
        self._cron(SLOT)
        statements = self._statements(rule)
        self.assertEqual(statements.partner_id, self.silva | self.nowak)
        self.assertEqual({(s.date_from, s.date_to) for s in statements}, {(date(2026, 11, 2), date(2026, 12, 1))})
        self.assertEqual(set(self._dispatches(statements).mapped("origin")), {"rule"})
        self.assertEqual(rule.next_run, datetime(2027, 1, 1, 11, 0))
        self._deliver()
        self.assertCountEqual(self.envelopes, ["contato@silva.example.com", "biuro@nowak.example.com"])
        rule._run()
        self.assertEqual(self._statements(rule), statements, "once a period")
        self._cron(datetime(2027, 1, 1, 11, 0))
        self.assertEqual(len(self._statements(rule)), 4)
        self.assertEqual(self._statements(rule)[-1].date_from, date(2026, 12, 2))

    def test_who_owes_enough(self):
        self._owe(self.silva, 100.0)
        self._owe(self.silva_ana, 50.0, due="2099-12-20")
        self._owe(self.nowak, 149.99)
        self._owe(self.papel, 500.0, due="2099-12-20")
        for vals, expected in (
            ({}, self.silva | self.nowak | self.papel),
            ({"statement_minimum": 150.0}, self.silva | self.papel),
            ({"statement_minimum": 150.0, "statement_overdue": True}, self.silva),
            ({"partner_ids": self.nowak.ids}, self.nowak),
        ):
            rule = self._statement_rule(**vals)
            rule._run()
            self.assertEqual(self._statements(rule).partner_id, expected, vals)

    def test_review_and_paper(self):
        self._owe(self.silva)
        self._owe(self.mudo)
        rule = self._statement_rule(delivery="review")
        rule._run()
        states = {statement.partner_id: self._dispatches(statement).state for statement in self._statements(rule)}
        self.assertEqual(states, {self.silva: "review", self.mudo: "paper"})
        self._deliver()
        self.assertFalse(self.envelopes)
        self._dispatches(self._statements(rule)).filtered(lambda d: d.state == "review").action_release()
        self.assertEqual(self.envelopes, ["contato@silva.example.com"])

    def test_killed_between(self):
        """What was written stays to be sent, and is not written a second time; what was not is written then."""
        self._owe(self.silva)
        self._owe(self.nowak)
        rule = self._statement_rule()
        with mute_logger("odoo.addons.document_dispatch.models.rule.document_dispatch_rule_schedule"), patch.object(
            type(self.env["document.dispatch"]), "create", side_effect=RuntimeError("killed"),
        ):
            self._cron(SLOT)
        self.assertIn("killed", rule.problem)
        self.assertFalse(self._statements(rule), "all or nothing")
        rule._write_statements()  # as if a transaction ended here
        written = self._statements(rule)
        self.assertFalse(self._dispatches(written))
        rule._run()
        self.assertEqual(self._statements(rule), written)
        self.assertEqual(len(self._dispatches(written)), 2)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            written[0].sudo().copy({"rule_id": rule.id})
            self.env.flush_all()

    def test_a_day_that_was_missed_is_made_up(self):
        rule = self._statement_rule()
        self._owe(self.silva)
        self._cron(datetime(2026, 12, 2, 3, 0))  # the server was off for a day
        self.assertEqual(rule.next_run, datetime(2026, 12, 2, 11, 0), "not a month later")
        self._cron(datetime(2026, 12, 2, 11, 0))
        self.assertEqual(self._statements(rule).date_to, date(2026, 12, 1))
        self.assertEqual(rule.next_run, datetime(2027, 1, 1, 11, 0))
        self._cron(datetime(2026, 12, 2, 12, 0))
        self.assertEqual((rule.next_run, len(self._statements(rule))), (datetime(2027, 1, 1, 11, 0), 1))

    def test_working_days(self):
        calendar = self.env["resource.calendar"].create({"name": "Escritório", "tz": "America/Sao_Paulo"})
        with self._clock(datetime(2026, 10, 30, 12, 0)):
            rule = self._statement_rule(calendar_id=calendar.id)  # 1 November is a Sunday, 2 a holiday
        self.assertEqual(rule.next_run, datetime(2026, 11, 2, 11, 0))
        self.env["resource.calendar.leaves"].create({
            "calendar_id": calendar.id, "date_from": "2026-11-02 03:00:00", "date_to": "2026-11-03 02:59:59"})
        self._cron(datetime(2026, 11, 2, 11, 0))
        self.assertEqual(rule.next_run, datetime(2026, 11, 3, 11, 0), "the next working day")
        with self._clock(datetime(2026, 11, 3, 9, 0)):
            rule.hour_from = 9
        self.assertEqual(rule.next_run, datetime(2026, 11, 3, 12, 0), "also where it is changed on that day")

    def test_weeks(self):
        rule = self._statement_rule(period="week", period_weekday="4")
        self.assertEqual(rule.next_run, datetime(2026, 12, 4, 11, 0))
        self._owe(self.silva)
        self._cron(datetime(2026, 12, 4, 11, 0))
        self.assertEqual((self._statements(rule).date_from, self._statements(rule).date_to),
                         (date(2026, 11, 28), date(2026, 12, 4)))
        self.assertEqual(rule.next_run, datetime(2026, 12, 11, 11, 0))
        self.assertIn("Every Friday at 08:00", rule.sentence)

    def test_other_documents_by_the_week(self):
        rule = self._rule("Faturas da semana", "invoice", period="week", period_weekday="4", tz="UTC", interval="0",
                          hour_from=8, date_from="2026-01-01")
        self.assertEqual(rule.next_run, datetime(2026, 12, 4, 8, 0))

    def test_preview_keeps_nothing(self):
        self._owe(self.silva)
        self._owe(self.papel)
        rule = self._statement_rule()
        action = rule.action_preview()
        preview = self.env["document.dispatch.preview"].browse(action["res_id"])
        self.assertEqual(preview.going_count, 2)
        self.assertEqual(preview.line_ids.partner_id, self.silva | self.papel)
        self.assertEqual(preview.line_ids.filtered(lambda line: line.partner_id == self.silva).recipients.split()[0],
                         "contato@silva.example.com")
        self.assertEqual(preview.line_ids[0].action_open()["res_model"], "res.partner")
        self.assertFalse(self._statements(rule))
        rule._run()
        [lines, count] = rule._preview()
        self.assertEqual((count, {line["outcome"] for line in lines}), (0, {"stays"}))

    def test_each_rule_takes_its_own_of_this_period(self):
        """Also after a rehearsal: what was rehearsed goes in its own period, and no older one goes later."""
        self._owe(self.silva)
        self.company.write({"dispatch_rehearsal_email": "chefe@aurora.example.com", "dispatch_mode": "rehearse"})
        rule = self._statement_rule()
        rule._run()
        self._deliver()
        self.assertEqual(self._statements(rule).dispatch_state, "rehearsed")
        self.company.dispatch_mode = "send"
        other = self._statement_rule(name="Outros", delivery="review")
        other._run()
        self.assertEqual(self._dispatches(self._statements(rule)).mapped("rule_id"), rule)
        with self._clock(datetime(2027, 1, 1, 11, 0)):
            rule._run()
        self.assertEqual(len(self._dispatches(self._statements(rule)[0])), 1)
        self.assertEqual(self._dispatches(self._statements(rule)[1]).state, "queued")

    def test_what_does_not_fit(self):
        for vals in ({"period": "day"}, {"trigger": "post"}, {"selection": "marked"}, {"period_day": 0},
                     {"domain": "[('date', '>', '2026-01-01')]"},
                     {"type_ids": [Command.link(self.types["invoice"].id)]}):
            rule = self._statement_rule(active=False)
            with self.assertRaises(UserError), self.env.cr.savepoint():
                rule.write(vals)

    def test_operator_without_rights(self):
        """The rule says so; and nobody writes statements by a client's word."""
        plain = new_user(self.company, "balcao", "document_dispatch.group_dispatch_user")
        rule = self._statement_rule(user_id=plain.id)
        self._owe(self.silva)
        rule._run()
        self.assertIn("has no access to", rule.problem)
        self.assertFalse(self._statements(rule))

    def test_other_company(self):
        other = self.env["res.company"].create({"name": "Outra Ltda"})
        self._owe(self.silva)
        rule = self._statement_rule()
        self.assertFalse(self.env["res.partner"]._dispatch_owing(other))
        rule._run()
        self.assertEqual(self._statements(rule).company_id, self.company)
        self.assertEqual(rule.next_run - SLOT, timedelta(0))
