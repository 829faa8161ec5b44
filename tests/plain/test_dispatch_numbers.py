"""Numbers of documents as people type them."""

import re
import unittest

from tools.dispatch.numbers import TooMany, fits, parse, pattern


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


class TestPattern(unittest.TestCase):
    """What a typed number may stand for."""

    def test_as_people_type_them(self):
        order, invoice, monthly = "S00025", "INV/2026/00039", "FV/2026/11/00039"
        for typed, name, expected in (
            *((typed, order, True) for typed in ("25", "00025", "S25", "s25", "S00025", "S 25", "S-025")),
            *((typed, order, False) for typed in ("5", "2", "250", "S5", "S2", "RS25", "2026/25", "S", "", "25x")),
            *((typed, invoice, True) for typed in (
                "39", "039", "2026/39", "2026-39", "INV/39", "inv39", "INV/2026/39", "inv 2026 39", "/39")),
            *((typed, invoice, False) for typed in (
                "9", "2026", "26/39", "2025/39", "2026/9", "V39", "RINV/39", "INV/20/39", "INV/2026", "2/0/39")),
            *((typed, monthly, True) for typed in ("39", "11/39", "2026/39", "FV/39", "fv/2026/11/39")),
            ("12/39", monthly, False), ("INV/39", "RINV/2026/00039", False),
            ("0", "S00000", True), ("0", "S00010", False),
        ):
            with self.subTest(typed=typed, name=name):
                self.assertEqual(fits(typed, name), expected)

    def test_every_number_fits_itself_with_and_without_zeros(self):
        for name in ("S00025", "INV/2026/00039", "2026-00015", "FAČ/2026/0007", "A.1", "RBNK1/2026/11/0003"):
            with self.subTest(name=name):
                self.assertTrue(fits(name, name))
                digits = re.search(r"[0-9]+$", name)[0]
                self.assertTrue(fits(name.removesuffix(digits) + digits.lstrip("0"), name))
                self.assertTrue(fits(digits.lstrip("0"), name))

    def test_no_sign_of_a_typed_number_is_a_command(self):
        for typed in ("(.*)1", "[1", "S00025|1", "a{9}1", "\\1", "^1", "$1", "(?i)1"):
            with self.subTest(typed=typed):
                re.compile(pattern(typed))
        self.assertIsNone(pattern("x" * 1000 + "1"))
