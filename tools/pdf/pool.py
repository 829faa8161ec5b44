"""Several wkhtmltopdf processes at once: making a page is mostly waiting and starting up."""

import errno
import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from weakref import WeakSet

from ..delivery.environment import NoFolder, ProgramBroken, ProgramMissing
from .folders import private_folder

_logger = logging.getLogger(__name__)

#: The exit code when a picture or style sheet could not be loaded; there is a PDF without it
INCOMPLETE = 1
#: Exit codes of the shell: not to be run, not found; from there on the numbers of signals
NOT_STARTED, SIGNALLED = (126, 127), 128
#: Seconds after which a process is ended, where nobody says otherwise
TIMEOUT = 30
#: Bytes that must be left on the disk, or a page may have been cut
LEAST_SPACE = 64 * 1024
#: What any wkhtmltopdf can draw, and the seconds that it may take on a busy machine
EMPTY_PAGE, EMPTY_PAGE_TIMEOUT = "<!DOCTYPE html><html><body>.</body></html>", 20
#: Runs a program that ends with us: where this process is killed, the pipe to the shell closes, and it ends its
#: whole group. Works on every POSIX system, and in a thread (Linux's "parent death signal" means the thread).
LIFELINE = """\
exec 3<&0 </dev/null
"$@" 3<&- &
program=$!
{ read -r _ <&3; kill -9 0; } >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait $program
code=$?
kill $watch 2>/dev/null
exit $code
"""


class RenderError(Exception):
    """wkhtmltopdf made no PDF; the text says why."""


class RenderTimeout(RenderError):
    """It was not done in time."""


class Stopped(SystemExit):
    """The server stops: nothing is said of the page, and nobody goes on. Silent in a thread, and no ``Exception``."""


@dataclass(frozen=True)
class Job:
    """One call of wkhtmltopdf: its options and its pages in HTML, one or several documents.

    ``tolerant``: take the PDF also when something on a page could not be loaded. ``marks``: pages in HTML that stand
    between each two documents (:mod:`tools.pdf.groups`).
    """

    options: tuple
    bodies: tuple
    header: str = ""
    footer: str = ""
    tolerant: bool = False
    marks: tuple = ()


def default_processes():
    """Two for each processor: while one waits for its style sheets, another draws."""
    return 2 * (os.cpu_count() or 1)


#: Those that may draw something now
_OPEN = WeakSet()


def stop_all():
    """End whatever is drawn in this process: who waits for it gets :class:`Stopped`.

    Python itself waits at its end for the threads of each pool, and they for pages that may take long.
    """
    for pool in list(_OPEN):
        pool.stop()


