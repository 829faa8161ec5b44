"""What came of a run of Odoo: its tests, what it logged as an error beside them, and how it ended."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from dev.neighbours.known import INTENDED, WITHOUT_TESTS
from dev.test.log import RECORD, TestLog
from dev.toolchain import ADDON

#: Where an error belongs that was logged while no test ran
OUTSIDE = "outside of tests"
MODULE = re.compile(r"odoo\.addons\.(\w+)\.tests")
CLASS_OF_SETUP = re.compile(r"(?:setUp|tearDown)Class \((?:.*\.)?(\w+)\)")
#: What differs between two runs of the same: numbers, addresses in memory, names of databases
ACCIDENTAL = re.compile(r"0x[0-9a-f]+|\d+|neighbours_\w+")
LOGGED = " logged "


class Outcome(TestLog):
    """``tests``: ``{"ran": {module: names of tests}, "failed": …, "skipped": …}``

    An error that was logged beside a test's own assertions is a failure of its own, of the test that was running.
    """

    def __init__(self):
        super().__init__()
        self.tests = {kind: defaultdict(set) for kind in ("ran", "failed", "skipped")}
        self._running = None, ""

    def started(self, logger, test):
        self._running = self._module(logger, test), test
        self._note("ran", logger, test)

    def skipped(self, logger, test, text):
        self._note("skipped", logger, test)

    def failed(self, logger, test, text):
        if test:
            self._note("failed", logger, test)
            return
        module, running = self._running
        first_line = RECORD.match(text)["text"].strip().partition("\n")[0]
        self.tests["failed"][module or OUTSIDE].add(
            f"{running}{LOGGED}{logger}: {ACCIDENTAL.sub('…', first_line)}".strip())

    def ended(self, exit_code):
        """Take in the last record, and how Odoo ended: with 0, or with 1 where tests failed."""
        self.finish_record()
        if exit_code and not (exit_code == 1 and any(self.tests["failed"].values())):
            self.tests["failed"][OUTSIDE].add(f"Odoo ended with exit code {exit_code}")

    def suspects(self, module):
        """What failed in a module's tests, as Odoo's tags: does it without the addon?"""
        names = {test.partition(LOGGED)[0] for test in self.tests["failed"][module]} - {""}
        return [f"/{module}:" + CLASS_OF_SETUP.sub(r"\1", name) for name in sorted(names)]

    def _note(self, kind, logger, test):
        self.tests[kind][self._module(logger, test) or self._running[0] or OUTSIDE].add(test)

    @staticmethod
    def _module(logger, test):
        found = MODULE.search(test) or MODULE.match(logger)
        return found and found[1]


@dataclass
class Row:
    """One line of the table."""

    module: str
    version: str
    ran: str = ""
    new: frozenset = frozenset()
    remark: str = ""
    #: what is wrong besides new failures
    problems: list = field(default_factory=list)

    @property
    def unexplained(self):
        """The new failures that nobody meant, and whatever else is wrong."""
        return [*sorted(self.new.difference(INTENDED)), *self.problems]

    @property
    def cells(self):
        """What the table shows: no number of new failures where no test ran."""
        known = self.ran not in ("", "0") or self.new
        return self.module, self.version, self.ran, len(self.new) if known else "", self.remark


def compare(module, version, before, after):
    """Return the line of a module's tests.

    A class whose set-up fails stands for all of its tests.

    :param Outcome before: without the addon, of what failed with it
    :param Outcome after: with the addon
    """
    failed, skipped = after.tests["failed"][module], after.tests["skipped"][module]
    failed_before = before.tests["failed"][module]
    ran = after.tests["ran"][module] - skipped
    row = Row(module, version, str(len(ran)), frozenset(f"{module}: {test}" for test in failed - failed_before))
    remarks = [f"{len(skipped)} left out (browser, missing program or module)"] if skipped else []
    if both := failed & failed_before:
        remarks.append(f"{len(both)} fail without it too")
    if not ran:
        remarks.append(f"no test ran: {WITHOUT_TESTS.get(module, 'nobody knows why')}")
        row.problems += [] if module in WITHOUT_TESTS else [f"{module}: no test ran"]
    for test in INTENDED:
        of_module, _colon, name = test.partition(": ")
        # the addon's own ones fail beside some neighbours only
        if of_module == module != ADDON and name in ran - failed:
            row.problems.append(f"{test} is meant to fail, and does not")
    row.remark = ", ".join(remarks)
    return row
