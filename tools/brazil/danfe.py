"""The printed page of an NF-e (DANFE), of a correction letter (DACCe) and of an NFS-e (DANFSe).

They are drawn by ``brazilfiscalreport``, which is optional. It draws whatever it is given, also what is no NF-e, and
its time grows with the square of the items: what goes in was read by :mod:`tools.brazil.nfe` or
:mod:`tools.brazil.nfse` before, and many items are drawn in a process of their own that is stopped when it takes too
long. Two drawings of the same XML differ: keep the bytes.

Run as a program, it reads jobs, one a line (JSON, see :func:`_main`), and answers each with a line.
"""

import base64
import importlib.util
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from queue import SimpleQueue

#: More items or bytes than this are drawn in a process of their own (100 items take 2 to 3 s). A file may be made up:
#: with the letters of a text the time grows, and 100 kB of them take many seconds, where a real item has 120.
MOST_ITEMS_HERE, MOST_BYTES_HERE = 60, 40_000
#: Where an NF-e has one item more, this stands once more in the XML
_ITEM = b"<det "
#: The pages by what they are of
DANFE, DACCE, DANFSE = "danfe", "dacce", "danfse"


class NotInstalled(Exception):
    """``brazilfiscalreport`` is missing on this machine."""


class CannotDraw(Exception):
    """The library failed, or took too long; its words are the message."""


def is_available():
    """Tell whether DANFEs can be drawn on this machine."""
    try:
        return importlib.util.find_spec("brazilfiscalreport") is not None
    except (ImportError, ValueError):
        return False


def count_items(xml):
    """Return how many items an NF-e has, from its bytes, about."""
    return xml.count(_ITEM)


def draw(xml, logo=None, issuer=None, seconds=100, page=None):
    """Return the PDF of a document.

    :param bytes xml: the signed file, read as authorised before
    :param bytes logo: a PNG or JPEG
    :param dict issuer: name and address of the company, as ``brazilfiscalreport`` wants them (``nome``, ``end``,
        ``bairro``, ``cidade``, ``uf``, ``fone``): a correction letter does not hold them
    :param page: which one: :data:`DANFE`, :data:`DACCE` (with an issuer) or :data:`DANFSE` (which has no logo);
        by default the first, or the second with an issuer
    :param seconds: how long a drawing in a process of its own may take
    :raises NotInstalled:
    :raises CannotDraw:
    """
    if not is_available():
        raise NotInstalled
    page = page or (DACCE if issuer else DANFE)
    if count_items(xml) > MOST_ITEMS_HERE or len(xml) > MOST_BYTES_HERE:
        return _draw_apart(xml, logo, issuer, seconds, page)
    return _draw_here(xml, logo, issuer, page)


def _draw_here(xml, logo, issuer, page):
    try:
        return _check(_draw(xml, logo, issuer, page))
    except Exception as error:
        if logo:
            return _draw_here(xml, None, issuer, page)  # a page without the picture is better than none
        raise CannotDraw(f"{type(error).__name__}: {error}") from error


def _draw_apart(xml, logo, issuer, seconds, page):
    process = _Process()
    try:
        return process.draw(xml, logo, issuer, seconds, page)
    finally:
        process.close()


class Drawers:
    """Draws several pages at the same time, each in one of so many processes, while it is open (a context manager).

    One draws about ten small pages a second; it takes half a second to start.

    :param processes: at once; by default one for each processor
    """

    def __init__(self, processes=None):
        count = processes or os.cpu_count() or 1
        self._executor = ThreadPoolExecutor(count)
        self._processes = [_Process() for _number in range(count)]
        self._idle = SimpleQueue()
        for process in self._processes:
            self._idle.put(process)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.end()
        self._executor.shutdown()
        for process in self._processes:
            process.close()

    def submit(self, xml, logo=None, issuer=None, seconds=100, page=None):
        """Return a future; its result is what :func:`draw` returns, or it raises what that raises."""
        return self._executor.submit(self._draw, xml, logo, issuer, seconds, page)

    def _draw(self, xml, logo, issuer, seconds, page):
        if not is_available():
            raise NotInstalled
        process = self._idle.get()
        try:
            return process.draw(xml, logo, issuer, seconds, page or (DACCE if issuer else DANFE))
        finally:
            self._idle.put(process)


class _Process:
    """This file, run as a program, which is ended when a page takes too long; the next page starts it again."""

    def __init__(self):
        self._running = None
        self._ended = False

    def end(self):
        """Draw nothing more; another thread may wait for a page."""
        self._ended = True
        self._kill()

    def close(self):
        """End it where nobody waits for a page."""
        self._kill()
        process, self._running = self._running, None
        if process:
            process.communicate()

    def draw(self, xml, logo, issuer, seconds, page):
        """Return the PDF.

        :param xml, logo, issuer, seconds: as of the function :func:`draw`
        :param page: which one, always said
        :raises CannotDraw:
        """
        job = {"xml": _encode(xml), "logo": _encode(logo), "issuer": issuer, "page": page}
        late = threading.Event()
        clock = threading.Timer(seconds, lambda: (late.set(), self._kill()))
        clock.daemon = True
        clock.start()
        try:
            answer = self._ask(json.dumps(job).encode() + b"\n")
        finally:
            clock.cancel()
        if not answer:
            self.close()
            raise CannotDraw(f"more than {seconds} s" if late.is_set() else "the process that draws it ended")
        answer = json.loads(answer)
        if "error" in answer:
            raise CannotDraw(answer["error"])
        return _check(base64.b64decode(answer["pdf"]))

    def _ask(self, job):
        if self._ended:
            return b""
        process = self._running = self._running or self._start()
        with suppress(OSError):  # it has ended
            process.stdin.write(job)
            process.stdin.flush()
            return process.stdout.readline()
        return b""

    @staticmethod
    def _start():
        return subprocess.Popen(
            # -P: this folder's own names (numbers.py) stay out of the way
            [sys.executable, "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )

    def _kill(self):
        if process := self._running:
            process.kill()


def _draw(xml, logo, issuer, page):
    picture = BytesIO(logo) if logo else ""
    if page == DACCE:
        from brazilfiscalreport.dacce import DaCCe
        drawing = DaCCe(xml=xml, emitente=issuer, image=picture or None)
    elif page == DANFSE:
        from brazilfiscalreport.danfse import Danfse
        drawing = Danfse(xml=xml)
    else:
        from brazilfiscalreport.danfe import Danfe, DanfeConfig
        drawing = Danfe(xml=xml, config=DanfeConfig(logo=picture, watermark_cancelled=False))
    return bytes(drawing.output())


def _check(pdf):
    if not pdf.startswith(b"%PDF-"):
        raise CannotDraw("no PDF")
    return pdf


def _encode(content):
    return base64.b64encode(content).decode() if content else None


def _main():
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # whatever the library says is no answer
    for line in sys.stdin:
        job = json.loads(line)
        xml, logo = (base64.b64decode(job[name]) if job[name] else None for name in ("xml", "logo"))
        try:
            answer = {"pdf": _encode(_draw_here(xml, logo, job["issuer"], job["page"]))}
        except CannotDraw as error:
            answer = {"error": str(error)}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    _main()
