"""What sends says so: no button with a harmless name mails customers, and what sends to many asks first."""

import ast
import re
import unittest
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).parents[2]
#: Where everything that goes begins
GOES = "_deliver_soon"
#: Names of Odoo's and Python's: who calls them need not mean ours
GENERAL = {"create", "write", "unlink", "copy", "search", "filtered", "mapped", "action_post"}
#: Words of which a button has one that sends; one without a name of its own shows what it does, counted
SAYS = re.compile(r"\b(Send|Sent|Release|Try|Print|Paper|WhatsApp)\b", re.IGNORECASE)
ANNOUNCED = "announcement"
#: Buttons by which nothing goes that their names do not say
HARMLESS = {
    "action_dispatch_draft": "a person takes it into their own mail program",
    "action_dispatch_skip": "opens the window of the next document",
    "action_move": "the documents go at the time that stands above it",
}
#: Windows that send to many: by a button that says to how many
ASKING = {
    "document_letter_window_view_form": "action_send", "document_statement_window_view_form": "action_send",
    "document_dispatch_preview_view_form": "action_run", "document_dispatch_release_view_form": "action_release",
}


def functions():
    """Yield each function of the addon with the names that it calls."""
    for folder in ("models", "wizard"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield node.name, {
                        call.func.attr for call in ast.walk(node)
                        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)}


def sending():
    """Return the names of methods after which something goes, as far as names tell."""
    calls = list(functions())
    found, before = {GOES}, set()
    while found != before:
        before = set(found)
        found |= {name for name, called in calls if called & found and name not in GENERAL}
    return found


def buttons():
    """Yield the buttons of all views that call a method, each with the record that it stands in."""
    for path in sorted((ROOT / "views").rglob("*.xml")):
        for record in etree.parse(path).iter("record"):
            for button in record.iter("button"):
                if button.get("type") == "object":
                    yield record.get("id"), button


def announces(button):
    """Tell whether a button shows, counted, what it does."""
    return button.find(f"field[@name='{ANNOUNCED}']") is not None


class TestButtons(unittest.TestCase):
    def test_what_sends_says_so(self):
        names = sending().difference(HARMLESS)
        wrong = [
            (view, button.get("name"), button.get("string")) for view, button in buttons()
            if button.get("name") in names and not announces(button) and not SAYS.search(button.get("string") or "")]
        self.assertIn("action_send", names)
        self.assertFalse(wrong)

    def test_to_many_by_number(self):
        found = {view for view, button in buttons() if ASKING.get(view) == button.get("name") and announces(button)}
        self.assertEqual(found, set(ASKING))

    def test_lists_ask_before_they_release(self):
        """A list releases as many as are ticked."""
        for path in sorted((ROOT / "views").rglob("*.xml")):
            for button in etree.parse(path).iterfind(".//list/header/button"):
                self.assertNotEqual(button.get("name"), "action_release", path.name)
