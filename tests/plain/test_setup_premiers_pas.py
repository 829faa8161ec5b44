"""The French guide calls things what the French screens call them."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]
# In two languages, or with the document's name in it
OTHERS = {"Document Dispatch", "Statut d’envoi : Envoyé"}


def _text(path):
    return (ROOT / path).read_text(encoding="utf-8").replace("\u00a0", " ")


class TestPremiersPas(unittest.TestCase):
    def test_names_are_on_the_screen(self):
        guide = re.sub(r"\*\*.+?\*\*", "", _text("doc/premiers_pas.md"), flags=re.S)
        names = {" ".join(name.split()) for name in re.findall(r"\*([^*|]+?)\*", guide)} - OTHERS
        said = {re.sub(r"<.*?>", "", text) for text in re.findall(r'^msgstr "(.+)"$', _text("i18n/fr.po"), re.M)}
        self.assertGreater(len(names), 25)
        self.assertEqual(names - said, {"italique"})
