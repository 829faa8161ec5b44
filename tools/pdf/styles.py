"""The style sheets of a page, with no more in them than the page can use.

Odoo's bundle of report styles has 400 kB, of which a letter uses some 20. wkhtmltopdf reads it anew for each document
and each head and foot, which takes most of its time. A rule is left out where it asks for a class or an id that is
nowhere in the page's HTML, as a word of whatever kind; what is not certain stays.
"""

import re
from functools import lru_cache

#: A link to a bundle, as Odoo writes it (``t-call-assets``)
_LINK = re.compile(r'<link type="text/css" rel="stylesheet" href="(/web/assets/[^"?#]+\.css)"\s*/?>')
_WORD = re.compile(r"[\w-]+")
#: Pieces of a style sheet: what may hide a brace, and what ends a rule or begins a block
_PIECE = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)"']*\)|\\.|[{};]""", re.DOTALL)
#: Blocks of rules; other blocks with an @ are kept as they are
_OF_RULES = re.compile(r"@(?:-\w+-)?(?:media|supports|document|layer)\b")
#: In a selector: what asks for nothing by itself (``:not(.a)``, ``[class*=a]``); the names that it asks for
_ASIDE = re.compile(r"\([^()]*\)|\[[^]]*\]|\"[^\"]*\"|'[^']*'")
_NAME = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
#: A script that may give elements other classes while the page loads; core's own, of heads and feet, does not
_SCRIPT, _CORE_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL), "function subst()"
#: A file beside the style sheet; beside the page is something else
_RELATIVE = re.compile(r"""url\(\s*["']?(?!["'/#]|data:|https?:)|@import""")


def put_in(page, read):
    """Return the HTML of a page with its style sheets in the place of the links to them.

    :param str page: HTML
    :param read: gives the text of a bundle by its address, or ``None`` where it is not there: its link stays
    """
    if any(_CORE_SCRIPT not in script for script in _SCRIPT.findall(page)):
        return page
    words = None

    def replace(link):
        nonlocal words
        sheet = read(link[1])
        if not sheet or _RELATIVE.search(sheet):
            return link[0]
        words = words or frozenset(_WORD.findall(page))
        return f"<style>{_used(sheet, words & _names(sheet))}</style>"

    return _LINK.sub(replace, page)


@lru_cache(4)
def _rules(sheet):
    """The rules of a style sheet: ``(text, selectors)``, where a selector is the names that it asks for.

    A block is ``(its beginning, its rules)``, what is always kept ``(text, None)``: all of a broken sheet is.
    """
    try:
        rules, end = _parse(sheet, iter(_PIECE.finditer(sheet)), 0)
    except RecursionError:
        return [(sheet, None)]
    return [(sheet, None)] if end is None or _without_comments(sheet[end:]) else rules


def _parse(sheet, pieces, begin, inside=False):
    """The rules until a block ends, and where; ``None`` where it has no end."""
    rules = []
    for piece in pieces:
        sign, end = piece[0], piece.end()
        if sign == "}":
            return rules, end if inside else None
        if sign == ";":
            rules.append((sheet[begin:end], None))
        elif sign == "{":
            head = sheet[begin:end]
            if _OF_RULES.match(_without_comments(head)):
                inner, end = _parse(sheet, pieces, end, inside=True)
                rules.append((head, inner))
            else:
                end = _skip(pieces)
                rules.append((sheet[begin:end], None if "@" in head else _selectors(head[:-1])))
            if end is None:
                return rules, None
        else:
            continue
        begin = end
    return rules, None if inside else begin


def _skip(pieces):
    """Where the block ends that has begun."""
    depth = 1
    for piece in pieces:
        depth += {"{": 1, "}": -1}.get(piece[0], 0)
        if not depth:
            return piece.end()
    return None


def _selectors(head):
    """For each selector of a rule the names that it asks for; ``None`` where one asks for none."""
    if "\\" in head:
        return None
    head, before = _without_comments(head), None
    while head != before:
        before, head = head, _ASIDE.sub("", head)
    asked = [frozenset(_NAME.findall(selector)) for selector in head.split(",")]
    return asked if all(asked) else None


def _without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).strip()


@lru_cache(4)
def _names(sheet):
    """All names that a style sheet asks for."""
    names = set()

    def add(rules):
        for _text, asked in rules:
            for one in asked or ():
                add([one]) if isinstance(one, tuple) else names.update(one)

    add(_rules(sheet))
    return frozenset(names)


@lru_cache(64)
def _used(sheet, words):
    """The text of those rules that a page with these words can use."""
    return "".join(_kept(_rules(sheet), words))


def _kept(rules, words):
    for text, asked in rules:
        if asked is None:
            yield text
        elif text.endswith("{") and (not asked or isinstance(asked[0], tuple)):
            inner = "".join(_kept(asked, words))
            if inner:
                yield f"{text}{inner}}}"
        elif any(names <= words for names in asked):
            yield text