class Pool:
    """Runs jobs, at most ``processes`` at once, each from the moment it is handed in.

    Leaving it ends whatever still runs: nobody waits for it any more.

    :param timeout: seconds for one job
    :param deadline: of ``time.monotonic()``, after which nothing is drawn
    """

    def __init__(self, binary, processes=None, timeout=TIMEOUT, deadline=float("inf")):
        self._binary = binary
        self._timeout = timeout
        self._deadline = deadline
        self._executor = ThreadPoolExecutor(max_workers=processes or default_processes())
        self._running = set()
        self._lock = threading.Lock()
        self._closed = False
        self._folder = None
        #: whether the program draws anything at all, once it was asked
        self._works, self._asking = False, threading.Lock()
        self._stack = ExitStack()
        self._stopped = False
        _OPEN.add(self)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        _OPEN.discard(self)
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._end_all()
        self._executor.shutdown()
        self._stack.close()

    def stop(self):
        """End what runs, and whatever is still to be drawn: the server stops."""
        self._stopped = True
        self._end_all()

    def _end_all(self):
        with self._lock:
            self._closed = True
            for process in self._running:
                _end(process)

    def submit(self, job):
        """Return a future; its result is the PDF in bytes, or it raises :class:`RenderError`, or :class:`OSError`."""
        self._folder = self._folder or self._stack.enter_context(private_folder("dispatch_pdf_"))
        return self._executor.submit(self._draw, job)

    def _draw(self, job):
        try:
            return self._draw_in_time(job)
        finally:
            if self._stopped:
                # whatever was made of a page that was cut is no fault of it
                raise Stopped

    def _draw_in_time(self, job):
        seconds = min(self._timeout, self._deadline - time.monotonic())
        if seconds <= 0:
            raise RenderTimeout("There was no time left to draw the page")
        try:
            return self._draw_within(job, seconds)
        except RenderError as error:
            if not self._closed:
                self._check_program(error)
            raise

    def _check_program(self, error):
        """Where not even an empty page can be drawn, no document is to blame.

        :param RenderError error: what kept it from drawing another one
        :raise ProgramBroken: so it is
        """
        with self._asking:
            if self._works:
                return
            try:
                self._draw_within(Job(("--quiet",), (EMPTY_PAGE,)), EMPTY_PAGE_TIMEOUT)
            except RenderError as reason:
                raise ProgramBroken(
                    errno.EIO, f"wkhtmltopdf draws nothing, not even an empty page: {reason}") from error
            self._works = True

    def _draw_within(self, job, seconds):
        try:
            place = TemporaryDirectory(prefix="job_", dir=self._folder, ignore_cleanup_errors=True)
        except FileNotFoundError as error:
            # somebody cleans up where temporary files are
            raise NoFolder(error.errno, error.strerror, error.filename) from error
        with place as folder:
            # The header finds its own page by the number after the third dot of the whole path
            # (web: minimal_layout), so that the folder must hold no dot
            pages = [
                _write(folder, f"report.body.tmp.{number}.html", body) for number, body in enumerate(job.bodies)
            ]
            marks = [_write(folder, f"mark.{number}.html", mark) for number, mark in enumerate(job.marks)]
            pages = [page for pair in zip_longest(pages, marks) for page in pair if page]
            options = list(job.options)
            for option, text in (("--header-html", job.header), ("--footer-html", job.footer)):
                if text:
                    options += [option, _write(folder, f"{option[2:]}.html", text)]
            target = Path(folder, "document.pdf")
            code, words = self._run([str(self._binary), *options, *pages, str(target)], seconds)
            return self._judge(job, target, code, words)

    def _judge(self, job, target, code, words):
        """Return the PDF, or raise what the end of the process means."""
        if code in NOT_STARTED:
            raise ProgramMissing(errno.ENOENT, f"wkhtmltopdf cannot be started: {words}", str(self._binary))
        if shutil.disk_usage(target.parent).free < LEAST_SPACE:
            raise OSError(errno.ENOSPC, "No space left for the pages of documents", str(target.parent))
        if code in (-signal.SIGTERM, SIGNALLED + 9, SIGNALLED + 15):
            raise OSError(errno.ENOMEM, "wkhtmltopdf was ended by the system, which may lack memory")
        if not target.exists() or not target.stat().st_size:
            raise RenderError(f"wkhtmltopdf made nothing, code {code}: {words}")
        if code == INCOMPLETE and job.tolerant:
            _logger.warning("wkhtmltopdf: %s", words)
        elif code:
            raise RenderError(f"wkhtmltopdf ended with code {code}: {words}")
        content = target.read_bytes()
        if content.startswith(b"%PDF") and b"%%EOF" not in content[-1024:]:
            raise RenderError("wkhtmltopdf made a PDF without an end")
        return content

    def _run(self, command, seconds):
        """Run a command in a group of its own; return its exit code and its last words."""
        lifeline = None
        if os.name == "posix":
            command = ["/bin/sh", "-c", LIFELINE, "sh", *command]
            stdin, lifeline = os.pipe()
        try:
            with self._lock:
                if self._closed:
                    raise RenderError("Nobody waits for the page any more")
                process = self._start(command, stdin if lifeline else subprocess.DEVNULL)
                self._running.add(process)
        except BaseException:
            if lifeline:
                os.close(lifeline)
            raise
        finally:
            if lifeline:
                os.close(stdin)
        try:
            words = process.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired as error:
            raise RenderTimeout(f"wkhtmltopdf did not finish within {seconds:.3g} seconds") from error
        finally:
            with self._lock:
                self._running.discard(process)
            if process.returncode is None:
                _end(process)
                process.communicate()
            if lifeline:
                os.close(lifeline)
        return process.returncode, words[-1000:]

    @staticmethod
    def _start(command, stdin):
        try:
            return subprocess.Popen(
                command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
                start_new_session=True,
            )
        except (FileNotFoundError, PermissionError) as error:
            raise ProgramMissing(error.errno, f"wkhtmltopdf cannot be started: {error.strerror}") from error


def _end(process):
    """End a process, and what it has started."""
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _write(folder, name, text):
    path = Path(folder, name)
    path.write_text(text, encoding="utf-8")
    return str(path)
