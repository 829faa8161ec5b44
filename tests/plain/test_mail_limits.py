"""Limits of an account in sliding windows, pauses, and times that a wrong clock wrote."""

import random
import unittest
from datetime import datetime, timedelta

from tools.mail import limits

START = datetime(2026, 3, 28, 17, 5)


class Account:
    """What production asks the database for, and a server that counts by itself."""

    def __init__(self, limit):
        self.limit, self.sent = limit, []

    def until(self, now, in_hand=0):
        def newest(number):
            recent = [date for date in self.sent if now - limits.DAY < date <= now][::-1]
            return recent[number] if number < len(recent) else None

        return limits.next_free(newest, self.limit, in_hand, limits.DAY, now)

    def most_in_a_day(self):
        return max(sum(1 for date in self.sent if start <= date < start + limits.DAY) for start in self.sent)


class TestDay(unittest.TestCase):
    def run_through(self, documents, limit, seconds, wake=timedelta(minutes=5), spent=()):
        """Send all, ``seconds`` for each; the worker comes at the time it was told, or up to ``wake`` later."""
        account, now, dice, left = Account(limit), START, random.Random(documents), documents
        account.sent = sorted(spent)
        waiting = []
        while left:
            if until := account.until(now):
                self.assertGreater(until, now)
                waiting.append((now, left))
                now = until + wake * dice.random()
            else:
                now += timedelta(seconds=seconds)
                account.sent.append(now)
                left -= 1
        return account, now, waiting

    def test_two_thousand_through_five_hundred_a_day(self):
        for seconds in (0, 0.1, 3, 60):
            with self.subTest(seconds=seconds):
                account, end, waiting = self.run_through(2000, 500, seconds)
                self.assertEqual(len(account.sent), 2000)
                self.assertLessEqual(account.most_in_a_day(), 500)
                self.assertLess(end, START + timedelta(days=4))
                self.assertEqual(waiting[0][1], 1500, "so many wait for tomorrow")
                self.assertEqual(limits.last_day(1500, 500), 3)

    def test_what_was_sent_before_counts(self):
        spent = [START - timedelta(hours=23, minutes=59 - n % 60) for n in range(400)]
        account, _end, waiting = self.run_through(300, 500, 0.1, spent=spent)
        self.assertEqual(waiting[0][1], 200)
        self.assertLessEqual(account.most_in_a_day(), 500)

    def test_in_the_hands_of_others(self):
        account = Account(2)
        self.assertIsNone(account.until(START, in_hand=1))
        self.assertEqual(account.until(START, in_hand=2), START + limits.SOON)
        account.sent = [START - timedelta(hours=5)]
        self.assertIsNone(account.until(START))
        self.assertEqual(account.until(START, in_hand=1), START + timedelta(hours=19))

    def test_the_window_ends_exactly(self):
        account = Account(1)
        account.sent = [START]
        self.assertEqual(account.until(START + limits.DAY - timedelta(seconds=1)), START + limits.DAY)
        self.assertIsNone(account.until(START + limits.DAY))

    def test_dates_in_the_future_count_no_more(self):
        account = Account(1)
        account.sent = [START + timedelta(days=3650)]
        self.assertIsNone(account.until(START))


class TestPause(unittest.TestCase):
    def test_longer_each_time_and_never_long(self):
        for minutes, pause in ((0, 0), (1, 0), (3, 0), (4, 1), (20, 5), (60, 15), (7200, 15), (-90, 0)):
            with self.subTest(minutes=minutes):
                since = START - timedelta(minutes=minutes)
                self.assertEqual(limits.pause(since, START), timedelta(minutes=pause))


class TestPresets(unittest.TestCase):
    def test_each_says_something(self):
        for name, published in limits.PRESETS.items():
            with self.subTest(preset=name):
                self.assertGreater(published.per_day, 0)
                self.assertTrue(all(value >= 0 for value in vars(published).values()))


if __name__ == "__main__":
    unittest.main()
