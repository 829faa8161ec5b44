"""One neighbourhood: its database, its tests without and with the addon, and what came of them."""

import ast
from pathlib import Path

from dev.neighbours.known import BESIDE, SERIES, THEMES
from dev.neighbours.outcome import Outcome, Row, compare
from dev.test.log import options_of
from dev.toolchain import ADDON, ROOT, Stop
from dev.toolchain.overlay import overlay, packages_of
from dev.toolchain.steps import step


class Neighbourhood:
    """Modules that live together, first among themselves, then with the addon."""

    def __init__(self, toolchain, folder, name, neighbours):
        self.name = name
        self.neighbours = neighbours
        self.folder = folder
        self.alone, self.database = f"neighbours_{name}_alone", f"neighbours_{name}"
        self.toolchain = toolchain
        if neighbours.wheels:
            self.toolchain = overlay(toolchain, folder / f"python-{name}", *neighbours.wheels)
            for file, old, new in neighbours.mends:
                self._mend(packages_of(self.toolchain.python) / "odoo/addons" / file, old, new)

    @staticmethod
    def _mend(path, old, new):
        text = path.read_text(encoding="utf-8")
        if old not in text and new not in text:
            raise Stop(f"{path} has nothing to mend any more: dev/neighbours/known.py")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def visit(self):
        """Install, run all tests that are wanted, and return the lines of the table."""
        before, after = Outcome(), Outcome()
        tags = self._tags()
        self.toolchain.new_database(self.alone)
        try:
            self._install(before, self.alone, *self.neighbours.modules)
            self.toolchain.copy(self.alone, self.database)
            self._install(after, self.database, ADDON)
            self._tests(after, self.database, "with", *tags)
            if suspects := [tag for module in self.neighbours.compare for tag in after.suspects(module)]:
                self._tests(before, self.alone, "without", *suspects)
        finally:
            for database in (self.database, self.alone):
                self.toolchain.drop(database)
        return self._rows(before, after)

    def _install(self, outcome, database, *modules):
        if not modules:
            return
        with step(f"{self.name}: {', '.join(modules)}"):
            log = self.toolchain.install(database, *modules)
        for line in log.splitlines(keepends=True):
            outcome.read(line)
        outcome.finish_record()

    def _tags(self):
        """All tests that are wanted, as Odoo's tags."""
        own = [f"/{ADDON}/tests/test_{theme}.py" for theme in THEMES if self.neighbours.own]
        for path in (*self.neighbours.left_out, *own):
            module, _slash, file = path[1:].partition("/")
            if not any((place / file).exists() for place in self._places(module)):
                raise Stop(f"there is no {path}: dev/neighbours/known.py")
        tags = [f"/{module}" for module in self.neighbours.compare]
        beside = [f"{BESIDE}/{ADDON}"] if self.neighbours.own else []
        return [*tags, *(f"-{path}" for path in self.neighbours.left_out), *own, *beside]

    def _tests(self, outcome, database, title, *tags):
        """Run these tests in a database."""
        command = self.toolchain.odoo(database, *options_of(tags), starter=self)
        log = self.folder / f"{self.name}-{title}.log"
        log.unlink(missing_ok=True)
        with step(f"{self.name}: tests {title} the addon"):
            outcome.ended(outcome.run(command, self.toolchain.environment, log))
        if not any(outcome.tests["ran"].values()) and not any(outcome.tests["failed"].values()):
            raise Stop(f"no test ran: {log} says why")

    def module(self, *arguments):
        """Return the command that starts Odoo with all tests at the end."""
        _odoo, *rest = map(str, arguments)
        return self.toolchain.module("dev.neighbours.inside", *rest)

    # ------------------------------------------------------------------
    # What came of it
    # ------------------------------------------------------------------

    def _rows(self, before, after):
        rows = [self._row(module, before, after) for module in self.neighbours.compare]
        rows += [
            Row(module, self._version(module), remark="installed together")
            for module in self.neighbours.modules if module not in self.neighbours.compare
        ]
        if self.neighbours.own:
            own = self._row(ADDON, before, after)
            own.remark = f"beside {self.name}; {own.remark}"
            rows.append(own)
        # what was logged while Odoo started, and in tests that nobody asked for
        others = after.tests["failed"].keys() - {row.module for row in rows if row.ran}
        for module in sorted(others):
            new = after.tests["failed"][module] - before.tests["failed"][module]
            if new:
                rows.append(Row(module, "", new=frozenset(f"{module}: {what}" for what in new)))
        return rows

    def _row(self, module, before, after):
        return compare(module, self._version(module), before, after)

    def _places(self, module):
        """Where a module's files can lie."""
        if module == ADDON:
            return [ROOT]
        source = Path(self.toolchain.environment["PYTHONPATH"])
        return [
            packages_of(self.toolchain.python) / "odoo/addons" / module,
            source / "odoo/addons" / module, source / "addons" / module,
        ]

    def _version(self, module):
        """The version that the manifest says, or the series of a module that Odoo brings."""
        for place in self._places(module)[:1]:
            manifest = place / "__manifest__.py"
            if manifest.exists():
                return ast.literal_eval(manifest.read_text(encoding="utf-8"))["version"]
        return SERIES
