"""What is found in a PDF of our own: a number as it stands, and not a part of another one."""

import unittest

from tools.pdf.text import mentions


class TestMentions(unittest.TestCase):
    def test_number_as_it_stands(self):
        for text in (
            "1/2026/5", "Fatura 1/2026/5", "1/2026/5.", "(1/2026/5)", "n.º:1/2026/5\nVencimento", "1/2026/5 11/2026/5",
            "11/2026/5 1/2026/5", "1/2026/5A vencer", "1 / 2 026\n/5",
        ):
            with self.subTest(text=text):
                self.assertTrue(mentions(text, "1/2026/5"))

    def test_part_of_another_one(self):
        for text in ("11/2026/5", "INV1/2026/5", "1/2026/51", "11/2026/51", "1/2026/6", "1/20265", "", "Fatura"):
            with self.subTest(text=text):
                self.assertFalse(mentions(text, "1/2026/5"))

    def test_signs_of_a_number_stand_for_themselves(self):
        self.assertTrue(mentions("Fatura F.26+(1)", "F.26+(1)"))
        self.assertFalse(mentions("Fatura FA26", "F.26"))

    def test_blanks_count_nowhere(self):
        self.assertTrue(mentions("INV 2026 00017", "INV 2026 00017"))
        self.assertTrue(mentions("INV202600017", "INV 2026 00017"))
