"""What declarations come to, and input made safe; without Odoo."""

import unittest

from tools.consent import consent


class TestStanding(unittest.TestCase):
    def test_last_word(self):
        declared = [("refused", 0, set()), ("accepted", 0, set())]
        self.assertEqual(consent.standing(declared), [])
        entries = consent.standing([*declared, ("refused", 0, set())])
        self.assertEqual(entries, [[True, 0, []]])
        self.assertTrue(consent.refuses(entries, 7, "invoice"))

    def test_companies_and_kinds(self):
        entries = consent.standing([
            ("refused", 0, set()), ("withdrawn", 2, set()), ("refused", 2, {"order"}), ("accepted", 1, {"invoice"}),
        ])
        self.assertTrue(consent.refuses(entries, 1))
        self.assertFalse(consent.refuses(entries, 1, "invoice"))
        self.assertFalse(consent.refuses(entries, 2))
        self.assertEqual(consent.refused_codes(entries, 2), ["order"])

    def test_nothing_said(self):
        self.assertFalse(consent.refuses(None, 1))
        self.assertFalse(consent.refuses(False, 1, "invoice"))


class TestInput(unittest.TestCase):
    def test_clean(self):
        self.assertEqual(consent.clean(" Jan\r\nBcc:\t x\x00\u202e "), "Jan Bcc: x")
        self.assertEqual(consent.clean("a\r\nb\x1b", lines=True), "a\nb")
        self.assertEqual(consent.clean("e\u0301"), "é")
        for nothing in (None, b"x", ["x"]):
            self.assertEqual(consent.clean(nothing), "")

    def test_mask(self):
        self.assertEqual(consent.mask("ana@silva.example.com"), "a•••@silva.example.com")

    def test_cell(self):
        self.assertEqual([consent.cell(text) for text in ("=1", "-1", "x", None, 0)], ["'=1", "'-1", "x", "", "0"])
