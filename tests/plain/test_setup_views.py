"""What is held for all views at once: words beside pictures, and one look for a state."""

import re
import unittest
from pathlib import Path

from lxml import etree

from tools.brazil import checks
from tools.dispatch import states

ROOT = Path(__file__).parents[2]
FILES = sorted(path for folder in ("views", "report", "data") for path in (ROOT / folder).rglob("*.xml"))
STATE_FIELD = (ROOT / "static/src/state_field/state_field.js").read_text(encoding="utf-8")
#: Attributes that are read aloud, or shown when the pointer rests
NAMES = ("title", "aria-label", "t-att-title", "t-att-aria-label", "t-attf-title", "t-attf-aria-label")
#: Elements of a view that Odoo draws as something to press
PRESSED = ("button", "a")


def elements(*tags):
    """Yield ``(where, element)`` of every file."""
    for path in FILES:
        for element in etree.parse(path).iter(*tags):
            yield f"{path.relative_to(ROOT)}:{element.sourceline}", element


def has_words(element):
    """Tell whether there is something to read in the element: text, a field, or what a template puts there."""
    if "".join(element.itertext()).strip() or element.get("string"):
        return True
    return any(child.tag == "field" or {"t-out", "t-esc", "t-field", "t-call"} & set(child.attrib)
               for child in element.iter() if isinstance(child.tag, str))


class TestViews(unittest.TestCase):
    def test_files_are_found(self):
        self.assertGreater(len(FILES), 30)

    def test_pictures_say_what_they_show(self):
        for where, element in elements("img"):
            with self.subTest(where):
                self.assertTrue({"alt", "t-att-alt", "t-attf-alt"} & set(element.attrib))

    def test_buttons_have_a_name(self):
        for where, element in elements(*PRESSED):
            with self.subTest(where):
                self.assertTrue(has_words(element) or any(element.get(name) for name in NAMES))

    def test_icons_beside_no_words_have_a_title(self):
        """An icon that stands alone is read aloud by its title; one beside words is left out (``aria-hidden``)."""
        for where, element in elements("i", "span"):
            if re.search(r"\b(fa|oi)\b", element.get("class", "")):
                with self.subTest(where):
                    self.assertTrue(any(element.get(name) for name in NAMES) or element.get("aria-hidden") == "true")

    def test_fields_of_public_forms_have_a_label(self):
        for where, element in elements("input", "textarea", "select"):
            if element.get("type") in ("hidden", "submit"):
                continue
            labels = element.xpath("ancestor::label | //label[@for=$id]", id=element.get("id") or "?")
            with self.subTest(where):
                self.assertTrue(labels or any(element.get(name) for name in NAMES))


class TestStateField(unittest.TestCase):
    def test_one_look_everywhere(self):
        """No view gives the state of a document colours of its own."""
        for where, element in elements("field"):
            if element.get("name") == "dispatch_state" and element.get("widget"):
                with self.subTest(where):
                    self.assertEqual(element.get("widget"), "dispatch_state")
                    self.assertFalse([name for name in element.attrib if name.startswith("decoration-")])

    def test_every_state_has_a_look(self):
        """Grey is left to what is over without having gone."""
        [looks] = re.findall(r"const LOOKS = \{(.*?)\};", STATE_FIELD, re.DOTALL)
        known = re.findall(r'"(\w+)"', looks)
        self.assertEqual(len(known), len(set(known)))
        there = set(states.RECIPIENT_TRANSITIONS) | set(states.DISPATCH_TRANSITIONS) | {
            states.SENT_BY_POST, "to_send", "done", "todo", "reading", checks.OK, checks.WARNING, checks.ERROR}
        self.assertEqual(there - set(known), {states.CANCELLED})
        self.assertFalse(set(known) - there)
