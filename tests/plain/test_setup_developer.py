"""The developers' guide shows the very files that the tests install, and they are as short as it promises."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "doc/developer.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "tests/addons/document_dispatch_example_purchase"
#: Lines of Python for a kind, and of all that the guide shows of it
MOST_PYTHON, MOST = 30, 40


def shown(heading):
    """Return the blocks of code below a heading of the guide."""
    [section] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    return re.findall(r"^```\w+\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


class TestDeveloper(unittest.TestCase):
    def test_kind_of_document(self):
        kind, types = (EXAMPLE / name for name in ("models/purchase_order.py", "data/document_dispatch_type.xml"))
        texts = [path.read_text(encoding="utf-8") for path in (kind, types)]
        self.assertEqual(shown("Add a kind of document"), texts)
        self.assertLessEqual(len(texts[0].splitlines()), MOST_PYTHON)
        self.assertLessEqual(sum(len(text.splitlines()) for text in texts), MOST)

    def test_nothing_else_makes_the_kind(self):
        """The example holds no more code than the guide shows."""
        code = {path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*.py")
                if not path.is_relative_to(EXAMPLE / "tests") and path.name not in ("__init__.py", "__manifest__.py")}
        self.assertEqual(code, {"models/purchase_order.py"})
