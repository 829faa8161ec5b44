"""Two rooms that give a method of one model the same name: the upper one calls the lower one, or says why not."""

import ast
import re
import unittest
from collections import defaultdict

from test_setup_rooms import ROOMS, python_files, room_of

#: (model, method) → why the upper definition takes the place of a lower one that does something
MEANT = {("res.partner", "_dispatch_directory"): "the lower room knows nobody: its directory is empty"}


def model_of(node):
    """Return the name of the model that a class defines or extends; ``None`` for any other class."""
    said = {
        line.targets[0].id: ast.literal_eval(line.value) for line in node.body
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
        and line.targets[0].id in ("_name", "_inherit")
    }
    inherit = said.get("_inherit")
    return said.get("_name") or (inherit if isinstance(inherit, str) else inherit and inherit[0])


def calls_super(method):
    """Tell whether a method hands on to the one that it overrides: ``super().name`` or ``super(Class, other).name``."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == method.name and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name) and node.value.func.id == "super"
        for node in ast.walk(method)
    )


def declares(method):
    """Tell whether a method does nothing yet: it is a lower room's word for what an upper one knows."""
    calls = [node.func for line in method.body for node in ast.walk(line) if isinstance(node, ast.Call)]
    simple = all(isinstance(line, (ast.Expr, ast.Pass, ast.Raise, ast.Return)) for line in method.body)
    return simple and all(isinstance(call, ast.Name) and call.id == "NotImplementedError" for call in calls)


def definitions(text):
    """Yield model, method, whether it calls super and whether it does nothing for each method of a file's models."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and (model := model_of(node)):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield model, method.name, calls_super(method), declares(method)


def replaced(files):
    """Return the methods that a later file of these defines anew without calling the earlier one.

    :param files: (name, text), in the order in which they are loaded
    :return: ``{(model, method): [names of the files]}``
    """
    places, silent = defaultdict(list), set()
    for name, text in files:
        for model, method, calls, empty in definitions(text):
            if places[model, method] and not calls:
                silent.add((model, method))
            if not empty:
                places[model, method].append(name)
    return {key: places[key] for key in silent}


def in_order():
    """Yield name and text of all files of the models, as they are loaded."""
    for path in python_files("models"):
        init = path.with_name("__init__.py").read_text(encoding="utf-8")
        line = re.search(rf"^from \. import {path.stem}$", init, re.MULTILINE)
        yield ROOMS.index(room_of(path)), line.start(), f"{room_of(path)}/{path.name}", path.read_text(encoding="utf-8")


class TestOverrides(unittest.TestCase):
    def test_no_method_is_lost(self):
        found = replaced([(name, text) for _room, _line, name, text in sorted(in_order())])
        self.assertEqual({key: found[key] for key in found.keys() - MEANT.keys()}, {})
        self.assertEqual(MEANT.keys() - found.keys(), set(), "meant, and there no more")

    def test_finds_one(self):
        """The fault that it is for: two rooms, one name, and the lower one silent from then on."""
        lower = 'class A(models.Model):\n    _name = "a.b"\n\n    def _say(self):\n        return self.do() or 1\n'
        silent = 'class A(models.Model):\n    _inherit = "a.b"\n\n    def _say(self):\n        return self.do() or 2\n'
        loud = silent.replace("self.do() or 2", "super()._say()")
        other = silent.replace("self.do() or 2", "super(A, self.sudo())._say()")
        key = ("a.b", "_say")
        self.assertEqual(replaced([("lower", lower), ("upper", silent)]), {key: ["lower", "upper"]})
        self.assertEqual(replaced([("lower", lower), ("upper", loud), ("top", other)]), {})
        self.assertEqual(replaced([("lower", lower.replace("self.do() or 1", "()")), ("upper", silent)]), {})
        listed = silent.replace('"a.b"', '["x.mixin", "a.b"]').replace("_inherit", '_name = "a.b"\n    _inherit')
        self.assertEqual(replaced([("lower", lower), ("upper", listed)]), {key: ["lower", "upper"]})
        self.assertEqual(replaced([("lower", lower), ("upper", silent.replace("a.b", "c.d"))]), {})
