"""Names and explanations in the source: one word for one idea, parameters explained, reasons beside ``sudo``."""

import ast
import io
import re
import tokenize
import unittest
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("models", "wizard", "report", "controllers", "tools")
#: Words that are not used in names, comments and docstrings, and what is said instead (doc/glossary.md)
RETIRED = {
    "obstacle": "blocking reason", "rider": "bundled", "lane": "parallel worker",
    "twin": "the other of the same address",
}
#: What messages count
COUNTED = {
    "addresses", "contacts", "customers", "days", "dispatches", "documents", "files", "hours", "invoices", "letters",
    "lines", "mails", "minutes", "orders", "pages", "quotations", "recipients", "reminders", "rules", "tries",
}
#: Methods of ``smtplib``, which explains them
EXPLAINED_ELSEWHERE = {"send_message", "sendmail"}


def sources(folders=FOLDERS):
    """Yield the Python files of the addon with their text."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")


def docstrings(tree):
    """Yield the nodes that have a docstring, each with it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
            yield node, text


def comments(text):
    """Yield ``(line, comment)``."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def names(tree):
    """Yield the names that a module gives."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def parameters(function):
    """Return the names of a function's parameters, without the record itself."""
    arguments = function.args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
            if argument.arg not in ("self", "cls")]


def messages(tree):
    """Yield what the module says to users: the texts that are handed to ``_()``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("env._") and node.args and isinstance(
                node.args[0], ast.Constant):
            yield node.lineno, node.args[0].value


class TestWords(unittest.TestCase):
    def test_numbers_agree_with_their_nouns(self):
        """A message that counts is right for one, too: “Documents: 1”, or a message of its own for one."""
        counted = re.compile(r"%(?:\((?!most)\w+\))?s (?:more )?([a-z]+s)\b")
        found = defaultdict(set)
        for path, text in sources():
            said = list(messages(ast.parse(text)))
            for line, message in said:
                for noun in counted.findall(message):
                    of_one = counted.sub(f"1 {noun[:-1]}", message, count=1)
                    if noun in COUNTED and of_one not in (other for _line, other in said):
                        found[noun].add(f"{path.relative_to(ROOT)}:{line} {message}")
        self.assertFalse(dict(found))

    def test_retired_words(self):
        wrong = []
        words = re.compile(rf"(?:\b|_)({'|'.join(RETIRED)})s?(?:\b|_)", re.IGNORECASE)
        for path, text in sources():
            tree = ast.parse(text)
            said = [*names(tree), *(said for _node, said in docstrings(tree))]
            said += [comment for _line, comment in comments(text)]
            for found in {match[1].lower() for part in said for match in words.finditer(part)}:
                wrong.append(f"{path.relative_to(ROOT)}: {found}: say {RETIRED[found]}")
        self.assertFalse(wrong)

    def test_references_lead_somewhere(self):
        """What a docstring or a comment names of ``tools`` is there."""
        wrong = []
        for path, text in sources((*FOLDERS, "tests")):
            for name in set(re.findall(r":\w+:`tools\.([\w.]+)`", text)):
                parts, folder = name.split("."), ROOT / "tools"
                while parts and (folder / parts[0]).is_dir():
                    folder /= parts.pop(0)
                module = folder / f"{parts[0]}.py" if parts else folder / "__init__.py"
                there = set(names(ast.parse(module.read_text(encoding="utf-8")))) if module.exists() else ()
                if not module.exists() or len(parts) > 1 and parts[1] not in there:
                    wrong.append(f"{path.relative_to(ROOT)}: tools.{name}")
        self.assertFalse(wrong)

    def test_parameters_are_explained(self):
        """Three parameters or more, and a docstring: it says what each means. Extensions of Odoo's methods need not."""
        wrong = []
        for path, text in sources(("models", "wizard", "report", "tools")):
            for node, said in docstrings(ast.parse(text)):
                if not isinstance(node, ast.FunctionDef) or node.name in EXPLAINED_ELSEWHERE:
                    continue
                helper = node.name.startswith("_") and "tools" in path.parts
                extends = "super()" in ast.unparse(node)
                explained = re.search(":param|:meth:|:func:", said)
                if len(parameters(node)) > 2 and not (helper or extends or explained):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
        self.assertFalse(wrong)

    def test_each_sudo_has_its_reason(self):
        """In a comment beside it or above it, or in the docstring above."""
        wrong = []
        for path, text in sources(("models", "wizard", "controllers", "report")):
            lines = text.splitlines()
            reasons = {line for line, comment in comments(text) if re.search("sudo|superuser", comment, re.IGNORECASE)}
            for node, said in docstrings(ast.parse(text)):
                if "sudo: " in said:
                    reasons.add(node.body[0].end_lineno)
            for number, line in enumerate(lines, start=1):
                if re.search(r"\.sudo\(\)|su=True", line.partition("#")[0]) and not reasons & set(
                    range(number - 3, number + 1)
                ):
                    wrong.append(f"{path.relative_to(ROOT)}:{number} {line.strip()}")
        self.assertFalse(wrong)

    def test_one_name_one_method(self):
        """What stands in several files of one model under one name is one method: it takes the same parameters."""
        methods = defaultdict(set)
        for path, text in sources(("models", "wizard")):
            for owner in ast.parse(text).body:
                for method in owner.body if isinstance(owner, ast.ClassDef) else ():
                    if isinstance(method, ast.FunctionDef) and not method.args.vararg:
                        methods[owner.name, method.name].add((ast.unparse(method.args), str(path.relative_to(ROOT))))
        wrong = [(name, sorted(found)) for name, found in methods.items() if len({taken for taken, _ in found}) > 1]
        self.assertFalse(wrong)
