"""Slots of a rule: windows, midnight, and the days on which the clock changes."""

import unittest
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tools.rule.schedule import DAY, MOST_DAYS_OFF, days_ahead, is_open, next_slot, slots_of_day

PRAGUE, NEW_YORK, SAO_PAULO = "Europe/Prague", "America/New_York", "America/Sao_Paulo"
# Prague: from 02:00 to 03:00 on 29 March, from 03:00 back to 02:00 on 25 October
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
# New York: 8 March and 1 November
SPRING_NY, AUTUMN_NY = date(2026, 3, 8), date(2026, 11, 1)


def clock(slots, zone):
    """What the clock on the wall shows at these slots."""
    utc = ZoneInfo("UTC")
    return [slot.replace(tzinfo=utc).astimezone(ZoneInfo(zone)).strftime("%H:%M") for slot in slots]


class TestOpen(unittest.TestCase):
    """When what was missed is made up."""

    def assertOpen(self, expected, *window, zone=SAO_PAULO):
        """The hours of a day at which it is open, half past."""
        moments = [datetime(2026, 11, 21, hour, 30, tzinfo=ZoneInfo(zone)) for hour in range(24)]
        found = [moment.hour for moment in moments if is_open(
            moment.astimezone(UTC).replace(tzinfo=None), zone, *window)]
        self.assertEqual(found, expected)

    def test_inside_of_the_window_only(self):
        self.assertOpen([8, 9, 10], 8, 11, 60)
        self.assertOpen([8, 9, 10], 8.5, 10.5, 30, zone=PRAGUE)

    def test_over_midnight(self):
        self.assertOpen([0, 1, 22, 23], 22, 2, 120)

    def test_once_a_day_until_the_hour_or_midnight(self):
        self.assertOpen([20, 21, 22, 23], 20, 18, 0)
        self.assertOpen([8, 9, 10, 11], 8, 12, 0)

    def test_bounds_and_every_slot_of_any_window(self):
        for hour_from in range(0, 24, 5):
            for hour_to in range(0, 25, 4):
                for interval in (30, 60, 240):
                    for day in (SPRING, AUTUMN, date(2026, 11, 21)):
                        for slot in slots_of_day(day, PRAGUE, hour_from, hour_to, interval):
                            # the hour that the clock leaves out ends the window on that day, and its slots run after it
                            if day != SPRING:
                                self.assertTrue(is_open(slot, PRAGUE, hour_from, hour_to, interval))


class TestSlots(unittest.TestCase):
    def assertClock(self, expected, day, zone, *window):
        self.assertEqual(clock(slots_of_day(day, zone, *window), zone), expected.split())

    def test_once(self):
        self.assertClock("08:00", date(2026, 11, 21), SAO_PAULO, 8, 18, 0)

    def test_intervals(self):
        day = date(2026, 11, 21)
        self.assertClock("08:00 08:30 09:00 09:30 10:00", day, SAO_PAULO, 8, 10, 30)
        self.assertClock("08:00 09:00 10:00", day, SAO_PAULO, 8, 10, 60)
        self.assertClock("08:00 10:00", day, SAO_PAULO, 8, 11, 120)
        self.assertClock("08:00 12:00 16:00", day, SAO_PAULO, 8, 18, 240)

    def test_half_hours(self):
        self.assertClock("08:30 09:30", date(2026, 11, 21), PRAGUE, 8.5, 10, 60)
        self.assertClock("07:15", date(2026, 11, 21), PRAGUE, 7.25, 7.25, 60)

    def test_over_midnight(self):
        slots = slots_of_day(date(2026, 11, 21), SAO_PAULO, 22, 2, 120)
        self.assertEqual(clock(slots, SAO_PAULO), ["22:00", "00:00", "02:00"])
        self.assertEqual(slots[-1], datetime(2026, 11, 22, 5, 0))

    def test_until_midnight(self):
        self.assertClock("20:00 22:00 00:00", date(2026, 11, 21), PRAGUE, 20, 24, 120)

    def test_spring(self):
        for day, zone, in_utc in (
            (SPRING, PRAGUE, datetime(2026, 3, 29, 1, 0)), (SPRING_NY, NEW_YORK, datetime(2026, 3, 8, 7, 0)),
        ):
            with self.subTest(zone=zone):
                self.assertClock("01:00 01:30 03:00 03:30 04:00", day, zone, 1, 4, 30)
                self.assertEqual(slots_of_day(day, zone, 2, 2, 0), [in_utc], "once, when the clock goes on")

    def test_autumn(self):
        for day, zone in ((AUTUMN, PRAGUE), (AUTUMN_NY, NEW_YORK)):
            with self.subTest(zone=zone):
                self.assertClock("01:00 01:30 02:00 02:30 03:00", day, zone, 1, 3, 30)
                slots = slots_of_day(day, zone, 0, 4, 60)
                self.assertEqual(max(b - a for a, b in zip(slots, slots[1:], strict=False)), timedelta(hours=2))

    def test_every_slot_of_a_year_once(self):
        for zone in (PRAGUE, NEW_YORK):
            with self.subTest(zone=zone):
                day, seen = date(2026, 1, 1), []
                while day.year == 2026:
                    seen += slots_of_day(day, zone, 0, 23, 60)
                    day += timedelta(days=1)
                self.assertEqual(len(set(seen)), len(seen))
                self.assertEqual(len(seen), 365 * 24 - 1, "02:00 and 03:00 are one on one day")
                self.assertEqual(seen, sorted(seen))


