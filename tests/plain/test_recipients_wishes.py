"""What customers wish: when the next collection goes, and a reference that is one line of a subject."""

import unittest
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tools.recipients.wishes import add_reference, clean, drop_reference, next_collection
from tools.rule.schedule import days_between, is_day_of, last_day_of, period_days

PRAGUE = "Europe/Prague"


class TestCollections(unittest.TestCase):
    def test_the_first_that_fits(self):
        """Always later, at that hour of that day on the clock, and none lies between."""
        random = Random(7)
        for _case in range(600):
            after = datetime(2026, 1, 1) + timedelta(minutes=random.randrange(2 * 366 * 24 * 60))
            period = random.choice(("day", "week", "month"))
            weekday, day, hour = random.randrange(7), random.randint(1, 31), random.choice((0, 2.5, 8, 23.75))
            found = next_collection(after, PRAGUE, hour, period, weekday, day)
            self.assertGreater(found, after)
            wall = found.replace(tzinfo=UTC).astimezone(ZoneInfo(PRAGUE))
            self.assertTrue(is_day_of(wall.date(), period, weekday, day))
            if (wall.month, wall.day) not in ((3, 29), (3, 28)):  # an hour that the clock leaves out
                self.assertEqual(wall.hour + wall.minute / 60, hour)
            most = {"day": 1, "week": 7, "month": 31}[period]
            self.assertLessEqual(found - after, timedelta(days=most, hours=1))

    def test_last_day_of_a_short_month(self):
        self.assertEqual(next_collection(datetime(2027, 2, 1), "UTC", 8, "month", day=31), datetime(2027, 2, 28, 8))
        self.assertEqual(next_collection(datetime(2028, 2, 1), "UTC", 8, "month", day=30), datetime(2028, 2, 29, 8))


class TestPeriods(unittest.TestCase):
    def test_each_moves_to_the_next_day_that_is_not_off(self):
        weekend = {day for day in days_between(date(2026, 1, 1), date(2026, 12, 31)) if day.weekday() > 4}
        days = period_days(date(2026, 7, 1), date(2026, 9, 30), "month", 0, 1, weekend)
        self.assertEqual(days, {date(2026, 7, 1), date(2026, 8, 3), date(2026, 9, 1)})

    def test_last_day(self):
        self.assertEqual(last_day_of(date(2026, 12, 2), "month", 0, 1), date(2026, 12, 1))
        self.assertEqual(last_day_of(date(2026, 12, 2), "month", 0, 31), date(2026, 11, 30))
        self.assertEqual(last_day_of(date(2026, 12, 2), "week", 4, 1), date(2026, 11, 27))


class TestReference(unittest.TestCase):
    def test_one_line(self):
        for text in ("a\r\nBcc: x@y.z", "a\nb", "a\u2028b\u202eb", "a\x00b", "\t a  b "):
            line = clean(text)
            self.assertTrue(all(letter.isprintable() for letter in line), text)
            self.assertEqual(line, line.strip())
        self.assertEqual(clean(None), "")

    def test_added_once_and_taken_away(self):
        self.assertEqual(add_reference("Fatura 7", "N 1"), "Fatura 7 [N 1]")
        self.assertEqual(add_reference("Fatura 7 [N 1]", "N 1"), "Fatura 7 [N 1]")
        self.assertEqual(add_reference(False, "N 1"), "[N 1]")
        self.assertEqual(add_reference("Fatura 7", ""), "Fatura 7")
        self.assertEqual(drop_reference("Fatura 7 [N 1]", "N 1"), "Fatura 7")
        self.assertEqual(drop_reference("Fatura 7", "N 1"), "Fatura 7")
