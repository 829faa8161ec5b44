"""The one way to read PDFs that anybody may have made: in processes of their own (:mod:`tools.pdf.child`).

Each has limits of time, and where the system has them (not on Windows) of memory and of what it writes. Such a process
costs about 0.2 s and 40 MB, and reads several files; where one file ends it, the others go on in the next.
Started by ``subprocess``: a fork of a server with threads may never come back.
"""

import importlib.util
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .folders import private_folder
from .merge import UnreadablePdf

#: Bytes of a file that is read, and of one that is printed, which may be our own and have hundreds of pages
MOST_BYTES, MOST_PRINTED = 10_000_000, 50_000_000
#: Seconds for one file, for one that is printed, and for the start of a process on a busy machine
SECONDS, SECONDS_TO_PRINT, SECONDS_TO_START = 3, 20, 30
#: Seconds for the codes of one file, whose pages are drawn for it
SECONDS_FOR_CODES = 12
#: Bytes of memory of a process; bytes that it may write beside twice what it reads
MEMORY, WRITTEN = 256 * 1024 * 1024, 50_000_000

#: Why a file, or a part of it, was not read: it asks for a password; it is damaged; it would take too much time or
#: memory. A file that has a problem may still be anything.
PASSWORD, BROKEN, LIMITS = "password", "broken", "limits"
PROBLEMS = (PASSWORD, BROKEN, LIMITS)

#: What reads codes: optional
CODE_PACKAGES = ("pypdfium2", "zxingcpp")
#: Bytes in front of a PDF, and before its end, in which its marks are looked for
MOST_IN_FRONT, MOST_AT_END = 1024, 2048

CHILD = Path(__file__).with_name("child.py")
#: What the process gets to know of ours; no passwords that stand in the environment
ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP")


class Unavailable(Exception):
    """No process could be started. No fault of a file: try again later."""


@dataclass(frozen=True)
class Reading:
    """The text of a PDF, and the problem that there may be more of it than that."""

    text: str = ""
    problem: str | None = None


@dataclass(frozen=True)
class Code:
    """A code on a page (from 0): ``kind`` is ``QRCode`` or ``ITF``, interleaved bars."""

    page: int
    kind: str
    text: str


def is_pdf(content):
    """Tell whether readers of PDFs would take this for one.

    They look for the table at its end, whatever stands in front.
    """
    return b"%PDF-" in content[:MOST_IN_FRONT] or b"startxref" in content[-MOST_AT_END:]


def can_read_codes():
    """Tell whether bars and QR codes can be read on this machine."""
    try:
        return all(importlib.util.find_spec(name) for name in CODE_PACKAGES)
    except (ImportError, ValueError):
        return False


def read_text(content, password=None):
    """Return the :class:`Reading` of one PDF; see :func:`read_texts`."""
    return read_texts([content], password)[0]


def read_texts(contents, password=None):
    """Return a :class:`Reading` of each PDF, whatever the bytes are; a form feed stands between its pages.

    :param contents: bytes, taken one by one
    :param password: what a person typed for PDFs that ask for one
    :raises Unavailable:
    """
    answers = _read("text", contents, SECONDS, password)
    return [Reading(answer.get("text", ""), answer["problem"]) for answer in answers]


def read_codes(contents, password=None):
    """Return the list of :class:`Code` on the pages of each PDF; none where it cannot be drawn.

    :param contents: bytes, taken one by one
    :param password: as in :func:`read_texts`
    :raises Unavailable: also where :func:`can_read_codes` says no
    """
    answers = _read("codes", contents, SECONDS_FOR_CODES, password)
    return [[Code(*code) for code in answer.get("codes", ())] for answer in answers]


def _read(task, contents, seconds, password):
    """The answer on each PDF; where one ends the process, the others go on in the next."""
    with private_folder("dispatch_pdf_") as folder:
        paths = _write(folder, contents, MOST_BYTES)
        found = [{"problem": BROKEN if path else LIMITS} for path in paths]
        left = [number for number, path in enumerate(paths) if path]
        while left:
            answers = _run(folder, task, [paths[number] for number in left], seconds, password=password)
            for number, answer in zip(left, answers, strict=False):
                found[number] = answer
            if len(answers) < len(left) and (not answers or answers[-1]["problem"] != LIMITS):
                # the process ended without a word on this one
                found[left[len(answers)]] = {"problem": LIMITS}
                answers.append(None)
            left = left[len(answers):]
    return found


def merge(contents, path=os.devnull):
    """Write the pages of PDFs one after another into a file, and return how many each has.

    :param contents: bytes, taken one by one
    :param path: without it the PDFs are only tried
    :raises UnreadablePdf: one of them cannot be read; the file is worth nothing
    :raises Unavailable:
    """
    with private_folder("dispatch_pdf_") as folder:
        paths = _write(folder, contents, MOST_PRINTED)
        answers = _run(folder, "merge", paths, SECONDS_TO_PRINT, output=str(path)) if all(paths) else []
    for answer in answers:
        if "problem" in answer:
            raise UnreadablePdf(answer["problem"])
    if len(answers) <= len(paths):  # the last one is that the file is whole
        raise UnreadablePdf("it would take too much time or memory")
    return [answer["pages"] for answer in answers[:-1]]


def _write(folder, contents, most):
    """Lay the files ready: the path of each, ``None`` where it is too large."""
    paths = []
    for number, content in enumerate(contents):
        path = Path(folder, f"{number}.pdf")
        if len(content) <= most:
            path.write_bytes(content)
        paths.append(str(path) if len(content) <= most else None)
    return paths


def _run(folder, task, paths, seconds=SECONDS, **options):
    """Start the process and return its answers, of as many files as it came to."""
    job, answers = Path(folder, "job"), Path(folder, "answers")
    job.write_text(json.dumps({
        "task": task, "files": paths, "seconds": seconds, "memory": MEMORY, "path": sys.path,
        "written": WRITTEN + 2 * sum(Path(path).stat().st_size for path in paths), **options,
    }), encoding="utf-8")
    # answers go to a file: its size has a limit, and nobody must read a pipe meanwhile
    with answers.open("wb") as target, suppress(subprocess.TimeoutExpired):
        try:
            subprocess.run(
                # -I: neither this folder's own names (numbers.py) nor what the environment says of Python
                [sys.executable, "-I", str(CHILD), str(job)], stdin=subprocess.DEVNULL, stdout=target,
                stderr=subprocess.DEVNULL, check=False, timeout=SECONDS_TO_START + seconds * (len(paths) + 1),
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            )
        except OSError as error:
            raise Unavailable(str(error)) from error
    lines = answers.read_bytes().split(b"\n")[:-1]  # the last one was cut off, or is empty
    if not lines:
        raise Unavailable("the process that reads PDFs did not start")
    return [json.loads(line) for line in lines[1:]]
