"""A word across each page of a PDF."""

import io
import math

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from .library import PdfReader, PdfWriter

FONT = "Helvetica-Bold"
#: Share of the diagonal that the word takes
SHARE = 0.7
GREY, OPACITY = 0.55, 0.35


def stamp(content, word):
    """Return the PDF with a word across each page, light enough to read the page through it."""
    writer = PdfWriter()
    # page by page: PyPDF2 would write a clone of the whole document without what is drawn on it here
    for page in PdfReader(io.BytesIO(content)).pages:
        writer.add_page(page)
    stamps = {}
    for page in writer.pages:
        size = float(page.mediabox.width), float(page.mediabox.height)
        if size not in stamps:
            stamps[size] = PdfReader(io.BytesIO(_draw(word, *size))).pages[0]
        page.merge_page(stamps[size])
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _draw(word, width, height):
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(width, height))
    canvas.setFillGray(GREY, OPACITY)
    size = SHARE * math.hypot(width, height) / stringWidth(word, FONT, 1)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(math.degrees(math.atan2(height, width)))
    canvas.setFont(FONT, size)
    canvas.drawCentredString(0, -size / 3, word)
    canvas.save()
    return target.getvalue()
