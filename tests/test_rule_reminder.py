"""Payment reminders: who is reminded of what and when, until it is paid; and who is not, and why."""

import random
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged

from .common import DispatchCase, new_user
from .legal import LegalCase
from .sampling import LONG

#: Days after the due date, as a new rule has them
LEVELS = (-5, 0, 5, 15)


class ReminderCase(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.reminders = cls._reminder_rule()
        cls.silva_rui.dispatch_financial = True

    @classmethod
    def _reminder_rule(cls, **vals):
        prepared = cls.env["document.dispatch.rule"]._prepare_reminder_vals()
        return cls._rule("Lembretes", "reminder", tz="UTC", **{
            **prepared, "date_from": cls.today - timedelta(days=300), "hour_from": 0.0, **vals})

    @classmethod
    def _due(cls, partner, days, arrived=True, **vals):
        """An invoice whose due date was so many days ago, which arrived."""
        due = cls.today - timedelta(days=days)
        move = cls._invoice(partner, invoice_date=due - timedelta(days=30), invoice_date_due=due, **vals)
        if arrived:
            cls._arrive(move)
        return move

    @classmethod
    def _arrive(cls, moves):
        """Sent before the app came, as Odoo marks it."""
        moves.sudo().is_move_sent = True

    @classmethod
    def _sent_days_ago(cls, dispatches, days):
        when = fields.Datetime.now() - timedelta(days=days)
        for records in (dispatches, dispatches.recipient_ids):
            records._with_system_write().write({"sent_date": when})

    @classmethod
    def _pay(cls, move, amount=None):
        wizard = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids).create({"amount": amount or move.amount_residual})
        wizard.action_create_payments()

    def _reminders(self, moves):
        return self.env["document.reminder"].search([("move_id", "in", moves.ids)], order="id")

    def _levels(self, moves):
        return self._reminders(moves).mapped("days")

    def _text(self, mail):
        return mail.get_body(("plain",)).get_content().replace("\r", "")

    def _remind(self):
        dispatches = self.reminders._run("manual")
        self._deliver()
        self._deliver()
        return dispatches


