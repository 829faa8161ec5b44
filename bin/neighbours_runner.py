"""One neighbourhood: its database, its tests without and with the addon, and what came of them."""

import ast
import json
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass

from neighbours_known import INTENDED
from toolchain import ADDON, ROOT, Stop, background, fingerprint, free_port
from toolchain.overlay import overlay, packages_of
from toolchain.steps import run, step
from toolchain.testlog import TestLog

INSIDE = ROOT / "bin/neighbours_inside.py"
OUTPUT = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
MODULE = re.compile(r"odoo\.addons\.(\w+)\.tests")
SERIES = "19.0"


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

    def plain(self):
        """Return the names in lists, as JSON knows them."""
        return {kind: {module: sorted(names) for module, names in found.items()} for kind, found in self.tests.items()}


class Neighbourhood:
    """Modules that live together, first among themselves, then with the addon."""

    def __init__(self, toolchain, folder, name, neighbours):
        self.name = name
        self.neighbours = neighbours
        self.folder = folder
        self.database = f"neighbours_{name}"
        self.toolchain = toolchain
        if neighbours.wheels:
            requirements = [f"odoo-addon-{wheel}=={SERIES}.*" for wheel in neighbours.wheels]
            self.toolchain = overlay(toolchain, folder / f"python-{name}", *requirements)

    def visit(self, again=False):
        """Install, run all tests that are wanted, and return the lines of the table."""
        self.toolchain.new_database(self.database)
        try:
            self._install(*self.neighbours.modules)
            before = self._without(again)
            self._install(ADDON)
            after = self._tests("with", *self.neighbours.compare, *([ADDON] if self.neighbours.own else []))
        finally:
            self.toolchain.drop(self.database)
        return self._rows(before, after)

    def _install(self, *modules):
        if not modules:
            return
        options = ["-i", ",".join(modules), "--stop-after-init", "--no-http"]
        with step(f"{self.name}: {', '.join(modules)}"):
            run(self.toolchain.odoo(self.database, *options), env=self.toolchain.environment)

    def _without(self, again):
        """The tests without the addon, run once for this Odoo and these modules."""
        if not self.neighbours.compare:
            return Outcome().plain()
        kept = self.folder / f"{self.name}-without.json"
        key = fingerprint(self.toolchain.template, self.neighbours, INSIDE.read_text(encoding="utf-8"))
        if kept.exists() and not again:
            found = json.loads(kept.read_text(encoding="utf-8"))
            if found["key"] == key:
                return found["tests"]
        tests = self._tests("without", *self.neighbours.compare)
        kept.write_text(json.dumps({"key": key, "tests": tests}, indent=1), encoding="utf-8")
        return tests

    def _tests(self, title, *modules):
        """Run the tests of these modules in the database as it is."""
        if not modules:
            return Outcome().plain()
        options = [
            *("--test-tags", ",".join(f"/{module}" for module in modules), "--stop-after-init"),
            *("--http-port", free_port(), "--workers", 0, "--max-cron-threads", 0),
        ]
        command = self.toolchain.odoo(self.database, *options, starter=self)
        log, outcome = self.folder / f"{self.name}-{title}.log", Outcome()
        with (
            step(f"{self.name}: tests {title} the addon"),
            log.open("w", encoding="utf-8") as written,
            background(command, env=self.toolchain.environment, **OUTPUT) as process,
        ):
            for line in process.stdout:
                written.write(line)
                outcome.read(line)
            outcome.finish_record()
        if not outcome.tests["ran"]:
            raise Stop(f"no test ran: {log} says why")
        return outcome.plain()

    def module(self, *arguments):
        """Return the command that starts Odoo with all tests at the end."""
        _odoo, *rest = map(str, arguments)
        return [str(self.toolchain.python), str(INSIDE), *rest]

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
            own = self._row(ADDON, Outcome().plain(), after)
            own.remark = f"beside {self.name}, {own.remark}"
            rows.append(own)
        return rows

    def _row(self, module, before, after):
        """Compare a module's tests; a class whose set-up fails stands for all of its tests."""
        failed_before = set(before["failed"].get(module, ()))
        failed_after = set(after["failed"].get(module, ()))
        ran, skipped = (set(after[kind].get(module, ())) for kind in ("ran", "skipped"))
        remarks = []
        if skipped:
            remarks.append(f"{len(skipped)} left out")
        if both := failed_before & failed_after:
            remarks.append(f"{len(both)} fail without it too")
        if mended := failed_before - failed_after:
            remarks.append(f"{len(mended)} fail only without it")
        lost = set(before["ran"].get(module, ())) - ran
        new = frozenset(f"{module}: {test}" for test in failed_after - failed_before | lost)
        return Row(module, self._version(module), str(len(ran - skipped)), new, ", ".join(remarks))

    def _version(self, module):
        """The version that the manifest says, or the series of a module that Odoo brings."""
        places = [ROOT] if module == ADDON else [packages_of(self.toolchain.python) / "odoo/addons" / module]
        for place in places:
            manifest = place / "__manifest__.py"
            if manifest.exists():
                return ast.literal_eval(manifest.read_text(encoding="utf-8"))["version"]
        return SERIES
