"""The words on a page that Qt drew, which is what wkhtmltopdf draws with: read from the list of its glyphs.

A library that reads any PDF spends tens of milliseconds on a page: it follows each matrix and width. Qt places each
glyph by itself (``21.6 -30 Td <0001> Tj``), text by text (``BT`` … ``ET``), in fonts that say what each glyph means
(``/ToUnicode``, ISO 32000-1, 9.10.3). Nothing else is understood here, and nothing is guessed.
"""

import re

#: A text; the font of the glyphs that follow; a glyph
_TEXT = re.compile(rb"\bBT\s(.*?)\sET\b", re.DOTALL)
_FONT = re.compile(rb"/(\w+)\s+[-+.\d]+\s+Tf\b")
_GLYPH = re.compile(rb"<(\w{4})>")
#: All that may stand before a font, and after it: numbers, what sets place and matrix, glyphs
_NUMBERS = re.compile(rb"[-+.\d\s]*")
_GLYPHS = re.compile(rb"(?:[-+.\d\s]|T[dm]\b|<[0-9A-F]{4}>\s*Tj\b)*")
#: What a font says of its glyphs: from, to, and the first one's letter or a list; or glyph by glyph
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_RANGE = re.compile(rb"<(\w{4})>\s*<(\w{4})>\s*(?:<(\w+)>|\[([^]]*)\])")
_SINGLES = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_SINGLE = re.compile(rb"<(\w{4})>\s*<(\w+)>")
_LETTER = re.compile(rb"<(\w+)>")


class NotUnderstood(Exception):
    """The page was made by other means: ask a library."""


def page_text(page, fonts):
    """Return the texts on a page, each on a line of its own.

    :param page: of :mod:`tools.pdf.library`
    :param dict fonts: the letters of fonts of the same file, by number; it is added to
    :raises NotUnderstood: where anything on it may be a text that would not be returned
    """
    resources = _get(page, "/Resources") or {}
    pictures = (_get(resources, "/XObject") or {}).values()
    if any(_get(picture.get_object(), "/Subtype") != "/Image" for picture in pictures):
        raise NotUnderstood("a page within the page")
    parts = _TEXT.split(_drawn(page))
    if any(b"BT" in between for between in parts[::2]):
        raise NotUnderstood("a text without an end")
    names = _get(resources, "/Font") or {}
    letters = {name[1:].encode(): _letters_of(names.raw_get(name), fonts) for name in names}
    return "\n".join(_read(text, letters) for text in parts[1::2])


def _drawn(page):
    contents = _get(page, "/Contents")
    parts = contents if isinstance(contents, list) else [contents] if contents is not None else ()
    return b"\n".join(part.get_object().get_data() for part in parts)


def _read(text, letters):
    """The letters of one text."""
    before, *rest = _FONT.split(text)
    names, parts = rest[::2], rest[1::2]
    if not _NUMBERS.fullmatch(before) or not all(map(_GLYPHS.fullmatch, parts)):
        raise NotUnderstood("more than glyphs in a text")
    try:
        return "".join(
            letters[name][glyph] for name, part in zip(names, parts, strict=True) for glyph in _GLYPH.findall(part))
    except KeyError as error:
        raise NotUnderstood("a glyph without a meaning") from error


def _letters_of(reference, fonts):
    """``{glyph: letters}`` of a font."""
    number = getattr(reference, "idnum", None)
    if number is None or number not in fonts:
        font = reference.get_object()
        meaning = _get(font, "/ToUnicode")
        if meaning is None or _get(font, "/Encoding") != "/Identity-H":
            raise NotUnderstood("a font that does not say what its glyphs mean")
        fonts[number] = dict(_meanings(meaning.get_data()))
    return fonts[number]


def _meanings(table):
    """Yield glyph and letters from the table of a font."""
    for block in _RANGES.findall(table):
        for first, last, one, many in _RANGE.findall(block):
            glyphs = range(int(first, 16), int(last, 16) + 1)
            letters = [_letters(code) for code in _LETTER.findall(many)] if not one else [
                chr(int(one, 16) + place) for place in range(len(glyphs))]
            # where a list is too short, what is left has no meaning
            yield from ((b"%04X" % glyph, letter) for glyph, letter in zip(glyphs, letters, strict=False))
    for block in _SINGLES.findall(table):
        yield from ((glyph.upper(), _letters(code)) for glyph, code in _SINGLE.findall(block))


def _letters(code):
    """What a glyph stands for, which may be several letters."""
    return bytes.fromhex(code.decode()).decode("utf-16-be")


def _get(pdf_object, key):
    """What a dictionary has under a key, wherever it stands in the file."""
    return pdf_object[key] if key in pdf_object else None  # noqa: SIM401 its get() follows no reference
