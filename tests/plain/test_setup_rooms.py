"""The plan of the house: rooms by theme, imports and calls that run downwards, and a README that shows the same."""

import ast
import re
import unittest
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Rooms of ``models/`` from the lowest up: a room uses those before it, and overrides what they declare.
ROOMS = (
    "dispatch", "recipients", "text", "page", "delivery", "rule", "documents", "setup", "paper", "correspondence",
    "kinds", "legal", "reminder", "consent", "brazil",
)
#: How scripts of updates name the addon
PACKAGE = "odoo.addons.document_dispatch."
#: Names that a room calls and Odoo or Python defines, too: the call is theirs.
ODOO = {
    "_generate_template_attachments", "_get_default_sending_settings", "_get_records_action", "_render",
    "_render_field", "_send", "button_cancel", "button_draft", "exists", "get_paperformat", "wait",
}
#: Calls that run upwards, and why they stay: (room, name) → reason
EXCEPTIONS = {}


def python_files(top):
    """Yield the Python files below a folder of the addon, without those that only import."""
    return (path for path in sorted((ROOT / top).rglob("*.py")) if path.name != "__init__.py")


def room_of(path):
    """Return the room of a file: the folder below models, tools or wizard."""
    return path.relative_to(ROOT).parts[1]


def imported(path):
    """Yield the parts of the name of each module of the addon that a file imports."""
    here = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level + 1]
            yield base + tuple((node.module or "").split(".")) if node.module else base


def functions(tree):
    """Yield the names of all functions of a module that are the house's own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
            yield node.name


def fields(tree):
    """Yield the names of the fields that a module adds to models, those with the addon's prefix."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                    name = line.targets[0].id
                    if name.startswith(("dispatch_", "dematerialization_")):
                        yield name


def named(tree):
    """Yield what a module calls or reads: names behind a dot, and methods and fields named in quotes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and re.fullmatch(r"_?[a-z]+(_[a-z]+)+", str(node.value)):
            yield node.value


def is_there(parts, name):
    """Tell whether a module of the addon has a name, or a package such a module."""
    place = ROOT.joinpath(*parts)
    if place.is_dir():
        return (place / f"{name}.py").exists() or (place / name).is_dir()
    module = place.with_suffix(".py")
    return module.exists() and bool(re.search(rf"^(def |class |[A-Z_, ]*)\b{name}\b",
                                              module.read_text(encoding="utf-8"), re.MULTILINE))


class TestRooms(unittest.TestCase):

    def test_models_are_rooms(self):
        """Each file of models stands in a room, and the rooms are loaded from the lowest up."""
        text = (ROOT / "models/__init__.py").read_text(encoding="utf-8")
        self.assertEqual(tuple(re.findall(r"^from \. import (\w+)$", text, re.MULTILINE)), ROOMS)
        folders = {path.name for path in (ROOT / "models").iterdir() if path.is_dir() and path.name != "__pycache__"}
        self.assertEqual(folders, set(ROOMS))
        self.assertFalse([path.name for path in (ROOT / "models").glob("*.py") if path.name != "__init__.py"])

    def test_readme_shows_the_rooms(self):
        """The README's table of rooms has each of them, in their order from the top."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        table = re.findall(r"^\| `models/(\w+)/` \|", text, re.MULTILINE)
        self.assertEqual(tuple(reversed(table)), ROOMS)

    def test_imports_run_downwards(self):
        wrong = []
        for path in python_files("models"):
            rank = ROOMS.index(room_of(path))
            for parts in imported(path):
                if parts[0] in ("wizard", "controllers", "report"):
                    wrong.append(f"{path.relative_to(ROOT)} imports {'.'.join(parts)}")
                elif parts[0] == "models" and len(parts) > 1 and ROOMS.index(parts[1]) > rank:
                    wrong.append(f"{path.relative_to(ROOT)} imports from {parts[1]}, above it")
        self.assertFalse(wrong)

    def test_tools_know_no_odoo(self):
        """``tools/`` is plain Python: it imports neither Odoo nor the models."""
        wrong = []
        for path in python_files("tools"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                wrong += [f"{path.relative_to(ROOT)}: {name}" for name in names if name.partition(".")[0] == "odoo"]
            wrong += [f"{path.relative_to(ROOT)}: {'.'.join(parts)}" for parts in imported(path) if parts[0] != "tools"]
        self.assertFalse(wrong)

    def test_calls_run_downwards(self):
        """A room calls what it or a lower one declares; what stays upwards is listed with its reason."""
        trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in python_files("models")}
        declared = defaultdict(set)
        for path, tree in trees.items():
            for name in (*functions(tree), *fields(tree)):
                declared[name].add(ROOMS.index(room_of(path)))
        upwards = defaultdict(list)
        for path, tree in trees.items():
            rank = ROOMS.index(room_of(path))
            for name in set(named(tree)) - ODOO:
                if name in declared and min(declared[name]) > rank:
                    upwards[room_of(path), name].append(path.name)
        self.assertEqual(set(upwards), set(EXCEPTIONS), dict(upwards))

    def test_scripts_find_what_they_import(self):
        """Scripts of updates, which no other test runs, and commands import by the whole name."""
        wrong = []
        for top in ("migrations", "dev"):
            for path in python_files(top):
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
                        wrong += [f"{path.relative_to(ROOT)}: {node.module}, {alias.name}" for alias in node.names
                                  if not is_there(node.module.removeprefix(PACKAGE).split("."), alias.name)]
        self.assertFalse(wrong)

    def test_files_are_named_after_models(self):
        """A file of models begins with the name of a model that it defines or extends."""
        wrong = []
        for path in python_files("models"):
            text = path.read_text(encoding="utf-8")
            models = re.findall(r'^    _(?:name|inherit) = "([a-z_.]+)"$', text, re.MULTILINE)
            if models and not any(path.stem.startswith(model.replace(".", "_")) for model in models):
                wrong.append(f"{path.relative_to(ROOT)}: {', '.join(models)}")
            if len(set(models)) > 2:
                wrong.append(f"{path.relative_to(ROOT)} holds several models: {', '.join(models)}")
        self.assertFalse(wrong)
