"""What the wheel holds, and what the addon asks of the Python that it comes to."""

import ast
import re
import sys
import unittest
from functools import cache
from pathlib import Path

from dev.package import contents
from dev.toolchain import Stop

ROOT = Path(__file__).parents[2]
PINS = sorted((ROOT / "dev/package").glob("odoo-*.txt"))
#: Name in an import → name of the package, where they differ
PACKAGES = {
    "PIL": "pillow", "dateutil": "python-dateutil", "psycopg2": "psycopg2-binary", "stdnum": "python-stdnum",
}
#: One of both is always there: only this file may ask for them
READERS = {"pypdf", "pypdf2"}
LIBRARY = ROOT / "tools/pdf/library.py"
#: What is asked for where it is used, and done without where it is missing
OPTIONAL = {"brazilfiscalreport", "pypdfium2", "zxingcpp", "resource", "fcntl"}


def files_of_the_addon():
    """Yield the Python files that Odoo may load, those of its tests included."""
    packed = contents.packed(contents.known(), contents.LIST.read_text(encoding="utf-8").splitlines())
    return (ROOT / name for name in packed if name.endswith(".py"))


@cache
def imports(path):
    """Return the package of each import of a file, and whether it runs when the file is loaded."""
    found, waiting = [], [(ast.parse(path.read_text(encoding="utf-8")), True)]
    while waiting:
        node, at_once = waiting.pop()
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        for name in names:
            package = name.partition(".")[0]
            found.append((PACKAGES.get(package, package).lower(), at_once))
        at_once = at_once and not isinstance(node, ast.FunctionDef)
        bodies = (getattr(node, name, ()) for name in ("body", "handlers", "orelse", "finalbody"))
        waiting += [(child, at_once) for body in bodies for child in body]
    return found


def pinned(path):
    """Return the names of the packages of a list."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {re.split("[=<>]", line)[0].lower() for line in lines if line and not line.startswith("#")}


class TestContents(unittest.TestCase):
    def test_list(self):
        files = ["models/a.py", "models/x/b.py", "tests/test_a.py", "tests/plain/test_b.py", "bin/test"]
        lines = ["# words", "models/*.py", "models/*/*.py", "tests/*.py", "-tests/plain/", "-bin/", ""]
        self.assertEqual(contents.packed(files, lines), ["models/a.py", "models/x/b.py", "tests/test_a.py"])

    def test_a_stray_file_is_not_packed(self):
        for stray in ("customers.csv", "models/customers.csv", "static/src/customers.xlsx"):
            with self.subTest(stray), self.assertRaisesRegex(Stop, re.escape(stray)):
                contents.packed(["models/a.py", stray], ["models/*.py"])

    def test_a_line_without_a_file(self):
        with self.assertRaisesRegex(Stop, "models/"):
            contents.packed(["hooks.py"], ["hooks.py", "models/*.py"])

    def test_the_repository(self):
        packed = contents.packed(contents.known(), contents.LIST.read_text(encoding="utf-8").splitlines())
        self.assertIn("__manifest__.py", packed)
        self.assertFalse([name for name in packed if name.startswith(("bin/", "dev/", ".ci/", "tests/plain/"))])


class TestRequirements(unittest.TestCase):
    def test_odoo_brings_what_the_addon_imports(self):
        """Each package, in the oldest and in the newest of Odoo's requirements."""
        self.assertEqual(len(PINS), 2)
        brought = set.intersection(*map(pinned, PINS))
        standard = {name.lower() for name in sys.stdlib_module_names}
        for path in files_of_the_addon():
            for package, at_once in imports(path):
                with self.subTest(path=str(path.relative_to(ROOT)), package=package):
                    in_a_test = not at_once and path.parts[len(ROOT.parts)] == "tests"
                    if package in READERS and not in_a_test:
                        self.assertEqual(path, LIBRARY)
                    elif not in_a_test:
                        self.assertIn(package, brought | standard | OPTIONAL | {"odoo"})

    def test_manifest(self):
        """What it declares is what it imports; Odoo itself imports the others."""
        manifest = ast.literal_eval((ROOT / "__manifest__.py").read_text(encoding="utf-8"))
        declared = set(manifest["external_dependencies"]["python"])
        used = {package for path in files_of_the_addon() if "tests" not in path.parts for package, _ in imports(path)}
        self.assertLessEqual(declared, used)
        self.assertLessEqual(declared, set.intersection(*map(pinned, PINS)))
        for path in PINS:
            self.assertTrue(READERS & pinned(path), path)


if __name__ == "__main__":
    unittest.main()
