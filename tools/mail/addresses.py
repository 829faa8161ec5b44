"""E-mail addresses as people type and paste them: taken apart, checked and brought to a normal form.

What stands beside an address never becomes a part of it. An address is taken where something marks its two ends: an
angle bracket, a separator, a line, a dash with blanks, a label, a number of a list. With mere words beside it nobody
can tell a name from a slip (``ana@silva.com br``, ``joao. silva@x.com``), and the text is refused as it stands.

All of it takes linear time and no recursion.
"""

import re
from typing import NamedTuple

import idna

#: Characters of a field; longer ones are refused
MOST_TEXT = 20_000
#: RFC 5321 §4.5.3.1, without the brackets
_MOST_LOCAL, _MOST_DOMAIN = 64, 253
#: Characters of what could not be read that are shown
_SHOWN = 100
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")

#: Signs that nobody sees: soft hyphen, zero-width blanks, marks of direction, byte order mark
_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff"
#: The two joiners mean something between letters of some scripts, also in a domain (RFC 5892, appendix A)
_INVISIBLE = re.compile(f"[{_UNSEEN}]|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
#: Full-width signs of East Asian keyboards → ASCII
_NARROW = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: " ", 0x3002: ".", 0xFF61: ".", 0xFE6B: "@"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_WORD = re.compile(r'[^\s<("]+')
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_QUOTES = {
    "'": "'", "`": "`'", "‘": "’", "‚": "‘’", "“": "”", "„": "”“", "«": "»", "»": "«", "‹": "›", "”": "”", "’": "’",
}
#: Alone between blanks: what sets words apart from an address, and addresses from each other
_DIVIDERS = re.compile(r"[-‐‑‒–—―|/\\•·‣◦∙▪▫●○■□◆►→»>*&+]+")
#: Before an address, also without a blank
_BULLETS = "•·‣◦∙▪▫●○■□◆►→"
_NUMBER = re.compile(r"\d{1,3}[.)\]:ºª°-]+|[A-Za-z]\)")
_AND = frozenset(("e", "and", "y", "et", "i", "a", "und", "ou", "or", "o", "oder", "oraz", "lub", "nebo", "e/ou"))
#: Before an address without a blank behind the colon; with one any words may stand there
_LABELS = re.compile(
    r"(?:e-?mails?|mails?|mailto|smtp|to|para|cc|cco|bcc|de|from|correo|courriel|contato|nf-?e):", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_LIST = re.compile(r"(\d{1,3})[.-](?=\S)")
_NUMBER_BEFORE = re.compile(r"\(?\d{1,3}\)")


class Address(NamedTuple):
    """One usable address.

    ``email`` is the normal form by which addresses are compared, ``name`` the display name
    that stood beside it (may be empty).
    """

    email: str
    name: str


class Parsed(NamedTuple):
    """What a text holds: usable addresses without doubles, and the pieces that are none."""

    valid: list
    invalid: list

    @property
    def emails(self):
        """The normal forms of the usable addresses."""
        return [address.email for address in self.valid]


def normalize(email):
    """Return the normal form of one bare address, or ``None`` when no mail can reach it.

    Case is dropped, an international domain is written in its ASCII form (RFC 5891), signs that nobody sees are left
    out, full-width ones made narrow. A local part outside ASCII is refused, see :func:`needs_smtputf8`.
    A domain of one label (``name@intranet``) is left to the mail server to judge, as Odoo does.
    Limits of length: RFC 5321 §4.5.3.1.
    """
    local, at, domain = _split(email)
    if not at or not _LOCAL_PART.fullmatch(local):
        return None
    domain = _ascii_domain(domain)
    return f"{local}@{domain}".lower() if domain else None


def holds_sign(text):
    """Tell whether a text means to hold an address: the sign ``@`` stands in it, also a full-width one."""
    return "@" in _clean(text or "")


def needs_smtputf8(email):
    """Tell whether only its local part outside ASCII keeps this from being an address (``jan.novák@x.example``).

    It may stand in angle brackets. Such mail goes only where every server on its way offers SMTPUTF8 (RFC 6531). Odoo
    writes envelopes in ASCII whatever the server offers, so that it does not go at all.
    """
    local, at, domain = _split((email or "").rpartition("<")[2].rstrip("> "))
    if not at or local.isascii() or not _ascii_domain(domain):
        return False
    return bool(_LOCAL_PART.fullmatch(re.sub(r"[^\W_]|[^\x00-\x7f]", "x", local)))


def spellings(email):
    """Return the ways in which others may have written a normal form down: Odoo keeps the domain as typed."""
    local, _at, domain = (email or "").rpartition("@")
    try:
        return {email, f"{local}@{idna.decode(domain)}"} if len(domain) <= _MOST_DOMAIN else {email}
    except (idna.IDNAError, UnicodeError):
        return {email}


def parse(text):
    """Take a field of one or several addresses apart, with the names, labels and numbers around them.

    Separators are comma, semicolon, line and tab; between two addresses also a blank, a slash and “and”. What stands
    in quotes or brackets is not separated. A bare address that begins with a sign (``-ana@x``, ``/ana@x``) is taken
    in angle brackets only: the sign may be a bullet.

    :return: :class:`Parsed`; addresses with the same normal form count once, the first one wins. Each piece that holds
        no usable address is among the invalid ones
    """
    text = text or ""
    if len(text) > MOST_TEXT:
        return Parsed([], [f"{text[:_SHOWN].strip()}…"])
    return _parse(_clean(text))


def _parse(text, within=False):
    valid, invalid = {}, []
    for piece in _refuse_numbered([piece for line in _lines(text, within) for piece in line]):
        for address in piece.found:
            valid.setdefault(address.email, address)
        if not piece.found and not piece.in_table:
            invalid.append(piece.text)
    return Parsed(list(valid.values()), invalid)


# ----------------------------------------------------------------------
# One address
# ----------------------------------------------------------------------

def _clean(text):
    """Return a text without what nobody sees, and with one sign for the end of a line."""
    return _LINE_END.sub("\n", _INVISIBLE.sub("", text).translate(_NARROW))


def _split(email):
    email = email or ""
    if len(email) > MOST_TEXT:
        return "", "", ""
    local, at, domain = _INVISIBLE.sub("", email).translate(_NARROW).strip().rpartition("@")
    if len(local) > _MOST_LOCAL or len(domain) > _MOST_DOMAIN:
        return "", "", ""
    return local, at, domain


def _ascii_domain(domain):
    """The form of a domain that stands in envelopes, or nothing."""
    try:
        domain = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""
    return domain if len(domain) <= _MOST_DOMAIN and all(map(_LABEL.fullmatch, domain.split("."))) else ""


def _unquote(word):
    """Take pairs of quotes away that stand around a word."""
    while len(word) > 1 and word[-1] in _QUOTES.get(word[0], ""):
        word = word[1:-1]
    return word


def _in_brackets(content):
    """The normal form of what stands in angle brackets."""
    content = _unquote(content.strip())
    if found := _MAILTO.match(content):
        content = content[found.end():].partition("?")[0]
        if "%" in content:  # an escaped sign: another address than the one that stands there
            return None
    return normalize(content)


def _bare(word, after_address=False):
    """The normal forms in a word that has an address; nothing where it is not clear which."""
    word = word.lstrip(_BULLETS)
    if found := _NUMBER_BEFORE.match(word):
        word = word[found.end():]
    if after_address:
        word = word.lstrip("/|\\")
    word = _unquote(word)
    if found := _LABELS.match(word):
        word = word[found.end():]
        if _MAILTO.fullmatch(found[0]):
            email = _in_brackets(found[0] + word)
            return [email] if email else []
    bare = word.rstrip("./:|\\")
    ended = bare != word
    parts = [_unquote(part) for part in (re.split(r"[/|\\]", bare) if bare.count("@") > 1 else [bare])]
    emails = [normalize(part) for part in parts]
    clear = all(emails) and all(part[0].isalnum() or part[0] == "_" for part in parts)
    if not clear or ended and "." not in emails[-1].rpartition("@")[2]:
        return []
    return emails


# ----------------------------------------------------------------------
# From a field to its pieces
# ----------------------------------------------------------------------

class _Piece:
    """What stands between two separators, and the addresses found in it."""

    def __init__(self, text, begin, end, separators, protected, within):
        self.begin, self.end = begin, end
        self.before, self.after = separators
        self.text = text[begin:end].strip()
        self.words = "@" not in self.text
        tokens = None if self.words else _tokens(text, begin, end, protected)
        self.bracketed = any(kind == "angle" for kind, _content, _glued in tokens or ())
        self.found = _read(tokens, within) if tokens else []
        #: another cell of the line in which an address stands
        self.in_table = False


def _protected(text):
    """Where quoted strings and comments begin that are closed again, and where they end; and the quotes alone."""
    quotes, opened = {}, None
    for found in re.finditer(r'\\.|"', text, re.DOTALL):
        if opened is None:
            # outside of quotes a backslash is a sign like others
            quote = found.start() if found[0] == '"' else found.end() - 1 if found[0] == '\\"' else None
            opened = quote
        elif found[0] == '"':
            quotes[opened], opened = found.end(), None
    comments, open_ones, place = {}, [], 0
    for found in re.finditer(r'["()]', text):
        if found.start() < place:
            continue
        if found[0] == '"':
            place = quotes.get(found.start(), place)
        elif found[0] == "(":
            open_ones.append(found.start())
        elif open_ones:
            comments[open_ones.pop()] = found.end()
    return quotes | comments


def _lines(text, within):
    """Yield the pieces of a field, line by line: separated by all but a new line or a semicolon."""
    protected = _protected(text)
    pieces, begin, before, place = [], 0, "\n", 0
    for found in re.finditer(r'[;,\n\t"(]|\Z', text):
        if found.start() < place:
            continue
        sign = found[0]
        if sign and sign in '"(':
            place = protected.get(found.start(), place)
            continue
        after = sign or "\n"
        if text[begin:found.start()].strip():
            pieces.append(_Piece(text, begin, found.start(), (before, after), protected, within))
        begin, before = found.end(), after
        if after in ";\n" and pieces:
            yield _finish(text, pieces)
            pieces = []


def _finish(text, pieces):
    """What a line came to, when its pieces are seen together."""
    addressed = not all(piece.words for piece in pieces)
    for piece in pieces:
        piece.in_table = addressed and piece.words and "\t" in (piece.before, piece.after)
    return list(_drop_glued(text, _join_names(pieces)))


def _refuse_numbered(pieces):
    """Refuse ``1.ana@x``, ``2.rui@x``: the numbers of a list, or parts of the addresses?"""
    last, number = None, None
    for piece in pieces:
        found = None if piece.words or piece.bracketed else _LIST.match(piece.text)
        following = int(found[1]) if found else None
        if found and number is not None and following == number + 1:
            last.found, piece.found = [], []
        if not piece.words:
            last, number = piece, following
    return pieces


def _join_names(pieces):
    """Put “Surname, First <address>” together again."""
    joined, names = [], []
    for piece in pieces:
        if names and names[-1].after == "," == piece.before and piece.bracketed and piece.found:
            first = piece.found[0]
            name = ", ".join(filter(None, [*(_name([entry.text]) for entry in names), first.name]))
            piece.found[0] = first._replace(name=name)
            names = []
        elif piece.words and piece.after == "," and (not names or names[-1].after == "," == piece.before):
            names.append(piece)
            continue
        joined += [*names, piece]
        names = []
    return joined + names


def _drop_glued(text, pieces):
    """Refuse what a comma without blanks joins to a bare address: ``joao,silva@x.com``, ``ana@silva,com``."""
    runs = []
    for piece in pieces:
        last = runs and runs[-1][-1]
        glued = last and last.after == "," == piece.before and last.end + 1 == piece.begin and not (
            text[last.end - 1].isspace() or text[piece.begin].isspace())
        if glued:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    for run in runs:
        clear = all(piece.bracketed or not piece.words for piece in run)
        if clear or not any(piece.found and not piece.bracketed for piece in run):
            yield from run
        else:
            first = run[0]
            first.end, first.found, first.in_table = run[-1].end, [], False
            first.text = text[first.begin:first.end].strip()
            yield first


def _tokens(text, begin, end, protected):
    """The parts of a piece as ``[(kind, content, whether nothing stands before it)]``; ``None`` where one is open."""
    tokens, place, last_square = [], begin, text.rfind("]", begin, end)
    while place < end:
        if text[place].isspace():
            place += 1
            continue
        start, sign = place, text[place]
        if sign in '"(':
            place = protected.get(start, end + 1)
            if place > end:
                return None
            kind = "quoted" if sign == '"' else "comment"
            content = text[start + 1:place - 1]
            content = _QUOTED_PAIR.sub(r"\1", content) if "\\" in content else content
        elif sign == "<":
            close = text.find(">", start, end)
            kind, place = "angle", end if close < 0 else close + 1
            content = text[start + 1:end if close < 0 else close]
        elif sign == "[" and start < last_square:
            place = text.find("]", start, end) + 1
            content = text[start + 1:place - 1]
            kind = "angle" if "@" in content else "comment"
        else:
            found = _WORD.match(text, start, end)
            kind, content, place = "word", found[0], found.end()
        tokens.append((kind, content, start > begin and not text[start - 1].isspace()))
    return tokens


# ----------------------------------------------------------------------
# From a piece to its addresses
# ----------------------------------------------------------------------

def _read(tokens, within):
    """The addresses of a piece; nothing where it is not clear which."""
    kinds = {kind for kind, content, _glued in tokens if "@" in content}
    if "angle" in kinds:
        return _read_brackets(tokens)
    if "word" in kinds:
        return _read_bare(tokens)
    held = [(kind, content, place) for place, (kind, content, _glued) in enumerate(tokens) if "@" in content]
    if len(held) != 1 or within:
        return []
    kind, content, place = held[0]
    if any(glued for _kind, _content, glued in tokens[place:place + 2]):
        return []
    # a cell of a table with several lines, or an address in quotes; “Joana (joana@x)”
    parsed = _parse(content, within=True)
    return parsed.valid if not parsed.invalid and (len(tokens) == 1 or len(parsed.valid) == 1) else []


def _read_brackets(tokens):
    """``Name <address>``, once or several times."""
    found, words, closed = [], [], True
    for kind, content, glued in tokens:
        if kind == "angle":
            email = _in_brackets(content)
            # a word before it may be the same address (“a@b <mailto:a@b>”), never another one
            others = {other for word_kind, word in words if word_kind != "quoted" and "@" in word
                      for other in _bare(word) or [None]}
            if not email or others - {email}:
                return []
            found.append(Address(email, _name_before(words)))
            words, closed = [], False
        else:
            # “<ana@silva>.com”
            if not closed and kind == "word" and glued and content.strip(".:"):
                return []
            closed = True
            words.append((kind, content))
    if any("@" in word and _bare(word) != [found[-1].email] for _kind, word in words):
        return []
    return found


def _read_bare(tokens):
    """Addresses without brackets: what stands beside one must set it apart."""
    kinds, found = [], []
    for place, (kind, content, glued) in enumerate(tokens):
        previous = kinds[-1] if kinds else "start"
        if kind != "word":
            # “kasa@nowak.pl(Kasa)” is one; “ana(x)maria@silva.com” is not
            if "@" in content and kind == "comment" or glued and not (kind == "comment" and previous == "address"):
                return []
            kinds.append(kind)
        elif glued and place:
            return []
        elif "@" in content:
            emails = _bare(content, after_address=previous == "address")
            if not emails or previous == "word":
                return []
            kinds.append("address")
            found.append((len(kinds) - 1, emails))
        else:
            kinds.append(_kind_of_word(content, previous, tokens[place + 1:place + 2]))
    if any(kinds[place + 1:place + 2] in (["word"], ["label"]) for place, _emails in found):
        return []
    # “ana@silva - com”, “ana@grupo.silva - motores.com”: the rest of it, or a word about her?
    place, emails = found[-1]
    rest = [content for (_kind, content, _glued), kind in zip(tokens[place + 1:], kinds[place + 1:], strict=True)
            if kind in ("word", "label")]
    if rest and ("." not in emails[-1].rpartition("@")[2] or re.search(r"\.\w", rest[0])):
        return []
    return _with_comments(tokens, found)


def _kind_of_word(content, previous, following):
    """What a word without an address is for the address beside it."""
    next_has_address = any(kind == "word" and "@" in word for kind, word, _glued in following)
    if content.casefold() in _AND and previous in ("address", "comment") and next_has_address:
        return "divider"
    if _DIVIDERS.fullmatch(content):
        return "divider"
    if _NUMBER.fullmatch(content) and previous in ("start", "address", "divider", "comment"):
        return "number"
    return "label" if content.endswith(":") and len(content) > 1 else "word"


def _with_comments(tokens, found):
    """The addresses, each with the comment behind it as its name."""
    addresses = []
    for place, emails in found:
        after = tokens[place + 1] if place + 1 < len(tokens) else ("", "", False)
        name = _name([after[1]]) if after[0] == "comment" else ""
        addresses += [Address(email, name) for email in emails]
    return addresses


def _name(words):
    """A display name from its parts, on one line."""
    return " ".join(_CONTROL.sub(" ", " ".join(words)).split())


def _name_before(tokens):
    """The name before an angle bracket, without what only divides it from the address before, and without a label."""
    words = [(kind, word) for kind, word in tokens if kind == "quoted" or kind == "word" and "@" not in word]
    while words and words[0][0] == "word" and (
        _DIVIDERS.fullmatch(words[0][1]) or words[0][1].casefold() in _AND or _NUMBER.fullmatch(words[0][1])
        or _LABELS.fullmatch(words[0][1])
    ):
        del words[0]
    return _name(word for _kind, word in words)