class TestNext(unittest.TestCase):
    def test_next(self):
        for after, expected in (
            (datetime(2026, 11, 21, 10, 59), datetime(2026, 11, 21, 11, 0)),
            (datetime(2026, 11, 21, 11, 0), datetime(2026, 11, 21, 12, 0)),
            (datetime(2026, 11, 21, 21, 0), datetime(2026, 11, 22, 11, 0)),
            (datetime(2026, 11, 21, 3, 0), datetime(2026, 11, 21, 11, 0)),
        ):
            with self.subTest(after=after):
                self.assertEqual(next_slot(after, SAO_PAULO, 8, 18, 60), expected)

    def test_after_midnight_in_the_window_of_yesterday(self):
        self.assertEqual(next_slot(datetime(2026, 11, 22, 3, 30), SAO_PAULO, 22, 2, 60), datetime(2026, 11, 22, 4, 0))

    def test_a_year_of_next_slots_skips_none(self):
        """From slot to slot through both changes of the clock."""
        for zone in (PRAGUE, NEW_YORK):
            with self.subTest(zone=zone):
                day, all_slots = date(2025, 12, 31), []
                while day.year < 2027:
                    all_slots += slots_of_day(day, zone, 20, 4, 120)
                    day += timedelta(days=1)
                all_slots = sorted(set(all_slots))
                at, walked = all_slots[0], [all_slots[0]]
                while (at := next_slot(at, zone, 20, 4, 120)) <= all_slots[-1]:
                    walked.append(at)
                self.assertEqual(walked, all_slots)


class TestDaysOff(unittest.TestCase):
    """A window belongs to the day on which it opens."""

    def test_next_working_day(self):
        weekend = {date(2026, 11, 21), date(2026, 11, 22)}
        self.assertEqual(next_slot(datetime(2026, 11, 20, 22, 0), SAO_PAULO, 8, 18, 60, weekend),
                         datetime(2026, 11, 23, 11, 0))

    def test_what_began_on_friday_goes_on_after_midnight(self):
        saturday = {date(2026, 11, 21)}
        at = datetime(2026, 11, 21, 3, 30)  # half past midnight there
        self.assertEqual(next_slot(at, SAO_PAULO, 22, 2, 60, saturday), datetime(2026, 11, 21, 4, 0))
        self.assertTrue(is_open(at, SAO_PAULO, 22, 2, 60, saturday))
        self.assertFalse(is_open(at, SAO_PAULO, 0, 2, 60, saturday))

    def test_any_days_off(self):
        """The slot that comes is the first one of those that are left without these days."""
        for days_off in ({1, 2}, {0}, {-1, 0, 1}, {3, 4, 5, 6}, set(range(2, 60, 2))):
            for after in (datetime(2026, 10, 24, 23, 30), datetime(2026, 11, 21, 11, 0)):
                for window in ((8, 18, 60), (22, 2, 30), (20, 18, 0)):
                    with self.subTest(days_off=days_off, after=after, window=window):
                        first, _last = days_ahead(after, PRAGUE)
                        off = {first + DAY + number * DAY for number in days_off}
                        left = [slot for number in range(70) if (day := first + number * DAY) not in off
                                for slot in slots_of_day(day, PRAGUE, *window)]
                        self.assertEqual(next_slot(after, PRAGUE, *window, off), min(s for s in left if s > after))

    def test_nothing_but_days_off(self):
        after = datetime(2026, 11, 20, 22, 0)
        first, last = days_ahead(after, SAO_PAULO)
        off = {first + number * DAY for number in range((last - first).days + 1)}
        self.assertEqual((next_slot(after, SAO_PAULO, 8, 18, 60, off) - after).days, MOST_DAYS_OFF)
