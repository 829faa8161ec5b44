"""Many PDFs into one file: every page once, shared parts kept, and a broken one leaves no trace."""

import io
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

import pypdfium2
from hostile import letter as draw
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, TextStringObject
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tools.pdf.library import PdfReader
from tools.pdf.merge import Merger, UnreadablePdf, check


def draw_picture(colour):
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), colour)), 100, 700)
    canvas.save()
    return target.getvalue()


def locked(content, password):
    return draw(content, encrypt=StandardEncryption(password, "owner", strength=128))


def fill_in(value):
    """A form with one field, filled in."""
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.acroForm.textfield(name="amount", value=value, x=100, y=700, width=200)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def draw_layers(key="/OFF", *names):
    """A page with text in the layers *cost* and *price*; those named are on, or off, against the usual."""
    writer = PdfWriter(io.BytesIO(draw("x")))
    page, root = writer.pages[0], writer._root_object
    layers = {name: writer._add_object(DictionaryObject({
        NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject(name),
    })) for name in ("cost", "price")}
    page["/Resources"][NameObject("/Properties")] = DictionaryObject(
        {NameObject(f"/{name}"): layer for name, layer in layers.items()})
    content = DecodedStreamObject()
    content.set_data(b"\n".join(
        b"/OC /%s BDC BT /F1 12 Tf 100 %d Td (%s) Tj ET EMC" % (name.encode(), place, name.encode())
        for name, place in (("cost", 600), ("price", 500))))
    page[NameObject("/Contents")] = writer._add_object(content)
    root[NameObject("/OCProperties")] = DictionaryObject({
        NameObject("/OCGs"): ArrayObject(layers.values()),
        NameObject("/D"): DictionaryObject({
            NameObject("/BaseState"): NameObject("/OFF" if key == "/ON" else "/ON"),
            NameObject(key): ArrayObject(layers[name] for name in names),
        }),
    })
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def pictures(content):
    """The pages as they are printed, forms among them."""
    document = pypdfium2.PdfDocument(content)
    document.init_forms()
    pages = [page.render(scale=1).to_pil().tobytes() for page in document]
    document.close()
    return pages


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

    def assert_printed_alike(self, *contents):
        """Each page of the merged file looks as in its own, also where that file is merged once more."""
        alone = [page for content in contents for page in pictures(content)]
        for _time in range(2):
            with Merger(self.path) as merger:
                for content in contents:
                    merger.add(content)
                merger.close()
            contents = [self.path.read_bytes()]
            self.assertTrue(pictures(*contents) == alone)

    def test_a_letterhead_is_written_once(self):
        """Where it is the same to the last byte; each page looks as before, and a broken file changes nothing."""
        blue, red = (draw_picture(colour) for colour in ("blue", "red"))
        contents = [blue, red] * 5
        with Merger(self.path) as merger:
            with patch.object(merger, "_prepare_form", side_effect=ValueError), self.assertRaises(UnreadablePdf):
                merger.add(red)
            for content in contents:
                merger.add(content)
            merger.close()
        self.assertEqual(self.path.read_bytes().count(b"/Subtype /Image"), 2)
        self.assert_printed_alike(*contents)

    def test_layers_that_are_off_stay_off(self):
        hidden, shown = draw_layers("/OFF", "cost"), draw_layers()
        self.assertFalse(pictures(hidden) == pictures(shown))
        self.assert_printed_alike(draw("a"), hidden, draw_layers("/ON", "price"), shown)

    def test_what_was_filled_in_stays(self):
        self.assertFalse(pictures(fill_in("1,088.00")) == pictures(fill_in("")))
        self.assert_printed_alike(fill_in("1,088.00"), draw("a"), fill_in("17.50"))
