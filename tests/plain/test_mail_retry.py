"""When a deferred message is tried again, and when it is given up: RFC 5321 §4.5.4.1."""

import unittest
from datetime import datetime, timedelta

from tools.mail import retry

FIRST = datetime(2026, 3, 28, 23, 50)


class TestRetry(unittest.TestCase):
    def test_steps(self):
        for tries, minutes in ((1, 5), (2, 15), (3, 30), (4, 60), (5, 120), (6, 180), (7, 180), (40, 180)):
            with self.subTest(tries=tries):
                self.assertEqual(retry.next_try(tries, FIRST, FIRST), FIRST + timedelta(minutes=minutes))

    def test_counted_from_the_failed_try(self):
        now = FIRST + timedelta(hours=7, minutes=13)
        self.assertEqual(retry.next_try(3, FIRST, now), now + timedelta(minutes=30))

    def test_first_retries_within_the_hour_and_then_every_two_to_three_hours(self):
        times = self._all_tries()
        within_the_hour = [when for when in times if when - FIRST <= timedelta(hours=1)]
        self.assertGreaterEqual(len(within_the_hour), 3)
        late = [when for when in times if when - FIRST > timedelta(hours=3)]
        waits = {later - earlier for earlier, later in zip(late, late[1:], strict=False)}
        self.assertTrue(all(timedelta(hours=2) <= wait <= timedelta(hours=3) for wait in waits), waits)

    def test_given_up_after_four_days_and_not_much_earlier(self):
        last = self._all_tries()[-1]
        self.assertLessEqual(last, FIRST + timedelta(days=4))
        self.assertGreater(last, FIRST + timedelta(days=4) - timedelta(hours=3))

    def test_the_last_moment(self):
        end = FIRST + retry.DEFAULT_LIFETIME
        self.assertEqual(retry.next_try(1, FIRST, end - timedelta(minutes=5)), end)
        self.assertIsNone(retry.next_try(1, FIRST, end - timedelta(minutes=5) + timedelta(seconds=1)))

    def test_found_late_by_the_scheduler(self):
        """The scheduler was off for a week: the try that it made is the last one."""
        self.assertIsNone(retry.next_try(2, FIRST, FIRST + timedelta(days=7)))

    def test_configurable(self):
        options = {"steps": (1, 10), "lifetime": timedelta(minutes=30)}
        self.assertEqual(retry.next_try(1, FIRST, FIRST, **options), FIRST + timedelta(minutes=1))
        self.assertEqual(retry.next_try(9, FIRST, FIRST, **options), FIRST + timedelta(minutes=10))
        self.assertIsNone(retry.next_try(9, FIRST, FIRST + timedelta(minutes=21), **options))

    def test_settings_that_say_nothing_usable(self):
        for text in (None, False, "", "abc", "-5", "²", "9" * 5000, "1e9", "nan", "inf", "0"):
            with self.subTest(text=text):
                self.assertEqual(retry.parse_steps(text), retry.DEFAULT_STEPS)
                self.assertEqual(retry.parse_days(text), retry.DEFAULT_LIFETIME)
        self.assertEqual(retry.parse_steps("5; 15, 60"), (5, 15, 60))
        self.assertEqual(retry.parse_days(" 0.5 "), timedelta(days=0.5))

    def test_only_its_own_waits_are_spent(self):
        """Whatever a message waited for besides, it is given up after as many tries as without."""
        for tries, minutes in ((0, 0), (1, 5), (3, 50), (6, 410), (8, 770)):
            with self.subTest(tries=tries):
                self.assertEqual(retry.spent(tries), timedelta(minutes=minutes))
        now, tries = FIRST, 1
        while when := retry.next_try(tries, now - retry.spent(tries - 1), now):
            now, tries = when + timedelta(days=3), tries + 1
        self.assertEqual(tries, len(self._all_tries()))

    @staticmethod
    def _all_tries():
        """The times of all tries of a message that the server always puts off."""
        times = [FIRST]
        while when := retry.next_try(len(times), FIRST, times[-1]):
            times.append(when)
        return times
