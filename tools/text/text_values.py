"""Values of a document in a text: found and turned into placeholders, and filled in again for another document.

Values are a dictionary: name → spellings, each spelling at an index that means the same for every document (empty
where a document has none). The first one is the usual one. A name that begins with an underscore is no placeholder:
a text that holds one of its spellings belongs to this document alone.
"""

import re
import unicodedata

#: Begins and ends with a word, and no part of a longer number: 250 is not in 1,250.00
_BEGIN, _END = r"(?<![^\W_])(?<!\d[.,])", r"(?![^\W_])(?![.,]\d)"
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)(?:\.(\d{1,3}))?\}")
#: A text of this length is looked for within words, too
_LONG = 6
#: Stands where a value was taken out
HOLE = "\x00"


class Finder:
    """Finds the values of one document in a text.

    :param dict values: see above
    :param printed: what the template printed for this document
    :param common: what may stay in a text although it was printed: it is the same for every document
    """

    def __init__(self, values, printed=(), common=()):
        self._found = {}
        for name, spellings in values.items():
            for index, spelling in enumerate(spellings):
                spelling = clean(spelling or "").strip()
                if spelling:
                    self._found.setdefault(_tight(spelling), (name, index, spelling))
        ours = sorted({spelling for _name, _index, spelling in self._found.values()}, key=len, reverse=True)
        self._pattern = _words(ours)
        usual = {_squeeze(text) for text in common}
        foreign = [text for text in printed if _squeeze(text) not in usual and _is_telling(text)]
        self._foreign = _words(sorted(foreign, key=len, reverse=True))
        self._long = {
            _squeeze(text) for text in (*ours, *foreign)
            if re.search(r"[\d\s]", text.strip()) and _squeeze(text) not in usual
        }
        self._long = {text for text in self._long if len(text) >= _LONG}

    def find(self, text):
        """Return ``[(begin, end, placeholder)]`` of the values in a text; the longest spelling wins."""
        hits = []
        for match in self._pattern.finditer(text):
            name, index, _spelling = self._found[_tight(match[0])]
            if not name.startswith("_"):
                hits.append((*match.span(), f"{{{name}.{index}}}" if index else f"{{{name}}}"))
        return hits

    def leaks(self, rest):
        """Tell whether a text says something of this document, what was found and taken out aside."""
        rest = unicodedata.normalize("NFKC", rest)
        tight = _squeeze(rest)
        return bool(
            self._pattern.search(rest) or self._foreign.search(rest) or any(value in tight for value in self._long)
        )


def fill(text, values):
    """Return a text with values in the place of placeholders; ``None`` where the document lacks one of them.

    Braces around anything else stay as they are.
    """
    lacking = False

    def value(match):
        nonlocal lacking
        name, index = match[1], int(match[2] or 0)
        if name not in values:
            return match[0]
        spellings = values[name]
        chosen = spellings[index:index + 1] + [spelling for spelling in spellings if spelling]
        chosen = next((spelling for spelling in chosen if spelling), "")
        lacking = lacking or not chosen
        return chosen

    filled = _PLACEHOLDER.sub(value, text)
    return None if lacking else filled


def readable(text):
    """Return a text with placeholders for people: which spelling it was does not matter to them."""
    return _PLACEHOLDER.sub(r"{\1}", text)


def clean(text):
    """Return a text without what nobody sees: an editor's zero-width blanks, soft hyphens, control characters."""
    return re.sub(r"[\u200b\u2060\ufeff\xad\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "", text)


def splice(text, spans):
    """Return a text with ``(begin, end, replacement)`` of it replaced; spans are in order and apart."""
    parts, last = [], 0
    for begin, end, replacement in spans:
        parts += [text[last:begin], replacement]
        last = end
    return "".join([*parts, text[last:]])


def _words(spellings):
    """A pattern for these, the first one that fits; any blanks where they have one. Nothing: nothing fits."""
    ways = "|".join(r"\s*".join(map(re.escape, spelling.split())) for spelling in spellings if spelling.split())
    return re.compile(f"{_BEGIN}(?:{ways}){_END}" if ways else r"(?!)")


def _is_telling(printed):
    """A printed value with a digit, or with a capital letter as names have it; not a word like “quotation”."""
    return any(letter.isdigit() for letter in printed) or (
        any(letter.isupper() for letter in printed) and sum(letter.isalpha() for letter in printed) > 2
    )


def _tight(text):
    return "".join(text.split())


def _squeeze(text):
    """A text without case, blanks and what nobody sees, to look for what was written in another way."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in text if not letter.isspace() and unicodedata.category(letter) != "Cf")
