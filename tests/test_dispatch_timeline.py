"""What became of an invoice, step by step, with the days on which it did."""

import re
from datetime import datetime, timedelta

from lxml import html

from odoo import fields
from odoo.tools import format_date

from .test_access import AccessCase


class TestTimeline(AccessCase):
    def _steps(self, document, user=None):
        document.invalidate_recordset()
        shown = document.with_user(user or self.clerk).dispatch_timeline
        return [" ".join(re.sub("→", "", step.text_content()).split())
                for step in html.fromstring(str(shown)).iter("li")] if shown else []

    def _pay(self, invoice, amount, date):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        ).create({"amount": amount, "payment_date": date})._create_payments()

    def test_nothing_without_a_dispatch(self):
        invoice = self._invoice(self.silva)
        self._pay(invoice, 1250.0, fields.Date.today())
        self.assertFalse(invoice.with_user(self.clerk).dispatch_timeline)
        self.assertFalse(self.env["account.move"].new({"move_type": "out_invoice"}).dispatch_timeline)

    def test_step_by_step(self):
        invoice = self._invoice(self.silva)
        dispatch = invoice._dispatch_create("rule")
        self.assertEqual(self._steps(invoice), [], "it waits: nothing is known yet")
        self._deliver()
        today = format_date(self.env, fields.Date.today())
        self.assertEqual(self._steps(invoice), [f"Sent {today}", f"Accepted {today}"])
        now = fields.Datetime.now()
        day = [format_date(self.env, (now + timedelta(days=number)).date()) for number in range(9)]
        dispatch.recipient_ids[0]._with_system_write().page_opened_date = now + timedelta(days=3)
        self.assertEqual(self._steps(invoice)[2:], [f"Opened {day[3]}"])
        invoice.sudo().dispatch_opened_date = now + timedelta(days=2)
        dispatch._with_system_write().answered_date = now + timedelta(days=4)
        self._pay(invoice, 1000.0, now.date() + timedelta(days=5))
        self.assertEqual(self._steps(invoice)[2:], [
            f"Opened {day[2]}", f"Answered {day[4]}", f"Partially Paid {day[5]}"])
        self._pay(invoice, 250.0, now.date() + timedelta(days=7))
        label = dict(invoice._fields["payment_state"]._description_selection(self.env))[invoice.payment_state]
        self.assertEqual(self._steps(invoice)[4:], [f"{label} {day[7]}"])

    def test_failed(self):
        self.smtp.handler.rcpt_replies["biuro@nowak.example.com"] = "550 no such user"
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(invoice.dispatch_state, "failed")
        self.assertEqual(self._steps(invoice), [], "nobody took it")

    def test_on_paper(self):
        invoice = self._invoice(self.papel)
        dispatch = invoice._dispatch_create("rule")
        dispatch._printed()
        today = format_date(self.env, fields.Date.today())
        self.assertEqual(self._steps(invoice), [f"Printed {today}"])
        dispatch.action_mark_sent_by_post()
        self.assertEqual(self._steps(invoice), [f"Printed {today}", f"Sent by post {today}"])

    def test_days_are_those_of_who_looks(self):
        invoice = self._invoice(self.silva)
        dispatch = invoice._dispatch_create("rule")
        self._deliver()
        dispatch._with_system_write().sent_date = datetime(2026, 3, 2, 1, 30)
        dispatch.recipient_ids._with_system_write().first_try = datetime(2026, 3, 2, 1, 30)
        invoice = invoice.with_context(tz="America/Sao_Paulo")
        self.assertEqual(self._steps(invoice), ["Sent 03/01/2026", "Accepted 03/01/2026"])

    def test_rehearsed_and_of_an_old_revision(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": "helena@aurora.example.com"})
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._steps(invoice), [])
        self.company.dispatch_mode = "send"
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertTrue(self._steps(invoice))
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(self._steps(invoice), [], "that was the version of before")

    def test_rights(self):
        """Salespeople see that of their invoices; nobody sees any of another company's."""
        invoice = self._invoice(self.silva, invoice_user_id=self.seller.id)
        invoice._dispatch_create("rule")
        self._deliver()
        self._pay(invoice, 1250.0, fields.Date.today())
        self.assertEqual(len(self._steps(invoice, self.seller)), 3)
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        stranger = self._user("odile", "account.group_account_invoice", "Odile Blanc", paris)
        employee = self._user("igor", "base.group_user", "Igor Lima")
        for user in (self.rival, stranger, employee):
            with self.assertRaises(Exception, msg=user.login) as raised:
                invoice.with_user(user).read(["dispatch_timeline"])
            self.assertEqual(type(raised.exception).__name__, "AccessError")

    def test_in_the_form(self):
        arch = self.env["account.move"].with_user(self.clerk).get_view(
            self.env.ref("account.view_move_form").id, "form")["arch"]
        self.assertIn('name="dispatch_timeline"', arch)

    def test_statements_do_not_grow(self):
        moves = self.env["account.move"].union(*(self._invoice(self.silva) for _number in range(6)))
        moves._dispatch_create("rule")
        self._deliver()
        one, several = self._count_reading(moves, "dispatch_timeline")
        self.assertLessEqual(several, one + 8)
