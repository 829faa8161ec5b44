"""What the addon leaves for people to do is known as the addon's own, so that an uninstall takes it along."""

import ast
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: How Odoo's records get an activity
WAYS = {"activity_schedule", "_activity_schedule_with_view"}


def calls():
    """Yield the place and the call of each activity that the addon leaves."""
    for top in ("models", "wizard", "controllers"):
        for path in sorted((ROOT / top).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WAYS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


class TestAlarms(unittest.TestCase):
    def test_each_activity_has_its_mark(self):
        found = list(calls())
        self.assertGreaterEqual(len(found), 3)
        for place, call in found:
            with self.subTest(place):
                self.assertIn("dispatch_alarm", {keyword.arg for keyword in call.keywords})


if __name__ == "__main__":
    unittest.main()
