"""Documents that are drawn together: one process for several, split again, and each proven to be its own document.

A process of wkhtmltopdf starts, and loads style sheets and fonts, in several times the time that it draws a letter in.
Between two documents stands a page with a mark that nobody else knows: it says where one ends, whatever it is long,
and goes to nobody. The proof is the words: each document's pages carry all words of its HTML, and the others' do not.
Where anything of that fails, each is drawn alone, as if it had never been in a group.
"""

import io
import logging
import re
import secrets
import threading
import unicodedata
from collections import Counter
from concurrent.futures import CancelledError, Future
from dataclasses import replace

import lxml.html

from .glyphs import NotUnderstood, page_text
from .library import PdfReader, PdfWriter, PyPdfError
from .pool import RenderError

_logger = logging.getLogger(__name__)

#: Documents of a group
SIZE = 10
MARK = '<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body>{}</body></html>'
#: What is no word on the page: elements, and signs without a picture
_UNSEEN = ("script", "style", "title", "head")
_NO_PICTURE = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")


class Groups:
    """Takes jobs as a :class:`tools.pdf.pool.Pool` does, and gives it several in one.

    :param pool: the :class:`tools.pdf.pool.Pool`
    :param size: documents of a group; it is drawn when it is full, or when somebody waits for one of its documents
    """

    def __init__(self, pool, size=SIZE):
        self._pool = pool
        self._size = size
        self._waiting = {}
        self._lock = threading.Lock()

    @staticmethod
    def takes(job):
        """Tell whether a job can be one of a group: one document, of which no head or foot counts the pages."""
        return len(job.bodies) == 1 and not (job.header or job.footer or job.tolerant)

    def submit(self, job):
        """Return a future, as the pool does."""
        with self._lock:
            group = self._waiting.setdefault(job.options, [])
            group.append(part := Part(job, self.flush))
            full = len(group) >= self._size and self._waiting.pop(job.options)
        if full:
            self._start(full)
        return part

    def flush(self):
        """Have drawn what still waits for others."""
        with self._lock:
            groups, self._waiting = self._waiting, {}
        for group in groups.values():
            self._start(group)

    def _start(self, parts):
        if len(parts) == 1:
            self._start_alone(parts)
            return
        secret = secrets.token_hex(8)
        marks = [f"{secret}.{number}" for number in range(1, len(parts))]
        bodies = tuple(part.job.bodies[0] for part in parts)
        job = replace(parts[0].job, bodies=bodies, marks=tuple(map(MARK.format, marks)))
        self._submit(job, parts, lambda future: self._share(future, parts, marks))

    def _start_alone(self, parts):
        for part in parts:
            self._submit(part.job, [part], part.take)

    def _submit(self, job, parts, done):
        try:
            self._pool.submit(job).add_done_callback(done)
        except BaseException as error:  # noqa: BLE001 whoever waits for them must hear it, whatever it is
            _fail(parts, error)

    def _share(self, future, parts, marks):
        """Give each its part of what was drawn; where it cannot be told which, draw each alone."""
        contents = None
        try:
            contents = self._split(future.result(), parts, marks)
        except RenderError as error:
            _logger.info("Drawn one by one: %s", error)
        except BaseException as error:  # noqa: BLE001 as above; no fault of one of them
            _fail(parts, error)
            return
        if contents is None:
            self._start_alone(parts)
            return
        for part, content in zip(parts, contents, strict=True):
            part.set_result(content)

    @staticmethod
    def _split(content, parts, marks):
        try:
            return split(content, [part.job.bodies[0] for part in parts], marks)
        except Exception:
            # the library stumbles in many ways
            _logger.warning("Drawn one by one: what was drawn together could not be split", exc_info=True)


class Part(Future):
    """The PDF of one document of a group; whoever waits for it has the group drawn."""

    def __init__(self, job, flush):
        super().__init__()
        self.job = job
        self._flush = flush

    def result(self, timeout=None):
        self._flush()
        return super().result(timeout)

    def exception(self, timeout=None):
        self._flush()
        return super().exception(timeout)

    def take(self, future):
        """Be what another future is."""
        try:
            self.set_result(future.result())
        except BaseException as error:  # noqa: BLE001 handed on
            _fail([self], error)


def _fail(parts, error):
    if isinstance(error, CancelledError):
        error = RenderError("Nobody waits for the page any more")
    for part in parts:
        part.set_exception(error)


def split(content, bodies, marks):
    """Return the PDF of each document, or ``None`` where it is not certain which pages are whose.

    :param bytes content: all of them, with a page between each two that carries a mark and nothing else
    :param list bodies: their HTML
    :param list marks: the words on the pages between
    """
    try:
        reader = PdfReader(io.BytesIO(content))
        pages, fonts = list(reader.pages), {}
        texts = [_squeeze(page_text(page, fonts)) for page in pages]
    except (NotUnderstood, PyPdfError, ValueError):
        return None
    ends = [texts.index(mark) if texts.count(mark) == 1 else -1 for mark in marks]
    ranges = list(zip([0, *(end + 1 for end in ends)], [*ends, len(pages)], strict=True))
    if any(first >= last for first, last in ranges):
        return None
    if not are_own([_words(body) for body in bodies], ["".join(texts[first:last]) for first, last in ranges]):
        return None
    return [_write(pages[first:last]) for first, last in ranges]


def are_own(words, texts):
    """Tell whether each document has its own text, and can be told from all others by it.

    :param list words: of each document, those that must be found, in pieces without blanks
    :param list texts: what stands on the pages of each, without blanks
    """
    known = Counter(word for one in words for word in set(one))
    for number, one in enumerate(words):
        if not one or not all(word in texts[number] for word in one):
            return False
        # what all of them say tells nothing; one that says nothing else could be any of them
        own = [word for word in set(one) if known[word] < len(words)]
        if any(all(word in text for word in own) for other, text in enumerate(texts) if other != number):
            return False
    return True


def _words(body):
    """The words of an HTML document, in the pieces in which it has them."""
    root = lxml.html.document_fromstring(body)
    pieces = []
    for node in root.iter():
        seen = isinstance(node.tag, str) and node.tag not in _UNSEEN
        pieces += filter(None, (_squeeze(node.text) if seen else "", _squeeze(node.tail)))
    return pieces


def _squeeze(text):
    """Letters without blanks, of the same kind whatever the font has one for, small and large alike."""
    return _NO_PICTURE.sub("", unicodedata.normalize("NFKC", text or "")).casefold()


def _write(pages):
    writer, target = PdfWriter(), io.BytesIO()
    for page in pages:
        writer.add_page(page)
    writer.write(target)
    return target.getvalue()
