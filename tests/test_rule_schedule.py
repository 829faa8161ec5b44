"""When a rule runs: at its slots, late ones once, and the scheduler is woken for the next."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command

from .common import DispatchCase

MORNING = datetime(2026, 11, 23, 10, 30)  # 07:30 in São Paulo


class TestRuleSchedule(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env["document.dispatch.rule"].create({
            "name": "De hora em hora", "type_ids": [Command.set(cls.types["invoice"].ids)],
            "tz": "America/Sao_Paulo", "hour_from": 8, "hour_to": 18, "interval": "60",
        })

    def _at(self, when):
        """The scheduler comes at this moment; return how often the rule ran."""
        runs = []
        original = type(self.rule)._plan

        def counted(rule):
            runs.append(rule)
            return original(rule)

        with self._clock(when), patch.object(type(self.rule), "_plan", counted):
            self._run_cron("plan")
        return len(runs)

    def test_off_never(self):
        self.assertFalse(self.rule.next_run)
        self.assertEqual(self._at(MORNING + timedelta(days=1)), 0)

    def test_a_slot_that_a_wrong_clock_planned(self):
        self.rule.active = True
        self.rule.next_run = MORNING + timedelta(days=3650)
        self.assertEqual(self._at(MORNING), 0, "not outside of its hours")
        self.assertEqual(self._at(MORNING + timedelta(hours=1)), 1)

    def test_slots(self):
        with self._clock(MORNING):
            self.rule.active = True
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 23, 11, 0))
        self.assertEqual(self._at(datetime(2026, 11, 23, 10, 59)), 0)
        self.assertEqual(self._at(datetime(2026, 11, 23, 11, 0, 5)), 1)
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 23, 12, 0))
        self.assertEqual(self._at(datetime(2026, 11, 23, 11, 30)), 0)

    def _days_off(self, *days):
        calendar = self.env["resource.calendar"].create({"name": "Escritório", "tz": "America/Sao_Paulo"})
        for day in days:
            self.env["resource.calendar.leaves"].create({
                "name": "Feriado", "calendar_id": calendar.id,
                "date_from": f"{day} 03:00:00", "date_to": f"{day + timedelta(days=1)} 02:59:59",
            })
        return calendar

    def test_days_off(self):
        friday, monday = datetime(2026, 11, 20).date(), datetime(2026, 11, 23).date()
        with self._clock(datetime(2026, 11, 19, 23, 0)):
            self.rule.write({"calendar_id": self._days_off(friday, monday).id, "active": True})
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 24, 11, 0), "a holiday, a weekend, a holiday")
        with self._clock(datetime(2026, 11, 19, 23, 0)):
            self.rule.calendar_id = False
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 20, 11, 0))

    def test_holiday_that_was_entered_late(self):
        with self._clock(MORNING):
            self.rule.write({"calendar_id": self._days_off().id, "active": True})
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 23, 11, 0))
        self.env["resource.calendar.leaves"].create({
            "calendar_id": self.rule.calendar_id.id, "date_from": "2026-11-23 03:00:00",
            "date_to": "2026-11-24 02:59:59",
        })
        self.assertEqual(self._at(datetime(2026, 11, 23, 11, 0, 5)), 0)
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 24, 11, 0))
        self.assertEqual(self._at(datetime(2026, 11, 24, 11, 0, 5)), 1)

    def test_missed_on_a_day_off(self):
        with self._clock(datetime(2026, 11, 20, 10, 0)):
            self.rule.write({"calendar_id": self._days_off().id, "active": True})
        self.assertEqual(self._at(datetime(2026, 11, 21, 15, 20)), 0, "the server stood still; now it is Saturday")
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 23, 11, 0))

    def test_missed_hours_are_made_up_once(self):
        with self._clock(MORNING):
            self.rule.active = True
        late = datetime(2026, 11, 24, 15, 20)
        self.assertEqual(self._at(late), 1)
        self.assertEqual(self._at(late + timedelta(minutes=1)), 0)
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 24, 16, 0))

    def test_a_missed_slot_is_not_made_up_at_night(self):
        for interval, hours, late, expected in (
            ("60", (8, 18), datetime(2026, 11, 24, 6, 0), datetime(2026, 11, 24, 11, 0)),  # 03:00 there
            ("60", (22, 2), datetime(2026, 11, 24, 14, 0), datetime(2026, 11, 25, 1, 0)),
            ("0", (8, 18), datetime(2026, 11, 23, 23, 30), datetime(2026, 11, 24, 11, 0)),
            ("0", (20, 18), datetime(2026, 11, 24, 6, 0), datetime(2026, 11, 24, 23, 0)),
        ):
            with self.subTest(interval=interval, hours=hours):
                self.rule.active = False
                with self._clock(MORNING):
                    self.rule.write({
                        "active": True, "date_from": "2026-11-23", "interval": interval, "hour_from": hours[0],
                        "hour_to": hours[1],
                    })
                self.assertEqual(self._at(late), 0, "not outside of its hours")
                self.assertEqual(self.rule.next_run, expected)
                self.assertEqual(self._at(expected), 1, "it is made up then")

    def test_a_scheduler_that_is_a_little_late(self):
        with self._clock(MORNING):
            self.rule.active = True
        self.rule.next_run = datetime(2026, 11, 23, 21, 0)  # 18:00, the last slot
        self.assertEqual(self._at(datetime(2026, 11, 23, 21, 20)), 1)

    def test_once_a_day_is_made_up_on_that_day(self):
        with self._clock(MORNING):
            self.rule.write({"active": True, "interval": "0"})
        self.assertEqual(self._at(datetime(2026, 11, 23, 17, 0)), 1)

    def test_changed_schedule_counts_at_once(self):
        with self._clock(MORNING):
            self.rule.active = True
            self.rule.write({"hour_from": 9.5, "interval": "0"})
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 23, 12, 30))
        with self._clock(MORNING):
            self.rule.tz = "Europe/Warsaw"
        self.assertEqual(self.rule.next_run, datetime(2026, 11, 24, 8, 30))

    def test_the_scheduler_is_woken_for_the_slot(self):
        with self._clock(MORNING):
            self.rule.active = True
        job = self.env.ref("document_dispatch.ir_cron_dispatch_plan")
        wakes = self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)]).mapped("call_at")
        self.assertIn(datetime(2026, 11, 23, 11, 0), wakes)

    def test_one_broken_rule_leaves_the_others_alone(self):
        other = self.rule.copy({"name": "Também", "active": True, "sequence": 5})
        self.rule.active = True
        self.env.cr.execute("UPDATE document_dispatch_rule SET domain = '[(' WHERE id = %s", [other.id])
        other.invalidate_recordset()
        invoice = self._invoice(self.nowak)
        with self.assertLogs("odoo.addons.document_dispatch", "ERROR"):
            self._plan()
        self.assertEqual(self._dispatches(invoice).rule_id, self.rule)
        self.assertTrue(other.problem)
        self.assertGreater(other.next_run, fields.Datetime.now(), "it does not try again and again")

    def test_overdue_is_told(self):
        self.rule.active = True
        self.rule.next_run = fields.Datetime.now() - timedelta(hours=3)
        problems = "\n".join(self.env["document.dispatch.health"]._get_problems())
        self.assertIn("De hora em hora", problems)
