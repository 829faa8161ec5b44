"""Numbers of documents as people type them."""

import unittest

from tools.dispatch.numbers import TooMany, parse


class TestNumbers(unittest.TestCase):
    def test_lists(self):
        for text, expected in (
            ("S00021", ["S00021"]),
            (" S00021 ,S00022;\n\tS00023 ", ["S00021", "S00022", "S00023"]),
            ("S00021 S00021", ["S00021"]),
            ("#S00021.", ["S00021"]),
            ("INV/2026/00042 | RINV/2026/00001", ["INV/2026/00042", "RINV/2026/00001"]),
            ("", []), (None, []), (" ,;\n", []), ("---", ["---"]),
        ):
            with self.subTest(text=text):
                self.assertEqual(list(parse(text)), expected)

    def test_ranges(self):
        expected = ["S00009", "S00010", "S00011"]
        for text in ("S00009-S00011", "S00009 - S00011", "S00009..S00011", "S00009–11", "S00009-00011"):
            with self.subTest(text=text):
                meant = [number for numbers in parse(text).values() for number in numbers]
                members = [number for number in meant if number in expected]
                self.assertEqual(members, expected)

    def test_range_with_slashes(self):
        [members] = parse("INV/2026/00010-00012").values()
        self.assertEqual(members[1:], ["INV/2026/00010", "INV/2026/00011", "INV/2026/00012"])

    def test_what_looks_like_a_range_may_be_a_number(self):
        self.assertEqual(parse("2026-00015")["2026-00015"][0], "2026-00015")

    def test_no_range(self):
        for text in ("S00025-S00021", "S00021-X00025", "A-B"):
            with self.subTest(text=text):
                self.assertEqual(parse(text), {text: [text]})

    def test_too_many(self):
        for text in ("S1-S1000000", "S1..999999", " ".join(map(str, range(2000)))):
            with self.subTest(text=text[:20]), self.assertRaises(TooMany):
                parse(text)
