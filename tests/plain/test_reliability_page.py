"""doc/reliability.md has a row for each fault that a test provokes, and no other; none loses or doubles."""

import unittest

from dev.test import reliability


class TestReliabilityPage(unittest.TestCase):
    def test_rows(self):
        named, page = reliability.named(), reliability.read()
        self.assertEqual(set(named), set(page), "bin/test --reliability writes it")
        self.assertEqual({pair: count for pair, count in named.items() if count > 1}, {})
        self.assertGreater(len(page), 50)

    def test_nothing_lost_and_nothing_doubled(self):
        for (_section, fault), line in reliability.read().items():
            cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
            self.assertEqual((cells[3], cells[4]), ("0", "0"), fault)
            self.assertRegex(cells[8], r"^\d+(, lost 0, doubled 0)?$", fault)

    def test_page_is_the_command_s(self):
        self.assertTrue(reliability.PAGE.read_text(encoding="utf-8").startswith(reliability.HEAD))
