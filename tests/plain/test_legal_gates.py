"""The table of gates: each module of Odoo that calls a service while it sends an invoice has its line, and it fits."""

import ast
import re
import unittest
from functools import cache
from pathlib import Path

from tools.legal import gates
from tools.legal.gates import ACCEPTED, NONE, REJECTED, WAITING, Gate, Legal

ROOT = Path(__file__).parents[2]
HOOKS = {"_call_web_service_before_invoice_pdf_render": True, "_call_web_service_after_invoice_pdf_render": False}
#: Keys that are sending methods, and no extras
METHODS = {"peppol", "nemhandel", "mojeracun"}
#: Fields of account_edi, on which a module of the table stands
FROM_BELOW = {"l10n_sa_edi": "account_edi"}
ADDONS = ROOT / ".dev/odoo/usr/lib/python3/dist-packages/odoo/addons"


def files_of(module):
    return list((ADDONS / module / "models").glob("*.py"))


@cache
def hooks():
    """Return ``{module: names of its web-service hooks}`` of Odoo's source, the base itself left out."""
    found = {}
    for path in ADDONS.glob("*/models/*.py"):
        text = path.read_text(encoding="utf-8")
        if "def _call_web_service_" in text and (module := path.relative_to(ADDONS).parts[0]) != "account":
            found.setdefault(module, set()).update(name for name in HOOKS if f"def {name}(" in text)
    return found


def selections(module):
    """Return ``{field: keys}`` of the selections that a module's models define."""
    found = {}
    for path in [*files_of(module), *files_of(FROM_BELOW.get(module, module))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
                    and getattr(node.value.func, "attr", "") == "Selection"):
                continue
            options = [*node.value.args, *(word.value for word in node.value.keywords if word.arg == "selection")]
            for option in options:
                if isinstance(option, ast.List):
                    keys = {pair.elts[0].value for pair in option.elts if isinstance(pair, ast.Tuple)}
                    found.setdefault(node.targets[0].id, set()).update(keys)
    return found


@unittest.skipUnless(ADDONS.is_dir(), "Odoo's source is not here")
class TestTable(unittest.TestCase):

    def test_each_module_has_a_line(self):
        self.assertEqual(sorted(hooks()), sorted({gate.module for gate in gates.GATES}))

    def test_when_it_is_called(self):
        """A gate says “before the PDF” where the module has that hook."""
        for gate in gates.GATES:
            names = hooks()[gate.module]
            self.assertEqual(gate.before, "_call_web_service_before_invoice_pdf_render" in names, gate.module)

    def test_the_fields_are_there(self):
        for gate in gates.GATES:
            text = "\n".join(path.read_text(encoding="utf-8") for module in (
                gate.module, FROM_BELOW.get(gate.module, gate.module)) for path in files_of(module))
            paths = {gate.state, gate.number, gate.words, gate.handed, gate.error} - {"", gates.CHATTER}
            names = {name for path in paths for name in path.split(".")} | set(gate.ready[:1])
            missing = [name for name in names if not re.search(rf"^    {name} = fields\.", text, re.MULTILINE)]
            self.assertFalse(missing, gate.module)

    def test_each_value_has_a_meaning(self):
        """Each value that the module may write is accepted, rejected, waiting or silent, and in one place only."""
        for gate in gates.GATES:
            values = [*gate.accepted, *gate.rejected, *gate.waiting, *gate.silent]
            field = gate.state.rpartition(".")[2]
            self.assertEqual(sorted(values), sorted(selections(gate.module)[field]), gate.module)

    def test_each_extra_is_known(self):
        """What the window offers beside the methods either calls a service, or makes a file."""
        known = {key for gate in gates.GATES for key in gate.keys} | gates.FILE_EXTRAS
        found = set()
        for path in ADDONS.glob("*/models/account_move_send.py"):
            text = path.read_text(encoding="utf-8")
            if match := re.search(r"def _get_all_extra_edis.*?return res", text, re.DOTALL):
                body = match[0]
                found |= set(re.findall(r"'(\w+)': \{\s*'(?:label|is_applicable)'", body))
                found |= set(re.findall(r"res\['(\w+)'\] =", body))
        self.assertEqual(found, {key for key in known if key not in METHODS})


class TestGuide(unittest.TestCase):

    def test_the_guide_shows_the_table(self):
        text = (ROOT / "doc/administrator.md").read_text(encoding="utf-8")
        shown = re.findall(r"^\| `(\w+)` \| ([^|]+) \| `([\w.]+)` \| ([^|]+) \|", text, re.MULTILINE)
        self.assertEqual(shown, [
            (gate.module, gate.name, gate.state, ", ".join(gate.accepted)) for gate in gates.GATES])

    def test_the_guide_shows_the_dates(self):
        text = (ROOT / "doc/administrator.md").read_text(encoding="utf-8")
        self.assertFalse([day for day in gates.MANDATES.values() if str(day) not in text])


class TestMeaning(unittest.TestCase):

    GATE = Gate("some", "Some", (), "state", accepted=("yes",), rejected=("no",), waiting=("perhaps",),
                silent=("ready",), handed="handed")

    def test_interpret(self):
        for expected, value, handed, error in (
            (ACCEPTED, "yes", False, False), (REJECTED, "no", False, False), (WAITING, "perhaps", False, False),
            (NONE, "ready", False, False), (NONE, False, False, False), (WAITING, False, True, False),
            (REJECTED, "ready", False, True), (ACCEPTED, "yes", True, True),
            # a value that came with a later version lets nothing go
            (WAITING, "new", False, False),
        ):
            with self.subTest(value=value, handed=handed, error=error):
                self.assertEqual(gates.interpret(self.GATE, value, handed, error), expected)

    def test_combine(self):
        yes, no = Legal(ACCEPTED, "A", "", "1"), Legal(REJECTED, "B", "bad")
        later = Legal(WAITING, "C")
        self.assertEqual(gates.combine([]).state, NONE)
        self.assertEqual(gates.combine([Legal(), yes]), yes)
        self.assertEqual(gates.combine([yes, later, no]), no)
        self.assertEqual(gates.combine([yes, later]), later)
        both = gates.combine([yes, yes._replace(name="D", number="2")])
        self.assertEqual((both.state, both.name, both.number), (ACCEPTED, "A, D", "1, 2"))


if __name__ == "__main__":
    unittest.main()
