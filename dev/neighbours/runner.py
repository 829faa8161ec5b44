"""One neighbourhood: its database, its tests without and with the addon, and what came of them."""

import ast
import os
import re
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass

from dev.neighbours.known import INTENDED, SERIES, THEMES
from dev.test.log import TestLog
from dev.toolchain import ADDON, ROOT, Stop, background, free_port
from dev.toolchain.overlay import overlay, packages_of
from dev.toolchain.steps import run, step

OUTPUT = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
MODULE = re.compile(r"odoo\.addons\.(\w+)\.tests")
CLASS_OF_SETUP = re.compile(r"setUpClass \(.*\.(\w+)\)")


@dataclass
class Row:
    """One line of the table."""

    module: str
    version: str
    ran: str = ""
    new: frozenset = frozenset()
    remark: str = ""

    @property
    def unexplained(self):
        """The new failures that nobody meant."""
        return self.new.difference(INTENDED)

    @property
    def cells(self):
        """What the table shows."""
        return self.module, self.version, self.ran, len(self.new) if self.ran else "", self.remark


class Outcome(TestLog):
    """What came of a run: ``{"ran": {module: names of tests}, "failed": …, "skipped": …}``"""

    def __init__(self):
        super().__init__()
        self.tests = {kind: defaultdict(set) for kind in ("ran", "failed", "skipped")}

    def started(self, logger, test):
        self._note("ran", logger, test)

    def skipped(self, logger, test, text):
        self._note("skipped", logger, test)

    def failed(self, logger, test, text):
        if test:
            self._note("failed", logger, test)

    def _note(self, kind, logger, test):
        if module := MODULE.search(test) or MODULE.match(logger):
            self.tests[kind][module[1]].add(test)


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
                path = packages_of(self.toolchain.python) / "odoo/addons" / file
                path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def visit(self):
        """Install, run all tests that are wanted, and return the lines of the table."""
        self.toolchain.new_database(self.alone)
        try:
            self._install(self.alone, *self.neighbours.modules)
            self._copy()
            self._install(self.database, ADDON)
            after = self._tests(self.database, "with", *self._tags())
            suspects = self._suspects(after)
            before = self._tests(self.alone, "without", *suspects) if suspects else Outcome().tests
        finally:
            for database in (self.database, self.alone):
                self.toolchain.drop(database)
        return self._rows(before, after)

    def _copy(self):
        """Make the database for the addon from the one without it."""
        self.toolchain.drop(self.database)
        self.toolchain.server.create(self.toolchain.name(self.database), self.toolchain.name(self.alone))
        files = (self.toolchain.files(database) for database in (self.alone, self.database))
        shutil.copytree(*files, copy_function=os.link)

    def _install(self, database, *modules):
        if not modules:
            return
        options = ["-i", ",".join(modules), "--stop-after-init", "--no-http"]
        with step(f"{self.name}: {', '.join(modules)}"):
            run(self.toolchain.odoo(database, *options), env=self.toolchain.environment)

    def _tags(self):
        """All tests that are wanted, as Odoo's tags."""
        tags = [f"/{module}" for module in self.neighbours.compare]
        tags += [f"-{path}" for path in self.neighbours.left_out]
        return tags + [f"/{ADDON}/tests/test_{theme}.py" for theme in THEMES if self.neighbours.own]

    def _suspects(self, after):
        """The tests that failed with the addon, as Odoo's tags: do they pass without it?"""
        return [
            f"/{module}:" + CLASS_OF_SETUP.sub(r"\1", test)
            for module in self.neighbours.compare for test in sorted(after["failed"][module])
        ]

    def _tests(self, database, title, *tags):
        """Run these tests in a database."""
        options = [
            *("--test-tags", ",".join(tags), "--stop-after-init"),
            *("--http-port", free_port(), "--workers", 0, "--max-cron-threads", 0),
        ]
        command = self.toolchain.odoo(database, *options, starter=self)
        log, outcome = self.folder / f"{self.name}-{title}.log", Outcome()
        with (
            step(f"{self.name}: tests {title} the addon"),
            log.open("w", encoding="utf-8", buffering=1) as written,
            background(command, env=self.toolchain.environment, **OUTPUT) as process,
        ):
            for line in process.stdout:
                written.write(line)
                outcome.read(line)
            outcome.finish_record()
        if not outcome.tests["ran"] and not outcome.tests["failed"]:
            raise Stop(f"no test ran: {log} says why")
        return outcome.tests

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
        return rows

    def _row(self, module, before, after):
        """What a module's tests say; a class whose set-up fails stands for all of its tests."""
        failed, skipped = after["failed"][module], after["skipped"][module]
        remarks = [f"{len(skipped)} left out (browser, missing program or module)"] if skipped else []
        if both := failed & before["failed"][module]:
            remarks.append(f"{len(both)} fail without it too")
        new = frozenset(f"{module}: {test}" for test in failed - before["failed"][module])
        ran = len(after["ran"][module] - skipped)
        return Row(module, self._version(module), str(ran), new, ", ".join(remarks))

    def _version(self, module):
        """The version that the manifest says, or the series of a module that Odoo brings."""
        places = [ROOT] if module == ADDON else [packages_of(self.toolchain.python) / "odoo/addons" / module]
        for place in places:
            manifest = place / "__manifest__.py"
            if manifest.exists():
                return ast.literal_eval(manifest.read_text(encoding="utf-8"))["version"]
        return SERIES
