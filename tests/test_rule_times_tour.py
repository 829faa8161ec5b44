"""At a time, a collection for a week, and a holiday, in a real browser."""

from datetime import datetime, time, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase

from .common import DispatchCase, new_user


class TestTimesTours(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_user(
            cls.company, "clara", "account.group_account_invoice", name="Clara Nunes",
            email="clara.nunes@aurora.example.com", tz="America/Sao_Paulo")

    def _start_on_invoice(self, invoice, tour):
        self.start_tour(f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}", tour, login="clara")

    def test_at_time(self):
        invoice = self._invoice(self.silva)
        self._start_on_invoice(invoice, "document_dispatch_at_time")
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual(invoice.dispatch_state, "sent")

    def test_collection_of_a_week(self):
        """Two invoices of the clerk and one of a rule are one mail on Friday."""
        self.company.write({"dispatch_collection_hour": 8, "dispatch_collection_tz": "America/Sao_Paulo"})
        self.env["document.dispatch.preference"].create({
            "partner_id": self.silva.id, "role_id": self.types["invoice"].role_id.id, "receives": False,
            "collection": "week", "collection_weekday": "4", "reference": "Fornecedor 4711",
        })
        invoices = self._invoice(self.silva) | self._invoice(self.silva)
        for invoice in invoices:
            self._start_on_invoice(invoice, "document_dispatch_collection")
        by_rule = self._invoice(self.silva)
        by_rule._dispatch_create("rule")
        invoices |= by_rule
        [friday] = set(self._dispatches(invoices).mapped("scheduled_date"))
        self.assertEqual((friday.weekday(), friday.hour), (4, 11))
        self.assertFalse(self.envelopes)
        with self._clock(friday):
            self._deliver()
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual({len(list(mail.iter_attachments())) for mail in self.mails}, {3})
        self.assertTrue(all("[Fornecedor 4711]" in mail["subject"] for mail in self.mails))
        self.assertEqual(set(invoices.mapped("dispatch_state")), {"sent"})

    def test_holiday(self):
        new_user(
            self.company, "helena", "document_dispatch.group_dispatch_manager,account.group_account_manager",
            name="Helena Prado", email="helena@aurora.example.com", tz="UTC")
        today = fields.Date.today()
        office = self.env["resource.calendar"].create(
            {"name": "Dias do escritório", "tz": "UTC", "company_id": self.company.id})
        self.env["resource.calendar.leaves"].create({
            "name": "Férias coletivas", "calendar_id": office.id, "date_from": datetime.combine(today, time()),
            "date_to": datetime.combine(today + timedelta(days=9), time(23, 59)),
        })
        rule = self._rule("Faturas do dia", "invoice", tz="UTC", interval="0", hour_from=8,
                          user_id=self.env.uid)
        self.assertLess(rule.next_run.date(), today + timedelta(days=2))
        self.start_tour("/odoo", "document_dispatch_holiday", login="helena")
        self.assertEqual(rule.calendar_id, office)
        self.assertGreaterEqual(rule.next_run.date(), today + timedelta(days=10))
        self.assertLess(rule.next_run.weekday(), 5)
        invoice = self._invoice(self.silva)
        with self._clock(datetime.combine(today + timedelta(days=1), time(8))), patch.object(
            type(rule), "_plan", side_effect=AssertionError("it is a holiday"),
        ):
            self._run_cron("plan")
        self.assertFalse(self._dispatches(invoice))
        with self._clock(rule.next_run):
            self._run_cron("plan")
        self.assertEqual(self._dispatches(invoice).state, "queued")
