"""What stands in a PDF."""

import io
import logging
import re
import time
from itertools import islice

from pypdf import PdfReader
from pypdf.errors import PyPdfError

_logger = logging.getLogger(__name__)

#: Of a stranger's file: bytes, pages, bytes and forms that one page draws, and seconds for all of them together
MOST_BYTES, MOST_PAGES, MOST_DRAWN, MOST_FORMS, MOST_SECONDS = 10_000_000, 30, 1_000_000, 1000, 5
#: Characters of a number that is looked for
MOST_NUMBER = 100


def pdf_text(content):
    """Return the text of a PDF; empty where it cannot be read or holds pictures only."""
    try:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    except PyPdfError:
        return ""


def strange_text(content, pages=MOST_PAGES, seconds=MOST_SECONDS):
    """Return the text of a PDF that anybody may have made; empty where it is broken, locked or too large.

    :param bytes content: at most :data:`MOST_BYTES`
    :param int pages: so many from the first one are read
    :param float seconds: after these it stops at the next drawing command; what was read until then is returned
    """
    if not content or len(content) > MOST_BYTES or b"%PDF-" not in content[:1024]:
        return ""
    until = time.monotonic() + seconds

    def watch(*_operation):
        if time.monotonic() > until:
            raise TimeoutError

    texts = []
    try:
        for page in islice(PdfReader(io.BytesIO(content)).pages, pages):
            watch()
            if _drawn(page) <= MOST_DRAWN:
                texts.append(page.extract_text(visitor_operand_before=watch))
    except Exception as error:  # noqa: BLE001 what is broken on purpose raises more than pypdf's own errors
        _logger.debug("Not all of a PDF could be read: %s", error)
    return "\n".join(texts)


def _drawn(page):
    """Bytes of drawing commands, those of its forms included: a small file can unpack to a hundred megabytes."""
    contents = page.get_contents()
    total = len(contents.get_data()) if contents is not None else 0
    waiting, seen = [page], set()
    # forms that draw nothing add nothing to the total
    while waiting and total <= MOST_DRAWN and len(seen) < MOST_FORMS:
        resources = _object(waiting.pop().get("/Resources")) or {}
        for form in map(_object, (_object(resources.get("/XObject")) or {}).values()):
            if form.get("/Subtype") == "/Form" and id(form) not in seen:
                seen.add(id(form))
                waiting.append(form)
                total += len(form.get_data())
    return total


def _object(pdf_object):
    return pdf_object.get_object() if pdf_object is not None else None


def mentions(text, number):
    """Tell whether a document's number stands in a text, and not only as a part of another one.

    A PDF knows positions, not words: blanks may come out between any two letters.
    """
    letters = r"\s*".join(re.escape(letter) for letter in number[:MOST_NUMBER] if not letter.isspace())
    return re.search(rf"(?<![0-9A-Za-z]){letters}(?![0-9])", text) is not None
