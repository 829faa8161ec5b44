"""The words on a page that Qt drew: all of them, or none."""

import unittest

from tools.pdf.glyphs import NotUnderstood, page_text
from tools.pdf.library import ArrayObject, DictionaryObject, NameObject, StreamObject

TABLE = """\
1 begincodespacerange <0000> <FFFF> endcodespacerange
2 beginbfrange
<0000> <0000> <0000>
<0001> <0004> [<0049> <004E> <0056> <002F> ]
endbfrange
1 beginbfrange <000A> <000C> <0031> endbfrange
2 beginbfchar <000f> <00660069>
<0010> <D83DDE00> endbfchar
"""
#: "INV/" and "123", as Qt writes them
NUMBER = "q\n1 0 0 1 0 0 cm\nBT\n/F6 32 Tf 1 0 0 -1 0 0 Tm\n8 -30 Td <0001> Tj\n21.5 0 Td <0002> Tj\n9 0 Td <0003> Tj" \
    "\n9 0 Td <0004> Tj\nET\nQ\nq\nBT\n/F6 16 Tf 1 0 0 -1 0 0 Tm\n98 -74 Td <000A> Tj\n9 0 Td <000B> Tj\n" \
    "9 0 Td <000C> Tj\nET\nQ\n"


def stream(text, **values):
    """A stream without a filter."""
    made = StreamObject()
    made._data = text.encode()
    made.update({NameObject(f"/{key}"): value for key, value in values.items()})
    return made


def dictionary(**values):
    """A dictionary with names as keys."""
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in values.items()})


def page(drawn=NUMBER, table=TABLE, encoding="/Identity-H", pictures=()):
    """A page with one font."""
    font = dictionary(Encoding=NameObject(encoding))
    if table is not None:
        font[NameObject("/ToUnicode")] = stream(table)
    forms = {f"X{number}": stream("", Subtype=NameObject(kind)) for number, kind in enumerate(pictures)}
    resources = dictionary(Font=dictionary(F6=font), XObject=dictionary(**forms))
    contents = ArrayObject(map(stream, drawn)) if isinstance(drawn, list) else stream(drawn)
    return dictionary(Resources=resources, Contents=contents)


class TestGlyphs(unittest.TestCase):
    def test_texts_in_lines(self):
        self.assertEqual(page_text(page(), {}), "INV/\n123")

    def test_several_letters_in_a_glyph(self):
        self.assertEqual(page_text(page("BT\n/F6 9 Tf 1 0 Td <000F> Tj <0010> Tj\nET"), {}), "fi\U0001f600")

    def test_pictures_and_pieces(self):
        self.assertEqual(page_text(page(["/X0 Do\n", NUMBER], pictures=["/Image"]), {}), "INV/\n123")

    def test_empty(self):
        self.assertEqual(page_text(dictionary(), {}), "")

    def test_all_or_nothing(self):
        """Whatever may show a word that is not told."""
        for changed in (
            page(NUMBER.replace("<0001> Tj", "(INV) Tj")), page(NUMBER.replace("<0001> Tj", "[<0001> 9 <0002>] TJ")),
            page(NUMBER.replace("<0001> Tj", "<00010002> Tj")), page(NUMBER.replace("<0001> Tj", "<01> Tj")),
            page(NUMBER.replace("<0001> Tj", "<00> '")), page(NUMBER.replace("<0001>", "<0099>")),
            page(NUMBER.replace("/F6 32", "/F7 32")), page(NUMBER.replace("/F6 32 Tf", "")),
            page(NUMBER.replace("Tm", "Tm 3 Tr")), page(NUMBER.replace("Tm", "Tm /Span BMC")),
            page(NUMBER[:NUMBER.rindex("ET")]), page(NUMBER.replace("ET\nQ\nq\nBT", "\n")[:-9]),
            page("q BI /W 1 ID BT\nEI Q " + NUMBER), page(pictures=["/Form"]), page(pictures=["/Image", "/PS"]),
            page(table=None), page(table=TABLE[:TABLE.index("000A")]), page(encoding="/WinAnsiEncoding"),
            page(NUMBER.replace("<0001>", "<000g>")),
        ):
            with self.subTest(page=changed), self.assertRaises(NotUnderstood):
                page_text(changed, {})
