"""Several wkhtmltopdf processes at once: making a page is mostly waiting and starting up."""

import logging
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

_logger = logging.getLogger(__name__)

#: The exit code when a picture or style sheet could not be loaded; there is a PDF without it
INCOMPLETE = 1
#: Seconds after which a process is ended: a page that loads for ever must not hold the others up
TIMEOUT = 120


class RenderError(Exception):
    """wkhtmltopdf made no PDF; the text says why."""


@dataclass(frozen=True)
class Job:
    """One call of wkhtmltopdf: its options and its pages in HTML, one or several documents.

    ``tolerant``: take the PDF also when something on a page could not be loaded.
    """

    options: tuple
    bodies: tuple
    header: str = ""
    footer: str = ""
    tolerant: bool = False


def default_processes():
    """Two for each processor: while one waits for its style sheets, another draws."""
    return 2 * (os.cpu_count() or 1)


class Pool:
    """Runs jobs, at most ``processes`` at once, each from the moment it is handed in.

    Leaving it drops the jobs that have not begun, and waits for those that have.
    """

    def __init__(self, binary, processes=None, timeout=TIMEOUT):
        self._binary = binary
        self._timeout = timeout
        self._executor = ThreadPoolExecutor(max_workers=processes or default_processes())

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._executor.shutdown(cancel_futures=True)

    def submit(self, job):
        """Return a future; its result is the PDF in bytes, or it raises :class:`RenderError`."""
        return self._executor.submit(render, job, self._binary, self._timeout)


def render(job, binary, timeout=TIMEOUT):
    """Run one job and return the PDF in bytes; raise :class:`RenderError`."""
    with TemporaryDirectory(prefix="dispatch_pdf_") as folder:
        # The header finds its own page by the number after the third dot of the whole path
        # (web: minimal_layout), so that the folder must hold no dot
        pages = [
            _write(folder, f"report.body.tmp.{number}.html", body) for number, body in enumerate(job.bodies)
        ]
        options = list(job.options)
        for option, text in (("--header-html", job.header), ("--footer-html", job.footer)):
            if text:
                options += [option, _write(folder, f"{option[2:]}.html", text)]
        target = Path(folder, "document.pdf")
        try:
            done = subprocess.run(
                [binary, *options, *pages, target], capture_output=True, text=True, errors="replace",
                timeout=timeout, check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"wkhtmltopdf did not finish within {timeout} seconds") from error
        if not target.exists() or not target.stat().st_size:
            raise RenderError(f"wkhtmltopdf made nothing, code {done.returncode}: {done.stderr[-1000:]}")
        if done.returncode == INCOMPLETE and job.tolerant:
            _logger.warning("wkhtmltopdf: %s", done.stderr[-1000:])
        elif done.returncode:
            raise RenderError(f"wkhtmltopdf ended with code {done.returncode}: {done.stderr[-1000:]}")
        return target.read_bytes()


def _write(folder, name, text):
    path = Path(folder, name)
    path.write_text(text, encoding="utf-8")
    return str(path)