class TestReminder(ReminderCase):
    # ------------------------------------------------------------------
    # Which are due
    # ------------------------------------------------------------------

    def test_levels(self):
        """Of each invoice the last level whose day has come, and nothing before the first one."""
        for days, level in ((-6, None), (-5, -5), (-1, -5), (0, 0), (4, 0), (5, 5), (14, 5), (15, 15), (200, 15)):
            move = self._due(self.nowak, days)
            self._remind()
            self.assertEqual(self._levels(move), [] if level is None else [level], days)
        self.assertEqual(set(self.envelopes), {"biuro@nowak.example.com"})

    def test_once_per_level_until_paid(self):
        due = self.today + timedelta(days=5)
        move = self._invoice(self.nowak, invoice_date=self.today - timedelta(days=25), invoice_date_due=due)
        self._arrive(move)
        seen = []
        for day in range(30):
            with freeze_time(datetime.combine(self.today + timedelta(days=day), datetime.min.time()).replace(hour=9)):
                self._remind()
                self._remind()
            if len(self._levels(move)) > len(seen):
                seen.append(day)
            if day == 12:
                self._pay(move)
        self.assertEqual(seen, [0, 5, 10], "5 before, on the day, 5 after; then it was paid")
        self.assertEqual(len(self.envelopes), 3)

    def test_what_a_stopped_server_missed_is_not_made_up_level_by_level(self):
        move = self._due(self.nowak, -5)
        self._remind()
        with freeze_time(datetime.combine(self.today + timedelta(days=40), datetime.min.time())):
            self._remind()
        self.assertEqual(self._levels(move), [-5, 15])

    def test_not_with_the_invoice_itself(self):
        """Due at once: nobody is told on the day of the invoice that it is due."""
        move = self._invoice(self.nowak, invoice_date=self.today, invoice_date_due=self.today)
        self._arrive(move)
        self._remind()
        self.assertFalse(self._reminders(move))

    def test_not_on_the_day_on_which_it_arrives(self):
        """Sent when it was due already, or once more after it had come back: the next level reminds of it."""
        late = self._due(self.nowak, 6, arrived=False)
        back = self._due(self.mudo, 6, arrived=False)
        self.mudo.email = "gomez@gomez.example.com"
        dispatch = back._dispatch_create("rule")
        self._deliver()
        self._sent_days_ago(dispatch, 20)
        self.reminders._run("manual")
        self.assertEqual(self._levels(back), [5])
        dispatch.recipient_ids._set_state("bounced", reply="550 5.1.1")
        dispatch._conclude()
        self._deliver()
        for again in (dispatch.action_retry, dispatch._resend):
            with self.subTest(again=again.__name__):
                self.smtp.handler.clear()
                again()
                late._dispatch_create("rule")
                self._deliver()
                self._remind()
                self.assertEqual(set(self._reminders(back | late).mapped("dispatch_state")), {False})
                [line] = [line for line in self.reminders._preview()[0] if line["res_id"] == late.id]
                self.assertIn("The next reminder is on", line["reason"])
        # as far as anybody knows they have had it for a while now
        self._sent_days_ago(self._dispatches(back | late), 10)
        with freeze_time(datetime.combine(self.today + timedelta(days=9), datetime.min.time())):
            self._remind()
        self.assertEqual(self._levels(late), [15])
        self.assertEqual(self._levels(back), [5, 15])

    def test_from_date_is_the_due_date(self):
        self.reminders.date_from = self.today - timedelta(days=3)
        old, new = self._due(self.nowak, 10), self._due(self.nowak, 1)
        self._remind()
        self.assertEqual(self._reminders(old | new).move_id, new)

    def test_instalments(self):
        """Each part by its own due date; the text says what is open of that part."""
        term = self.env["account.payment.term"].create({"name": "30/60", "line_ids": [
            Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (30, 60)]})
        move = self._invoice(
            self.nowak, 1000, invoice_date=self.today - timedelta(days=36), invoice_payment_term_id=term.id)
        self._arrive(move)
        self._remind()
        reminder = self._reminders(move)
        self.assertEqual((reminder.days, reminder.date_due, reminder.amount), (5, self.today - timedelta(days=6), 500))

    def test_working_days(self):
        """On a day off nothing goes; on the next working day it does."""
        calendar = self.env["resource.calendar"].create({"name": "Seg–Sex", "company_id": self.company.id, "tz": "UTC"})
        self.reminders.calendar_id = calendar
        saturday = date(2027, 3, 6)
        move = self._invoice(
            self.nowak, invoice_date=saturday - timedelta(days=30), invoice_date_due=saturday)
        self._arrive(move)
        self.reminders.write({"date_from": date(2027, 1, 1), "level_ids": [
            Command.delete(level.id) for level in self.reminders.level_ids if level.days]})
        sent = []
        for day in range(4):
            with freeze_time(datetime(2027, 3, 5 + day, 9, 0)):
                if not day:
                    self.reminders._plan_next_run()
                self._run_cron("plan")
                self._deliver()
            sent.append(len(self.envelopes))
        self.assertEqual(sent, [0, 0, 0, 1])

    # ------------------------------------------------------------------
    # Who, and with what text
    # ------------------------------------------------------------------

    def test_financial_contacts_in_the_chatter_of_the_invoice(self):
        move = self._due(self.silva, 5)
        self._remind()
        self.assertEqual(self.envelopes, ["rui@silva.example.com"])
        dispatch = self._dispatches(self._reminders(move))
        self.assertEqual((dispatch.state, dispatch.type_code, dispatch.document_name), ("sent", "reminder", move.name))
        self.assertIn(dispatch.mail_message_id, move.message_ids)
        self.assertEqual(self._reminders(move).dispatch_state, "sent")
        self.assertFalse(move.dispatch_state, "the reminder says nothing of the invoice itself")

    def test_text_of_the_level_with_what_is_open(self):
        late, soon = self._due(self.nowak, 5), self._due(self.silva, -5)
        self._pay(late, 1000)
        self._remind()
        mails = {move: next(mail for mail in self.mails if move.name in mail["Subject"]) for move in (late, soon)}
        self.assertTrue(mails[late]["Subject"].startswith("Overdue"), mails[late]["Subject"])
        self.assertTrue(mails[soon]["Subject"].startswith("Soon due"), mails[soon]["Subject"])
        self.assertRegex(self._text(mails[late]), r"(?m)^Invoice amount: .*1,250\.00$")
        self.assertRegex(self._text(mails[late]), r"(?m)^Still to be paid: \D*250\.00$")
        self.assertRegex(self._text(mails[soon]), r"(?m)^Still to be paid: \D*1,250\.00$")
        self.assertNotIn("Invoice amount", self._text(mails[soon]))
        self.assertEqual(self._reminders(late).amount, 250)

    def test_several_of_a_customer_in_one_mail_by_level(self):
        moves = self._due(self.nowak, 5) | self._due(self.nowak, 6) | self._due(self.nowak, -5)
        self._remind()
        self.assertEqual(len(self.mails), 2)
        late = next(mail for mail in self.mails if mail["Subject"].startswith("Overdue"))
        for move in moves[:2]:
            self.assertIn(move.name, self._text(late))
        self.assertNotIn(moves[2].name, self._text(late))
        self.assertEqual(set(self._dispatches(self._reminders(moves)).mapped("state")), {"sent"})

    def test_waits_for_no_collection(self):
        """“Will be due” is not said weeks after the due date."""
        self.env["document.dispatch.preference"].create({
            "partner_id": self.silva.id, "role_id": self.types["reminder"].role_id.id, "receives": False,
            "collection": "month", "collection_day": (self.today - timedelta(days=1)).day,
        })
        move = self._due(self.silva, -4)
        self._remind()
        self.assertEqual((self._reminders(move).days, self._reminders(move).dispatch_state), (-5, "sent"))

    def test_one_mail_for_each_where_the_rule_says_so(self):
        self.reminders.one_mail = False
        self._due(self.nowak, 5)
        self._due(self.nowak, 6)
        self._remind()
        self.assertEqual(len(self.mails), 2)

    # ------------------------------------------------------------------
    # Nobody is reminded of what they paid
    # ------------------------------------------------------------------

    def _planned(self, move):
        """Planned and made, not handed over yet."""
        dispatches = self.reminders._run("manual")
        with self._mail_server_down():
            self._deliver()
        dispatch = self._dispatches(self._reminders(move))
        self.assertTrue(dispatch.frozen)
        dispatches.recipient_ids._with_system_write().next_try = False
        return dispatch

    def test_paid_between_planning_and_making(self):
        move = self._due(self.nowak, 5)
        self.reminders._run("manual")
        self._pay(move)
        self._deliver()
        dispatch = self._dispatches(self._reminders(move))
        self.assertEqual((dispatch.state, self.envelopes), ("cancelled", []))
        self.assertIn("paid", dispatch.state_message)
        self.assertFalse(move.activity_ids, "nobody need look at it")

    def test_paid_between_making_and_handing_over(self):
        move = self._due(self.nowak, 5)
        dispatch = self._planned(move)
        self._pay(move)
        self._deliver()
        self.assertEqual((dispatch.state, self.envelopes), ("cancelled", []))
        self.assertFalse(move.activity_ids)

    def test_one_of_a_bundle_is_paid(self):
        moves = self._due(self.nowak, 5) | self._due(self.nowak, 6) | self._due(self.nowak, 7)
        self._planned(moves[0])
        for number in (0, 1):
            self._pay(moves[number])
            self._deliver()
            self._deliver()
        [mail] = self.mails
        self.assertNotIn(moves[0].name, self._text(mail))
        self.assertIn(moves[2].name, self._text(mail))

    def test_part_is_paid_between(self):
        """The text is made anew: it never names an amount that is not open any more."""
        move = self._due(self.nowak, 5)
        self._planned(move)
        self._pay(move, 1000)
        self._deliver()
        self._deliver()
        [mail] = self.mails
        self.assertIn("250.00", self._text(mail))
        self.assertRegex(self._text(mail), r"(?m)^Still to be paid: \D*250\.00$")
        self.assertEqual(self._reminders(move).amount, 250)

    def test_part_of_a_bundle_is_paid_between(self):
        moves = self._due(self.nowak, 5) | self._due(self.nowak, 6)
        self._planned(moves[0])
        self._pay(moves[0], 1000)
        self._deliver()
        self._deliver()
        text = "\n".join(map(self._text, self.mails))
        self.assertRegex(text, rf"(?s){moves[0].name}.*?Still to be paid: \D*250\.00")
        self.assertEqual(sum(move.name in self._text(mail) for mail in self.mails for move in moves), 2)
        self.assertTrue(all(self._reminders(moves).mapped(lambda one: one.dispatch_state == "sent")))
        self.assertEqual(self._reminders(moves).mapped("amount"), [250, 1250])

    def test_in_review_and_paid(self):
        self.reminders.delivery = "review"
        move, other = self._due(self.nowak, 5), self._due(self.nowak, 5)
        self._remind()
        dispatch = self._dispatches(self._reminders(move))
        self.assertEqual(dispatch.state, "review")
        self._pay(move)
        with self.assertRaises(UserError):
            dispatch.action_release()
        self._remind()
        self.assertEqual(dispatch.state, "cancelled")
        self.assertEqual(self._dispatches(self._reminders(other)).state, "review")

    def test_in_review_and_part_paid_after_the_release(self):
        self.reminders.write({"delivery": "review", "one_mail": False})
        move = self._due(self.nowak, 5)
        self._remind()
        dispatch = self._dispatches(self._reminders(move))
        with self._mail_server_down():
            dispatch.action_release()
            self._deliver()
        dispatch.recipient_ids._with_system_write().next_try = False
        self._pay(move, 1000)
        self._deliver()
        self._deliver()
        self.assertEqual((dispatch.state, self.envelopes), ("review", []))
        self.assertIn("250.00", dispatch.body)

    def test_unmatched_payment_is_looked_at(self):
        move = self._due(self.nowak, 5)
        self.env["account.payment"].create({
            "partner_id": self.nowak.id, "amount": 1250, "payment_type": "inbound", "partner_type": "customer",
        }).action_post()
        credit = self.env["account.move.line"].search([
            ("partner_id", "=", self.nowak.id), ("amount_residual", "<", 0), ("account_type", "=", "asset_receivable")])
        if not credit:
            self._invoice(self.nowak, 100, move_type="out_refund")
        self._remind()
        dispatch = self._dispatches(self._reminders(move))
        self.assertEqual((dispatch.state, self.envelopes), ("review", []))
        self.assertIn("matched", dispatch.state_message)

    def test_unmatched_payment_that_comes_between(self):
        """It may be of this invoice: the reminder that waited to be handed over is held; a person decides."""
        move = self._due(self.nowak, 5)
        dispatch = self._planned(move)
        self._invoice(self.nowak, 1250, move_type="out_refund")
        self._deliver()
        self.assertEqual((dispatch.state, self.envelopes), ("review", []))
        self.assertIn("matched", dispatch.state_message)
        dispatch.action_release()
        self._deliver()
        self.assertEqual((dispatch.state, len(self.envelopes)), ("sent", 1))

    def test_payment_with_a_provider_is_on_its_way(self):
        if "payment.transaction" not in self.env:
            self.skipTest("no payments with providers")
        move, left = self._due(self.nowak, 5), self._due(self.silva, 5)
        method = self.env["payment.method"].sudo().with_context(active_test=False).search([], limit=1)
        for invoice, age in ((move, 0), (left, 30)):
            transaction = self.env["payment.transaction"].sudo().create({
                "provider_id": self.env["payment.provider"].sudo().search([], limit=1).id,
                "payment_method_id": method.id,
                "reference": f"tx-{invoice.id}", "amount": 1250, "currency_id": invoice.currency_id.id,
                "partner_id": invoice.partner_id.id, "state": "pending",
                "invoice_ids": [Command.set(invoice.ids)],
            })
            transaction.last_state_change = fields.Datetime.now() - timedelta(days=age)
        clerk = new_user(self.company, "clerk", "account.group_account_invoice")
        self.reminders.user_id = clerk
        self._remind()
        self.assertEqual(self._reminders(move | left).move_id, left, "one that was begun a month ago is none")

    def test_back_to_draft_and_cancelled(self):
        moves = self._due(self.nowak, 5) | self._due(self.nowak, 6)
        self.reminders.one_mail = False
        self.reminders._run("manual")
        moves.button_draft()
        self.assertEqual(set(self._dispatches(self._reminders(moves)).mapped("state")), {"cancelled"})
        self._deliver()
        self.assertFalse(self.envelopes)

    # ------------------------------------------------------------------
    # Nobody is reminded of what never arrived
    # ------------------------------------------------------------------

    def test_what_never_arrived_stands_in_a_list(self):
        never = self._due(self.nowak, 5, arrived=False)
        refused = self._due(self.silva, 5, arrived=False)
        tray = self._due(self.papel, 5, arrived=False)
        queued = self._due(self.silva, 5, arrived=False)
        arrived = self._due(self.silva, 5, arrived=False)
        for email in ("ana@silva.example.com", "rui@silva.example.com"):
            self.smtp.handler.rcpt_replies[email] = "550 5.1.1 no such user"
        (refused | tray)._dispatch_create("rule")
        self._deliver()
        self.smtp.handler.rcpt_replies.clear()
        arrived._dispatch_create("rule")
        self._deliver()
        self._sent_days_ago(self._dispatches(arrived), 20)
        queued._dispatch_create("rule")
        self.assertEqual([move.dispatch_state for move in (never, refused, tray, queued, arrived)],
                         [False, "failed", "paper", "queued", "sent"])
        self.assertFalse(refused.is_move_sent)
        self._remind_only(arrived, never | refused | tray | queued)
        action = self.reminders.action_view_never_arrived()
        listed = self.env["account.move"].search(action["domain"])
        self.assertEqual(listed & (never | refused | tray | queued | arrived), never | refused | tray | queued)
        self.assertEqual(self.reminders.never_arrived_count, len(listed))
        overview = self.env["document.dispatch.overview"].create({})
        self.assertEqual(overview.never_arrived_count, len(
            self.env["account.move"].search(overview.action_view_never_arrived()["domain"])))

    def _remind_only(self, going, staying):
        self.reminders._run("manual")
        self.assertEqual(self._reminders(going | staying).move_id, going)

    def test_sent_by_post_arrived(self):
        move = self._due(self.papel, 5, arrived=False)
        move._with_system_write().dispatch_state = "printed"
        self._remind_only(move.browse(), move)
        move._with_system_write().dispatch_state = "sent_by_post"
        self._remind_only(move, move.browse())

    def test_bounced_between(self):
        """The invoice came back after its reminder was planned."""
        move = self._due(self.nowak, 5, arrived=False)
        invoice = move._dispatch_create("rule")
        self._deliver()
        self._sent_days_ago(invoice, 20)
        dispatch = self._planned(move)
        invoice.recipient_ids._set_state("bounced", reply="550 5.1.1")
        invoice._conclude()
        self.assertEqual(move.dispatch_state, "failed")
        self._deliver()
        self.assertEqual((dispatch.state, len(self.envelopes)), ("cancelled", 1))
        self.assertIn("not delivered", dispatch.state_message)

    # ------------------------------------------------------------------
    # Stopped, with a reason
    # ------------------------------------------------------------------

    def test_stopped_for_an_invoice_and_a_customer(self):
        move, other, theirs = self._due(self.nowak, 5), self._due(self.nowak, 5), self._due(self.silva, 5)
        move.write({"dispatch_no_reminder": True, "dispatch_no_reminder_reason": "Reclamação"})
        self.silva.write({"dispatch_no_reminder": True, "dispatch_no_reminder_reason": "Acordo"})
        self._remind()
        self.assertEqual(self._reminders(move | other | theirs).move_id, other)
        yesterday = self.today - timedelta(days=1)
        move.dispatch_no_reminder_until = yesterday
        self.silva.dispatch_no_reminder_until = yesterday
        self._remind()
        self.assertEqual(self._reminders(move | theirs).move_id, move | theirs)

    def test_stopped_between(self):
        move = self._due(self.nowak, 5)
        dispatch = self._planned(move)
        move.write({"dispatch_no_reminder": True, "dispatch_no_reminder_reason": "Reclamação"})
        self._deliver()
        self.assertEqual((dispatch.state, self.envelopes), ("cancelled", []))
        self.assertIn("Reclamação", dispatch.state_message)

    def test_a_stop_has_a_reason_and_is_a_companys_own(self):
        move = self._due(self.nowak, 5)
        for record in (move, self.nowak):
            with self.assertRaises(ValidationError):
                record.write({"dispatch_no_reminder": True})
        other = self.env["res.company"].create({"name": "Aurora Praha s.r.o."})
        self.nowak.with_company(other).write({"dispatch_no_reminder": True, "dispatch_no_reminder_reason": "Lá"})
        self._remind()
        self.assertTrue(self._reminders(move))

    def test_odoos_own_mark(self):
        move = self._due(self.nowak, 5)
        move.no_followup = True
        self._remind()
        self.assertFalse(self._reminders(move))

    # ------------------------------------------------------------------
    # The rule
    # ------------------------------------------------------------------

    def test_off_until_switched_on(self):
        self.reminders.active = False
        manager = new_user(
            self.company, "gerente", "document_dispatch.group_dispatch_manager,account.group_account_invoice")
        move = self._due(self.nowak, 5)
        self._plan()
        self.assertFalse(self._reminders(move))
        self.reminders.unlink()
        action = self.env["document.dispatch.rule"].with_user(manager).action_open_reminders()
        rule = self.env["document.dispatch.rule"].browse(action["res_id"])
        self.assertEqual((rule.active, rule.user_id, rule.level_ids.mapped("days")), (False, manager, list(LEVELS)))
        again = self.env["document.dispatch.rule"].with_user(manager).action_open_reminders()
        self.assertEqual(again["res_id"], rule.id)
        rule.with_user(manager).write({"active": True, "date_from": self.today - timedelta(days=30)})
        self._plan()
        self._deliver()
        self.assertEqual(self._reminders(move).dispatch_state, "sent")

    def test_a_rule_of_its_own(self):
        invoice = self.types["invoice"]
        for vals in (
            {"type_ids": [Command.link(invoice.id)]}, {"trigger": "post"}, {"selection": "marked"},
            {"level_ids": [Command.clear()]}, {"type_ids": [Command.set(invoice.ids)]},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.reminders.write(vals)
        self.assertIn("5 days before, on the due date, 5 days after, 15 days after", self.reminders.sentence)

    def test_steps_aside(self):
        Reminder = self.registry["document.reminder"]
        move = self._due(self.nowak, 5)
        with patch.object(Reminder, "_find_other_program", lambda self, company: "Credit Control"):
            self._plan()
            self.assertIn("Credit Control", self.reminders.problem)
            with self.assertRaises(UserError):
                self.reminders.action_run()
        self.assertFalse(self._reminders(move))
        self.assertFalse(self.env["document.reminder"]._find_other_program(self.company))

    def test_what_counts_as_doing_the_same(self):
        """Only levels that go by mail; of fields that a version lacks nothing is asked."""
        Reminder = self.env["document.reminder"]
        domain = Reminder._get_other_program_domain(self.env["document.dispatch.rule.level"], self.company)
        self.assertEqual({condition.field_expr for condition in domain.iter_conditions()}, {"company_id"})

    def test_journals_and_customers_of_the_rule(self):
        mine, theirs = self._due(self.nowak, 5), self._due(self.silva, 5)
        self.reminders.partner_ids = self.nowak
        self._remind()
        self.assertEqual(self._reminders(mine | theirs).move_id, mine)

    def test_preview(self):
        going, paid, never = self._due(self.silva, 5), self._due(self.nowak, 5), self._due(self.nowak, 5, arrived=False)
        stopped, done, coming = self._due(self.nowak, 5), self._due(self.nowak, 15), self._due(self.nowak, -9)
        stopped.write({"dispatch_no_reminder": True, "dispatch_no_reminder_reason": "Reclamação"})
        self._pay(paid)
        self.reminders.partner_ids = self.nowak
        others = going
        self._remind()
        self.assertTrue(self._reminders(done))
        self.reminders.partner_ids = False
        action = self.reminders.action_preview()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        lines = {line.res_id: line for line in preview.line_ids if line.res_model == "account.move"}
        self.assertEqual((preview.going_count, preview.going_ids.mapped("res_id")), (1, going.ids))
        self.assertEqual(lines[going.id].recipients, "rui@silva.example.com (Payment documents flag on the contact)")
        self.assertIn("1,250.00", lines[going.id].reason)
        self.assertNotIn(paid.id, lines)
        for move, words in ((never, "not delivered"), (stopped, "Reclamação"), (done, "The last reminder"),
                            (coming, "The next reminder is on")):
            self.assertIn(words, lines[move.id].reason)
        self.assertFalse(self._reminders(others), "nothing is kept of a preview")
        self.assertEqual(lines[going.id].outcome, "goes")
        self.reminders.delivery = "review"
        action = self.reminders.action_preview()
        self.assertEqual(self.env[action["res_model"]].browse(action["res_id"]).going_ids.outcome, "review")

    def test_report_counts_them_as_their_own_kind(self):
        self._due(self.nowak, 5)
        self._remind()
        self.env.flush_all()
        lines = self.env["document.dispatch.report"].search([("kind", "=", "reminder")])
        self.assertEqual((lines.mapped("outcome"), lines.mapped("amount")), (["sent"], [1250.0]))

    def test_send_again(self):
        """The reminder, not its invoice; and nobody sends one again of what was paid."""
        move = self._due(self.nowak, 5)
        self._remind()
        dispatch = self._dispatches(self._reminders(move))
        window = self.env["document.dispatch.resend"].browse(dispatch.action_resend()["res_id"])
        self.assertEqual(window.line_ids.mapped("res_model"), ["document.reminder"])
        self.assertEqual(window.line_ids.document_name, f"{move.name}/+5d")
        window = self.env["document.dispatch.resend"].browse(
            self.env["document.dispatch.resend"]._open([move.name])["res_id"])
        self.assertEqual(window.line_ids.mapped("res_model"), ["account.move"])
        self._pay(move)
        with self.assertRaises(UserError):
            dispatch._resend()

    def test_run_counts(self):
        self._due(self.nowak, 5)
        self._due(self.nowak, 5, arrived=False)
        self._plan()
        run = self.env["document.dispatch.run"].search([("rule_id", "=", self.reminders.id)], limit=1)
        self.assertEqual((run.found, run.written, run.left), (1, 1, 0))

    # ------------------------------------------------------------------
    # Who sees them
    # ------------------------------------------------------------------

    def test_who_sees_a_reminder(self):
        seller = new_user(self.company, "rita", "sales_team.group_sale_salesman")
        clerk = new_user(self.company, "clerk", "account.group_account_invoice")
        other = self.env["res.company"].create({"name": "Aurora Praha s.r.o."})
        stranger = new_user(other, "cizi", "account.group_account_manager")
        move = self._due(self.nowak, 5, invoice_user_id=self.env.user.id)
        self._remind()
        reminder, dispatch = self._reminders(move), self._dispatches(self._reminders(move))
        for record in (reminder, dispatch):
            self.assertEqual([record.with_user(user).has_access("read") for user in (clerk, seller, stranger)],
                             [True, False, False], record._name)
        with self.assertRaises(UserError):
            reminder.with_user(clerk).sudo(False).write({"superseded": True})

    def test_replies_stand_on_the_invoice(self):
        self.company.alias_domain_id = self.env["mail.alias.domain"].create({"name": "aurora.example.com"})
        move = self._due(self.nowak, 5)
        self._remind()
        [mail] = self.mails
        self.env["mail.thread"].message_process(None, (
            f"From: biuro@nowak.example.com\nTo: {mail['Reply-To']}\nSubject: Re\nMessage-ID: <a1@nowak>\n"
            f"In-Reply-To: {mail['Message-ID']}\n\nZapłacone wczoraj."))
        self.assertTrue(self._dispatches(self._reminders(move)).answered_date)
        self.assertTrue(move.message_ids.filtered(lambda message: "wczoraj" in (message.body or "")))


class TestReminderRun(ReminderCase):
    """Many invoices, with payments and bounces while the worker hands over."""

    def test_payments_during_the_run(self):
        count, chance = 10_000 if LONG else 60, random.Random(7)
        customers = self.env["res.partner"].create([
            {"name": f"Cliente {number}", "email": f"c{number}@cliente.example.com"} for number in range(count // 4)])
        moves = self.env["account.move"].union(*(
            self._due(customers[number % len(customers)], 5, arrived=number % 6 != 0) for number in range(count)))
        never = moves.filtered(lambda move: not move.is_move_sent)
        open_ones, paid, late = list(moves - never), set(), set()
        Mailer = self.registry["document.dispatch.mailer"]
        hand_over = Mailer._hand_over
        told = {}

        def pay_meanwhile(mailer, recipient, *args, **kwargs):
            dispatches = recipient.dispatch_id._with_bundled()
            going = {dispatch._document().move_id.id for dispatch in dispatches}
            told.update(dict.fromkeys(going))
            late.update(going & paid)
            for _time in range(2):
                if open_ones:
                    move = open_ones.pop(chance.randrange(len(open_ones)))
                    if move.id not in told:
                        paid.add(move.id)
                        self._pay(move.with_env(self.env))
            return hand_over(mailer, recipient, *args, **kwargs)

        with patch.object(Mailer, "_hand_over", pay_meanwhile):
            self.reminders._run("manual")
            for _run in range(6):
                self._deliver()
        text = "\n".join(self._text(mail) for mail in self.mails)
        named = {move.id for move in moves if move.name in text}
        self.assertGreater(len(paid), count // 10, "payments came during the run")
        self.assertFalse(late | (named & paid), "reminders of what was paid")
        self.assertFalse(named & set(never.ids), "reminders of what never arrived")
        self.assertEqual(named, set(moves.ids) - paid - set(never.ids), "all others were reminded")


@tagged("post_install", "-at_install")
class TestReminderTour(ReminderCase, HttpCase):
    def test_switch_on_look_and_run(self):
        self.reminders.unlink()
        helena = new_user(
            self.company, "helena",
            "account.group_account_manager,document_dispatch.group_dispatch_manager,"
            "base.group_system",
            name="Helena Prado", email="helena@aurora.example.com")
        move, never = self._due(self.silva, 0), self._due(self.nowak, 0, arrived=False)
        self.start_tour("/odoo", "document_dispatch_reminder", login="helena")
        rule = self.env["document.dispatch.rule"].search([("type_ids.code", "=", "reminder")])
        self.assertEqual((rule.active, rule.user_id), (True, helena))
        self._deliver()
        self.assertEqual(self._reminders(move | never).move_id, move)
        self.assertEqual(self.envelopes, ["rui@silva.example.com"])


class TestReminderOfNetworks(ReminderCase, LegalCase):
    def test_what_a_network_refused_later_is_not_valid(self):
        """Whoever has it: nobody is reminded of it, it stands in the list with what the network said."""
        self.net.state = "accepted"
        self.reminders.one_mail = False
        fine, refused = (self._due(self.nowak, 5, arrived=False) for _number in range(2))
        (fine | refused)._dispatch_create("rule")
        self._deliver()
        self._sent_days_ago(self._dispatches(fine | refused), 20)
        self.reminders._run("manual")
        going, waiting = (self._dispatches(self._reminders(move)) for move in (fine, refused))
        self.assertEqual((going.state, waiting.state), ("queued", "queued"))
        self.smtp.handler.clear()
        self.net.answer(refused, "rejected", words="<p>The buyer does not know the order</p>")
        self.env["document.dispatch.delivery"]._look_at_late_refusals()
        self.assertEqual((fine.dispatch_state, refused.dispatch_state), ("sent", "sent"))
        self._deliver()
        self._deliver()
        self.assertEqual((going.state, waiting.state, len(self.envelopes)), ("sent", "cancelled", 1))
        self.assertIn("does not know the order", waiting.state_message)
        self.assertEqual(self._never_arrived() & (fine | refused), refused)
        self.assertIn("The invoice is not valid", refused.dispatch_not_arrived)
        self.assertIn("Toynet refused it after it had accepted it", refused.dispatch_not_arrived)
        self.assertFalse(fine.dispatch_not_arrived)
        self.assertFalse(self.reminders._run("manual"))
        self.net.answer(refused, "accepted")
        self.env["document.dispatch.delivery"]._look_at_late_refusals()
        self.assertFalse(self._never_arrived() & (fine | refused))

    def _never_arrived(self):
        return self.env["account.move"].search(self.reminders.action_view_never_arrived()["domain"])
