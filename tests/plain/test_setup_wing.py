"""Brazil is a wing: no other room names its documents, its fields or its methods; they declare hooks instead."""

import ast
import re
import unittest
from collections import defaultdict

from test_setup_rooms import ROOT, fields, functions

WING = "brazil"
#: Where rooms are; customers' languages, tours and the shop's page are no rooms
TOPS = ("models", "tools", "wizard", "views", "controllers", "report", "data", "security")
#: What the trade in Brazil calls its documents, numbers and ways to pay, and the wing's own model
WORDS = re.compile(
    r"danfse?|nfse?|nf[-?]*e\b|nfs[-?]*e\b|nfc-?e\b|cc-e\b|boletos?|brazil\w*|brasil\w*|cnpj|sefaz|\bpix\b"
    r"|l10n_br\w*|document[._]dispatch[._]file\b", re.IGNORECASE)
#: Words that other rooms say all the same, and why: (file, word) → reason
EXCEPTIONS = {
    ("tools/mail/addresses.py", "nf-?e"): "what people write before an address, in whatever language the field is kept",
    ("data/mail_template.xml", "pix"): "what the text's editor shows in the place of the payment code's name",
}
#: Odoo's own, which the wing follows, too
ODOO = {"_post", "button_cancel", "button_draft"}


def sources(wing):
    """Yield the files of the wing's rooms, or of all others, with their text."""
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*")):
            ours = (WING in path.relative_to(ROOT).parts) == wing
            if ours and path.suffix in (".py", ".xml", ".csv", ".sql") and path.name != "__init__.py":
                yield path, path.read_text(encoding="utf-8")


def declared(wing):
    """Names of the methods and of the addon's fields that these rooms declare."""
    trees = [ast.parse(text) for path, text in sources(wing) if path.suffix == ".py" and "tools" not in path.parts]
    return {name for tree in trees for name in (*functions(tree), *fields(tree))}


class TestWing(unittest.TestCase):

    def test_words_of_the_wing(self):
        """Generic code does not know these words."""
        found = defaultdict(set)
        for path, text in sources(wing=False):
            for number, line in enumerate(text.splitlines(), 1):
                for word in WORDS.findall(line):
                    if (str(path.relative_to(ROOT)), word.lower()) not in EXCEPTIONS:
                        found[f"{path.relative_to(ROOT)}:{number}"].add(word)
        self.assertFalse(found, "say it by a hook, or from a room brazil/")

    def test_names_of_the_wing(self):
        """No window, view, page or record of other rooms asks for a field or method that only the wing has."""
        own = declared(wing=True) - declared(wing=False) - ODOO
        self.assertIn("dispatch_file_ids", own)
        found = {
            f"{path.relative_to(ROOT)}: {name}" for path, text in sources(wing=False)
            for name in own & set(re.findall(r"\w+", text))
        }
        self.assertFalse(found, "declare a hook for it")
