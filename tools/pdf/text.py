"""What stands in a PDF of our own."""

import io
import re

from .glyphs import NotUnderstood, page_text
from .library import PdfReader, PyPdfError

#: Characters of a number that is looked for
MOST_NUMBER = 100


def pdf_text(content):
    """Return the text of a PDF of our own; empty where it cannot be read or holds pictures only.

    In this process, as wkhtmltopdf has just drawn it: others type the words on it, nobody its structure, fonts and
    streams. What anybody may have made goes to :mod:`tools.pdf.reader`.
    """
    fonts = {}
    try:
        return "\n".join(_text_of(page, fonts) for page in PdfReader(io.BytesIO(content)).pages)
    except PyPdfError:
        return ""


def _text_of(page, fonts):
    """The text of a page: of its glyphs as wkhtmltopdf draws them; by the library, ten times slower, of any other."""
    try:
        return page_text(page, fonts)
    except (NotUnderstood, ValueError):
        return page.extract_text()


def mentions(text, number):
    """Tell whether a document's number stands in a text, and not only as a part of another one.

    A PDF knows positions, not words: blanks may come out between any two letters.
    """
    letters = r"\s*".join(re.escape(letter) for letter in number[:MOST_NUMBER] if not letter.isspace())
    return re.search(rf"(?<![0-9A-Za-z]){letters}(?![0-9])", text) is not None
