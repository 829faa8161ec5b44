"""Conditions of rules: what is a domain, and what old code says as one."""

import time
import unittest

from tools.rule import conditions

TODAY = "context_today()"


class TestRead(unittest.TestCase):
    def test_domains(self):
        for text, domain in (
            (None, []), (" ", []), ("[]", []), (" [('date', '>', 'today -30d')]", [("date", ">", "today -30d")]),
            ("['|', ['a', '=', 1], ('b', 'in', [True, False, 'x'])]",
             ["|", ["a", "=", 1], ("b", "in", [True, False, "x"])]),
        ):
            with self.subTest(text=text):
                self.assertEqual(conditions.read(text), domain)

    def test_code_is_not_run(self):
        before = time.monotonic()
        for text in (
            "[(1, '=', time.sleep(9))]", "__import__('os')", "[('a', '=', uid)]", "[x for x in (1, 2)]", "(", "1", "{}",
            "[" * 10_000, "(" * 90_000, "[9**9**9]", "['a' * 10**9]", "[('date', '>', context_today())]",
            f"[{'1, ' * 9000}]",
        ):
            with self.subTest(text=text[:40]), self.assertRaises(ValueError):
                conditions.read(text)
        self.assertLess(time.monotonic() - before, 2)


class TestModernise(unittest.TestCase):
    def say(self, expression):
        text = conditions.modernise(f"['&', ('x', '=', 1), ('date', '>=', {expression})]", 7)
        return text and conditions.read(text)[2][2]

    def test_a_domain_stays_as_it_is_written(self):
        for text in ("[]", "[('date','>',  'today')]"):
            self.assertEqual(conditions.modernise(text, 7), text)

    def test_understood(self):
        for expression, said in (
            ("uid", 7),
            (TODAY, "today"),
            (f"{TODAY}.strftime('%Y-%m-%d')", "today"),
            (f"{TODAY}.strftime('%Y-%m-01')", "today =1d"),
            ("time.strftime('%Y-01-01')", "today =1m =1d"),
            ("datetime.date.today() - datetime.timedelta(30)", "today -30d"),
            (f"({TODAY} - datetime.timedelta(weeks=2, days=1)).strftime('%Y-%m-%d')", "today -2w -1d"),
            (f"{TODAY} + relativedelta(days=-7)", "today -7d"),
            (f"{TODAY} - relativedelta(day=31, months=1)", "today -1m =31d"),
            (f"({TODAY} + relativedelta(day = 1, month = 1)).strftime('%Y-%m-%d')", "today =1m =1d"),
            ("(datetime.datetime.now() - datetime.timedelta(hours=3)).strftime('%Y-%m-%d %H:%M:%S')", "now -3H"),
            ("(datetime.datetime.now() - datetime.timedelta(days=3)).strftime('%Y-%m-%d')", "today -3d"),
            (f"datetime.datetime.combine({TODAY} + relativedelta(days = -7), datetime.time(0, 0, 0)).to_utc()"
             ".strftime('%Y-%m-%d %H:%M:%S')", "today -7d"),
        ):
            with self.subTest(expression=expression):
                self.assertEqual(self.say(expression), said)

    def test_not_understood(self):
        for expression in (
            "time.sleep(9)", f"{TODAY}.year", f"{TODAY}.replace(day=1)", f"{TODAY}.strftime('%d/%m/%Y')", "now()",
            f"{TODAY} + relativedelta(weekday=0)", f"{TODAY} + relativedelta(days=x)",
            f"{TODAY} + datetime.timedelta(1.5)",
            f"{TODAY} * 2",
            "(datetime.datetime.now() - datetime.timedelta(hours=3)).strftime('%Y-%m-%d')", "x if y else z",
        ):
            with self.subTest(expression=expression):
                self.assertIsNone(self.say(expression))
        for text in ("(", TODAY, "[('a', '=', uid)] + [('b', '=', 1)]", "[" * 5000, "(" * 90_000):
            self.assertIsNone(conditions.modernise(text, 7))
