"""What ``bin/neighbours`` makes of Odoo's log: nothing that went wrong is lost, and no silence is a success."""

import re
import sys
import unittest
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from dev.neighbours import known, outcome  # noqa: E402

STAMP = "2026-03-02 09:00:00,000 1 {} neighbours_x {}: {}\n"
TESTS = "odoo.addons.sale.tests.test_sale"


def run(*records, exit_code=0):
    """Return the outcome of a log: ``(level, logger, text)``."""
    found = outcome.Outcome()
    for record in records:
        for line in STAMP.format(*record).splitlines(keepends=True):
            found.read(line)
    found.ended(exit_code)
    return found


def starting(test="TestSale.test_one", logger=TESTS):
    return "INFO", logger, f"Starting {test} ..."


class TestNeighbours(unittest.TestCase):
    def _row(self, after, before=None, module="sale"):
        return outcome.compare(module, "19.0", before or run(), after)

    def test_all_well(self):
        row = self._row(run(starting()))
        self.assertEqual((row.cells, row.unexplained), (("sale", "19.0", "1", 0, ""), []))

    def test_failure(self):
        after = run(starting(), ("ERROR", TESTS, "FAIL: TestSale.test_one\nTraceback"), exit_code=1)
        self.assertEqual(self._row(after).unexplained, ["sale: TestSale.test_one"])
        self.assertEqual(after.suspects("sale"), ["/sale:TestSale.test_one"])
        self.assertEqual(self._row(after, after).unexplained, [])

    def test_error_beside_a_test(self):
        """It belongs to the test that was running, and is none where it is logged without the addon, too."""
        after = run(starting(), ("ERROR", "odoo.sql_db", "bad query: 17\nTraceback"))
        self.assertEqual(
            self._row(after).unexplained, ["sale: TestSale.test_one logged odoo.sql_db: bad query: …"])
        self.assertEqual(after.suspects("sale"), ["/sale:TestSale.test_one"])
        before = run(starting(), ("ERROR", "odoo.sql_db", "bad query: 4\nTraceback"))
        self.assertEqual(self._row(after, before).unexplained, [])

    def test_error_outside_of_tests(self):
        after = run(("CRITICAL", "odoo.modules.registry", "Failed to load registry"), starting())
        self.assertEqual(
            after.tests["failed"], {outcome.OUTSIDE: {"logged odoo.modules.registry: Failed to load registry"}})

    def test_set_up_and_tear_down(self):
        for method in ("setUpClass", "tearDownClass"):
            after = run(("ERROR", TESTS, f"ERROR: {method} (odoo.addons.sale.tests.test_sale.TestSale)"), exit_code=1)
            self.assertEqual(after.suspects("sale"), ["/sale:TestSale"])
            self.assertEqual(len(self._row(after).unexplained), 2, "no test ran, too")

    def test_exit_code(self):
        failure = "ERROR", TESTS, "FAIL: TestSale.test_one\nTraceback"
        for records, exit_code, wrong in (
            ([starting()], 0, False), ([starting()], 1, True), ([starting(), failure], 1, False),
            ([starting(), failure], 255, True), ([starting()], -9, True),
        ):
            with self.subTest(exit_code=exit_code, records=records):
                outside = run(*records, exit_code=exit_code).tests["failed"][outcome.OUTSIDE]
                self.assertEqual(outside, {f"Odoo ended with exit code {exit_code}"} if wrong else set())

    def test_no_test_ran(self):
        skipped = run(starting(), ("INFO", TESTS, "skipped TestSale.test_one (x) : no browser"))
        for after in (run(), skipped):
            row = self._row(after)
            self.assertEqual(row.unexplained, ["sale: no test ran"])
            self.assertEqual(row.cells[3], "", "not 0 new failures")
        with patch.dict(outcome.WITHOUT_TESTS, sale="its tests need a browser"):
            row = self._row(run())
        self.assertEqual(row.unexplained, [])
        self.assertIn("no test ran: its tests need a browser", row.remark)

    def test_intended_and_not_so_any_more(self):
        with patch.dict(outcome.INTENDED, {"sale: TestSale.test_one": "so it is"}):
            self.assertEqual(
                self._row(run(starting())).unexplained, ["sale: TestSale.test_one is meant to fail, and does not"])
            failure = "ERROR", TESTS, "FAIL: TestSale.test_one\nTraceback"
            self.assertEqual(self._row(run(starting(), failure, exit_code=1)).unexplained, [])

    def test_each_difference_is_in_the_guide(self):
        guide = (ROOT / "doc/administrator.md").read_text(encoding="utf-8")
        section = guide.partition("## Differences to Odoo")[2].replace("*", "")
        for difference in sorted(set(known.INTENDED.values())):
            self.assertIn(f"- {difference}", section)
        self.assertEqual(section.count("\n- "), len(set(known.INTENDED.values())), "each shown by a test")

    def test_themes_are_files(self):
        for theme in known.THEMES:
            self.assertTrue((ROOT / "tests" / f"test_{theme}.py").exists(), theme)

    def test_each_country_of_a_test_beside_others_has_its_neighbourhood(self):
        """Else its class is skipped everywhere, and nobody misses it."""
        text = (ROOT / "tests/test_legal_beside.py").read_text(encoding="utf-8")
        wanted = re.findall(r'^class (\w+).*\n    module = "(\w+)"(?s:.*?)setup_country\("(\w+)"\)', text, re.MULTILINE)
        self.assertEqual(len(wanted), text.count("setup_country("))
        for name, module, country in wanted:
            self.assertTrue(any(
                neighbours.own and module in neighbours.modules
                # its chart of accounts, or what depends on it
                and any(f"{other}_".startswith(f"l10n_{country}_") for other in neighbours.modules)
                for neighbours in known.NEIGHBOURHOODS.values()
            ), f"{name} runs nowhere")
