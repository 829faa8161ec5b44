"""Whatever a person typed into a text: it comes back for the same document, and tells nobody of another one."""

import unittest
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples
from template import render
from test_text import FIRST, SECOND, SOURCE, values_of, words

from tools.text.text_blocks import outer_html, plain, typed
from tools.text.text_marks import parse
from tools.text.texts import mark, rebuild, rebuild_line, remember, remember_line, unmarked

EASY = settings(deadline=None, max_examples=examples(300), derandomize=True, database=None)
DOCUMENTS = [
    FIRST, SECOND,
    {**FIRST, "number": "S00049", "amount": "R$ 480.00", "due": "", "customer": "Ana Silva", "files": ["Prices.pdf"]},
    {**FIRST, "number": "FV/7/2026", "amount": "R$ 7,000,001.99", "open": False, "customer": "Żółw Sp. z o.o."},
    {**FIRST, "number": "RINV/2025/00009", "amount": "R$ 333.33", "due": "02/28/2025", "customer": "Łukasz Gżegżółka",
     "instalments": ["01/31/2025 – R$ 111.11", "02/15/2025 – R$ 222.22"]},
]
DOCUMENT = st.sampled_from(DOCUMENTS)
WORD = st.text("abcdefghijklmnopqrstuvwxyzżółčã{}&<>'\"!?-–;:", min_size=1, max_size=8)
TAG = st.sampled_from(["", "b", "i", "span", "u", "a"])
ODD = "INV/2026031 R$1,50.4Sila& \xa0\u200b\xad"
ANYTHING = st.text(st.characters(codec="utf-8"), max_size=60) | st.text(ODD, max_size=60)
PARAGRAPH = st.sampled_from(["p", "div", "h2", "li", "pre", "blockquote", "td", "br", "x"])


def of_document(document):
    """Spellings that are a document's own."""
    return [spelling for spellings in values_of(document).values() for spelling in spellings if spelling]


@st.composite
def sentences(draw, document):
    """Words and values of the document with blanks between them, some in tags, some values over two of these."""
    parts = []
    for piece in draw(st.lists(WORD | st.sampled_from(of_document(document)), min_size=1, max_size=8)):
        tag, cut = draw(TAG), draw(st.integers(0, len(piece)))
        head, tail = escape(piece[:cut]), escape(piece[cut:])
        parts.append(f"{head}<{tag}>{tail}</{tag}>" if tag else head + tail)
    return draw(st.sampled_from([" ", "\n", "\N{NO-BREAK SPACE}", " \u200b "])).join(parts)


@st.composite
def edited(draw, document):
    """Blocks of the template, some left out or moved, and paragraphs of a person's own."""
    stay = [outer_html(segment.element) for segment in typed(parse(unmarked(render(mark(SOURCE), document)))[0])]
    stay = draw(st.permutations(stay)) if draw(st.booleans()) else stay
    stay = [block for block in stay if draw(st.integers(0, 5))]
    for paragraph in draw(st.lists(sentences(document), max_size=4)):
        stay.insert(draw(st.integers(0, len(stay))), f"<p>{paragraph}</p>")
    return f"<div>{''.join(stay)}</div>"


@st.composite
def nonsense(draw, document):
    """Anything, with pieces of the document's values in it."""
    html = []
    for piece in draw(st.lists(ANYTHING | st.sampled_from([*of_document(document), *document["instalments"]]))):
        tag, cut = draw(TAG | PARAGRAPH), draw(st.integers(0, len(piece)))
        html.append(f"{escape(piece[:cut])}<{tag}>{escape(piece[cut:])}</{tag}>" if tag else piece)
    stay = unmarked(render(mark(SOURCE), document))
    cut = draw(st.integers(0, len(stay)))
    return stay[:cut] + "".join(html) + stay[cut:]


class TestProperties(unittest.TestCase):
    @EASY
    @given(st.data(), DOCUMENT)
    def test_it_comes_back(self, data, document):
        """Kept and used for the same document: people read the same."""
        body, values = data.draw(edited(document)), values_of(document)
        original = render(mark(SOURCE), document)
        content = remember(original, body, values, common=["Helena Prado"])
        again = rebuild(content, original, values) if content else unmarked(original)
        if not words(body)[0]:
            self.assertIsNone(content, "nothing was left")
        elif len(document["instalments"]) < 2:  # of a loop all lines stay, or none
            self.assertEqual(words(again), words(body))
            self.assertEqual(remember(original, again, values, common=["Helena Prado"]), content)

    @EASY
    @given(st.data(), DOCUMENT, DOCUMENT)
    def test_it_tells_nothing_of_another_document(self, data, first, second):
        body = data.draw(edited(first) | nonsense(first))
        content = remember(render(mark(SOURCE), first), body, values_of(first), common=["Helena Prado"])
        if content:
            self._check(first, second, rebuild(content, render(mark(SOURCE), second), values_of(second)))

    @EASY
    @given(st.data(), DOCUMENT, DOCUMENT)
    def test_nor_does_a_subject(self, data, first, second):
        pieces = st.lists(ANYTHING | st.sampled_from(of_document(first)), max_size=6)
        typed_line = data.draw(st.sampled_from(["", " ", ", "])).join(data.draw(pieces))
        line = remember_line("Invoice", typed_line, values_of(first))
        if line:
            self._check(first, second, escape(rebuild_line(line, "Invoice", values_of(second))))
            self.assertEqual(rebuild_line(line, "Invoice", values_of(first)).split(), line_words(typed_line))

    def _check(self, first, second, body):
        texts = ["".join(plain(block.element).split()).casefold() for block in typed(parse(body))]
        theirs = "".join(words(render(SOURCE, second))).replace(" ", "").casefold()
        for value in (*of_document(first), *first["instalments"]):
            tight = "".join(value.split()).casefold()
            if len(tight) >= 6 and tight not in theirs and value not in of_document(second):
                self.assertFalse([text for text in texts if tight in text], value)


def line_words(line):
    return words(escape(line))[0].split()
