"""Which channel it is, no code asks: it asks what the channel can do."""

import ast
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("models", "wizard", "controllers", "report", "tools")
#: Defines a channel, and may know its name
CLASS = "document_dispatch_channel_"
EXAMPLE = ROOT / "tests/addons/document_dispatch_filedrop"
GUIDE = ROOT / "doc/developer.md"
#: Channels of Odoo that dispatches may go by one day
ODOO = {"manual", "peppol", "snailmail", "network"}
#: Where “email” and “paper” are something else: the ways of a declaration of consent; levels of another module
OTHERS = {
    "controllers/consent.py", "models/consent/document_consent.py", "models/reminder/document_reminder_due.py",
}


def codes():
    """Return the codes of all channels of the addon."""
    return ODOO | {path.stem.removeprefix(CLASS) for path in ROOT.glob(f"models/*/{CLASS}*.py")}


def constants(node):
    """Yield the strings that stand in a node."""
    return (leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str))


def comparisons(tree, names):
    """Yield the lines in which a channel is compared with one of these names.

    ``x.channel == "email"``, ``vals["channel"] in ("email",)``, ``("channel", "=", "email")``, SQL, ``match``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            said = [bool(names & set(constants(side))) for side in sides]
            of_channel = ["channel" in ast.unparse(side) for side in sides]
            if any(said) and any(channel and not name for channel, name in zip(of_channel, said, strict=True)):
                yield node.lineno
        elif isinstance(node, ast.Tuple) or isinstance(node, ast.Call) and "Domain" in ast.unparse(node.func):
            parts = node.elts if isinstance(node, ast.Tuple) else node.args
            if len(parts) == 3 and isinstance(parts[0], ast.Constant) and re.search(r"(^|\.)channel$", str(
                parts[0].value)) and names & set(constants(parts[2])):
                yield node.lineno
        elif isinstance(node, ast.Match):
            if "channel" in ast.unparse(node.subject):
                yield node.lineno
        elif isinstance(node, ast.Constant) and re.search(
                rf"\bchannel\s*(=|!=|<>|IN|NOT IN)\s*\(?\s*'({'|'.join(names)})'", str(node.value)):
            yield node.lineno


class TestChannelNames(unittest.TestCase):
    def test_comparisons_are_found(self):
        for code, found in (
            ('x = one.channel == "email"', 1), ('y = vals["channel"] in ("email", "paper")', 1),
            ('d = [("channel", "=", "paper")]', 1), ('d = Domain("dispatch_id.channel", "in", ["email"])', 1),
            ('sql = "SELECT 1 WHERE d.channel = \'email\'"', 1), ('x = "paper" != window.dispatch_channel', 1),
            ('vals = {"channel": "email"}', 0), ('x = state == "paper"', 0), ('x = one.channel == other.channel', 0),
        ):
            with self.subTest(code):
                self.assertEqual(len(list(comparisons(ast.parse(code), {"email", "paper"}))), found)

    def test_no_comparison_by_name(self):
        names = codes()
        self.assertLessEqual({"email", "paper", "whatsapp"}, names)
        wrong = [
            f"{path.relative_to(ROOT)}:{line}"
            for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))
            if not path.name.startswith(CLASS) and str(path.relative_to(ROOT)) not in OTHERS
            for line in comparisons(ast.parse(path.read_text(encoding="utf-8")), names)
        ]
        self.assertFalse(wrong)

    def test_no_view_compares(self):
        """Views of dispatches ask ``channel_actions``; ``dispatch_channel`` is a choice of the window itself."""
        wrong = [
            f"{path.relative_to(ROOT)}: {found}"
            for path in sorted((ROOT / "views").rglob("*.xml"))
            for found in re.findall(r"(?<!dispatch_)\bchannel (?:==|!=|in|not in) [('\w]*",
                                    path.read_text(encoding="utf-8"))
        ]
        self.assertFalse(wrong)


class TestExample(unittest.TestCase):
    def test_guide_shows_the_example(self):
        """Each file of the example stands in the guide as it is, and it is short."""
        text = GUIDE.read_text(encoding="utf-8")
        files = sorted(path for path in EXAMPLE.rglob("*.py"))
        for path in files:
            with self.subTest(path.name):
                code = path.read_text(encoding="utf-8")
                self.assertIn(f"`{path.relative_to(EXAMPLE)}`\n\n```python\n{code}```\n", text)
        self.assertLessEqual(sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files), 40)

    def test_guide_names_what_there_is(self):
        """Methods that the guide names are the base class's own, or the mixin's."""
        base = "".join((ROOT / "models/dispatch" / f"document_dispatch_{name}.py").read_text(encoding="utf-8")
                       for name in ("channel", "mixin_sending"))
        section = GUIDE.read_text(encoding="utf-8").partition("\n## Add a channel\n")[2].partition("\n## ")[0]
        named = set(re.findall(r"`(_[a-z_]+)\(", section))
        self.assertTrue(named)
        self.assertFalse([name for name in named if f"def {name}(" not in base])
