"""Many PDFs into one file: every page once, shared parts kept, and a broken one leaves no trace."""

import io
import tempfile
import unittest
from pathlib import Path

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tools.pdf.library import PdfReader
from tools.pdf.merge import Merger, UnreadablePdf, check


def draw(*texts):
    target = io.BytesIO()
    canvas = Canvas(target)
    for text in texts:
        canvas.drawString(100, 700, text)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def locked(content, password):
    target = io.BytesIO()
    canvas = Canvas(target, encrypt=StandardEncryption(password, "owner", strength=128))
    canvas.drawString(100, 700, content)
    canvas.save()
    return target.getvalue()


class TestMerge(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "all.pdf")

    def pages(self):
        return [page.extract_text().strip() for page in PdfReader(self.path).pages]

    def test_in_order(self):
        with Merger(self.path) as merger:
            self.assertEqual([merger.add(draw("a", "b")), merger.add(draw("c"))], [2, 1])
            self.assertEqual(merger.pages, 3)
            merger.close()
        self.assertEqual(self.pages(), ["a", "b", "c"])

    def test_merged_again(self):
        with Merger(self.path) as merger:
            for number in range(3):
                merger.add(draw(f"{number}"))
            merger.close()
        content = self.path.read_bytes()
        with Merger(self.path) as merger:
            merger.add(content)
            merger.add(content)
            merger.close()
        self.assertEqual(self.pages(), ["0", "1", "2"] * 2)

    def test_broken_ones_leave_no_trace(self):
        with Merger(self.path) as merger:
            merger.add(draw("a"))
            for broken in (b"", b"<html/>", b"%PDF-1.4 nothing", draw("x" * 50)[:300], locked("y", "secret")):
                with self.subTest(content=broken[:20]), self.assertRaises(UnreadablePdf):
                    merger.add(broken)
            merger.add(draw("b"))
            merger.close()
        self.assertEqual(self.pages(), ["a", "b"])

    def test_locked_without_a_password(self):
        with Merger(self.path) as merger:
            merger.add(locked("open", ""))
            merger.close()
        self.assertEqual(self.pages(), ["open"])

    def test_check(self):
        self.assertEqual(check(draw("a", "b")), 2)
