"""What Odoo says: the log of a test run, read line by line; what went wrong without tests."""

import json
import re
import subprocess

from dev.toolchain import background, free_port

RECORD = re.compile(r"\S+ \S+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<text>.*)", re.DOTALL)
STARTING = re.compile(r"Starting (\w+\.\w+) \.\.\.")
FAILING = re.compile(r"(?:FAIL|ERROR): (?:Subtest )?((?:setUp|tearDown)Class \(\S+\)|\S+)")
SKIPPED = re.compile(r"skipped (setUpClass \(\S+\)|\S+).* : ")
# A page that was still loading something when its test had passed.
LATE = "Error received after termination"
SUMMARY = re.compile(
    r"\d+ failed, \d+ error\(s\) of \d+ tests|Module \w+: \d+ failures, \d+ errors of|At least one test failed"
)
TROUBLE = re.compile(r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*$", re.MULTILINE)


def trouble(log):
    """Return the warnings and errors of a log."""
    return TROUBLE.findall(log)


def problems_in(printed):
    """Return the problems that one of our modules found inside Odoo, and printed last, as JSON."""
    return json.loads(printed.rstrip().rpartition("\n")[2])


def options_of(tags):
    """Return Odoo's options that run the tests of some tags, and nothing else."""
    return [
        *("--test-tags", ",".join(tags), "--stop-after-init"),
        *("--http-port", free_port(), "--workers", 0, "--max-cron-threads", 0),
    ]


class TestLog:
    """Puts the lines together to records, and calls what a subclass does with each kind of them."""

    def __init__(self):
        self.record = ""

    def run(self, command, environment, path):
        """Run Odoo and read its log but for the last record, and add it to a file; return the exit code."""
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
        with (
            path.open("a", encoding="utf-8", buffering=1) as log,
            background(command, env=environment, **output) as process,
        ):
            for line in process.stdout:
                log.write(line)
                self.read(line)
            return process.wait()

    def read(self, line):
        """Take in one line; a record goes on until the next one begins."""
        if RECORD.match(line):
            self.finish_record()
            self.record = line
        else:
            self.record += line

    def finish_record(self):
        """Take in the record that was read last."""
        record = RECORD.match(self.record)
        if not record or SUMMARY.match(record["text"]):
            return
        text = record["text"]
        if starting := STARTING.match(text):
            self.started(record["logger"], starting[1])
        elif skipped := SKIPPED.match(text):
            self.skipped(record["logger"], skipped[1], text)
        elif record["level"] in ("ERROR", "CRITICAL") and not text.startswith(LATE):
            failing = FAILING.match(text)
            self.failed(record["logger"], failing and failing[1], self.record)
        elif record["level"] == "WARNING":
            self.warned(record["logger"], self.record)

    def started(self, logger, test):
        """A test begins."""

    def skipped(self, logger, test, text):
        """A test does not run, and the text says why."""

    def failed(self, logger, test, text):
        """A test failed, or, without a test, something else was logged as an error."""

    def warned(self, logger, text):
        """Something was logged as a warning."""
