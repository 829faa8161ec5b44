"""Each file and mail of the hostile corpus, read by a worker that is watched from outside: seconds and megabytes."""

import json
import os
import subprocess
import sys
import threading
import time
import unittest
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import hostile
from sampling import sample

ADDON = Path(__file__).resolve().parents[2]
#: For one file: seconds from the question to the answer, start of processes included, and kilobytes. Where others
#: keep the machine busy a file gets more chances: what really lasts does so each time.
SECONDS, KILOBYTES, CHANCES = 5, 256 * 1024, 3
#: Reads files by their names, as a worker of Odoo does; what it knows of them goes out as one line. Of a mail it asks
#: what the gateway does (``message_parse`` and what it calls): each time the parser reads a header anew.
WORKER = f"""
import contextlib, email, email.policy, json, sys
from pathlib import Path
sys.path.insert(0, {str(ADDON)!r})
from tools.brazil import nfe
from tools.mail import dsn
from tools.mail import incoming
from tools.pdf import reader as pdf_reader

def parse(message):
    for name in ("Message-Id", "Subject", "From", "Cc", "Delivered-To", "To", "Cc", "Resent-To", "Resent-Cc",
                 "Delivered-To", "To", "References", "In-Reply-To", "Date", "Return-Path"):
        with contextlib.suppress(Exception):  # the parser's own, and soon
            [str(value) for value in message.get_all(name, [])]
    for _look in range(3):
        for part in message.walk():
            with contextlib.suppress(Exception):
                part.get_content_type()
    for part in message.walk():
        with contextlib.suppress(Exception):
            if part.get_content_maintype() == "multipart":
                continue
            part.get_filename(), part.get_content_charset(), part.get_param("charset")
            part.get("content-id"), part.get("content-disposition")
            content = part.get_content()
            if isinstance(content, email.message.EmailMessage):
                content.as_bytes()

print("ready", flush=True)
for line in sys.stdin:
    content = Path(line.strip()).read_bytes()
    if line.strip().endswith(".pdf"):
        found = pdf_reader.read_text(content)
        answer = [found.problem, len(found.text)]
    elif line.strip().endswith(".eml"):
        message = email.message_from_bytes(incoming.tame(content), policy=email.policy.SMTP)
        found = dsn.read_report(message)
        answer = [found.kind, len(found.fates)]
        parse(message)
        del message
    else:
        found = nfe.read(content)
        answer = [found.problem, found.kind]
    del content, found
    print(json.dumps(answer), flush=True)
"""


class Watch:
    """Looks at a process and its children again and again: the most memory that one of them had, in kilobytes."""

    def __init__(self, pid):
        self.pid, self.child, self._on = pid, 0, True
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")  # its own record begins anew (Linux, proc(5))
        self.before, self.began = self._memory(self.pid, "VmRSS"), self._busy(self.pid)
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._on = False
        self._thread.join()
        self.busy = self._busy(self.pid) - self.began
        self.growth = self._memory(self.pid, "VmHWM") - self.before

    @staticmethod
    def _busy(pid):
        """Its seconds of work so far: on a busy machine a mail waits for its turn without being at fault."""
        numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, numbers[11:13])) / os.sysconf("SC_CLK_TCK")

    def _look(self):
        while self._on:
            with suppress(OSError):
                for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
                    # before it becomes the reader it is its parent's copy
                    if b"pdf/child.py" in Path(f"/proc/{child}/cmdline").read_bytes():
                        self.child = max(self.child, self._memory(child, "VmHWM"))
            time.sleep(0.005)

    @staticmethod
    def _memory(pid, name):
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(f"{name}:"):
                    return int(line.split()[1])
        return 0


@unittest.skipUnless(Path("/proc/self/clear_refs").exists(), "memory is measured as Linux tells it")
class TestHostileFiles(unittest.TestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.worker = subprocess.Popen(
            [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={"PATH": os.environ["PATH"]},
        )
        self.addCleanup(self._end)
        self.assertEqual(self.worker.stdout.readline(), "ready\n")

    def _end(self):
        self.worker.kill()
        words = self.worker.communicate()[1]
        self.assertLess(len(words), 10_000, "a file fills the log")

    def _ask(self, content, suffix):
        path = self.folder / f"file.{suffix}"
        path.write_bytes(content)
        for _chance in range(CHANCES):
            with Watch(self.worker.pid) as watch:
                started = time.monotonic()
                self.worker.stdin.write(f"{path}\n")
                self.worker.stdin.flush()
                answer = json.loads(self.worker.stdout.readline())
                seconds = time.monotonic() - started
            if suffix == "eml":  # read in the worker itself
                seconds = watch.busy
            if seconds < SECONDS:
                break
        self.assertLess(seconds, SECONDS)
        self.assertLess(watch.child, KILOBYTES, "the process that reads")
        self.assertLess(watch.growth, KILOBYTES, "the worker")
        return answer

    def test_pdf(self):
        for name, content, unreadable in sample(hostile.pdfs(), 12):
            with self.subTest(name):
                problem, _length = self._ask(content, "pdf")
                if unreadable:
                    self.assertTrue(problem, "nobody is told that it was not read")

    def test_xml(self):
        for name, content, refused in sample(hostile.xmls(), 12):
            with self.subTest(name):
                problem, _kind = self._ask(content, "xml")
                if refused:
                    self.assertTrue(problem, "nobody is told that it was not read")

    def test_mail(self):
        for name, content in sample(hostile.mails(), 30):
            with self.subTest(name):
                self._ask(content, "eml")

    def test_the_others_are_read(self):
        """In one process with files that end it, before and after them."""
        good, bad = hostile.letter("Fatura 0815"), next(hostile.pdfs())[1]
        sys.path.insert(0, str(ADDON))
        self.addCleanup(sys.path.remove, str(ADDON))
        from tools.pdf import reader as pdf_reader
        readings = pdf_reader.read_texts([good, bad, good, hostile.locked(), bad, good])
        self.assertEqual([readings[number].text.strip() for number in (0, 2, 5)], ["Fatura 0815"] * 3)
        self.assertEqual([reading.problem is None for reading in readings], [True, False, True, False, False, True])


if __name__ == "__main__":
    unittest.main()
