"""doc/reliability.md: what becomes of documents under each fault, as the tests with real processes found it.

A test that provokes a fault writes down what came of it (``FaultCase.fault_row``). In an ordinary run that must be what
the page says; ``bin/test --reliability`` writes the page.
"""

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "doc" / "reliability.md"
TESTS = ROOT / "tests" / "processes"
#: Of the environment: the file in which the tests write their rows down
ROWS = "DISPATCH_RELIABILITY"

SECTIONS = (
    "The connection to the mail server", "A server that is out of step", "The account", "The sender",
    "The recipient", "The message", "The reply to the final dot", "What comes back", "Pages and files",
    "Workers that are killed", "Servers that are stopped", "The database", "A restored backup",
)
HEAD = """\
# What becomes of documents when something fails

Each row is the outcome of a test with real processes: Odoo's worker, PostgreSQL, wkhtmltopdf, and a mail server that
misbehaves (`tests/processes/`). The numbers are mails, one for each address, and *arrived* is counted at the mail
server's side. `bin/test --reliability` writes this page, and each ordinary run of `bin/test` fails where a row is not
what stands here.

- **arrived**: the mail server took it, while the fault lasts. **lost**: called sent, and did not arrive. **doubled**:
  arrived more than once.
- **waiting**: goes by itself. **failed**: came to an end, and a person is told. **unknown**: nobody can know whether it
  arrived (RFC 1047); a person is asked, and nothing goes by itself.
- **in the end**: arrived, lost and doubled when the fault is over and the scheduler has come again, without a person,
  apart from the one who mends the account.
"""
TABLE = (
    "| fault | mails | arrived | lost | doubled | waiting | failed | unknown | in the end | what the person sees |\n"
    "|---|---|---|---|---|---|---|---|---|---|\n"
)


class Row(NamedTuple):
    """A line of a table."""

    section: str
    fault: str
    mails: int
    arrived: int
    lost: int
    doubled: int
    waiting: int
    failed: int
    unknown: int
    end: str
    sees: str

    def line(self):
        """As it stands on the page."""
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in self[1:]) + " |"


def read():
    """Return the lines of the page: ``{(section, fault): line}``."""
    found, section = {}, None
    for line in PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else ():
        if line.startswith("## "):
            section = line[3:]
        elif section and line.startswith("| ") and not line.startswith("| fault"):
            found[section, line[2:].partition(" | ")[0]] = line
    return found


def named():
    """Return ``(section, fault)`` of all rows that the tests name, each as often as it is named."""
    sections = "|".join(map(re.escape, SECTIONS))
    pair = re.compile(rf'"({sections})",\s*"([^"\\]+)"')
    return Counter(
        found for path in sorted(TESTS.glob("*.py")) for found in pair.findall(path.read_text(encoding="utf-8")))


def note(row):
    """Write a row down for the page, where a run is to write it; tell whether it is."""
    if path := os.environ.get(ROWS):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    return bool(path)


def write(path):
    """Write the page from the rows in a file; return how many there are."""
    rows = [Row(*json.loads(line)) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    parts = [HEAD]
    for section in SECTIONS:
        lines = sorted(row.line() for row in rows if row.section == section)
        if lines:
            parts.append(f"## {section}\n\n{TABLE}" + "\n".join(lines) + "\n")
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    return len(rows)
