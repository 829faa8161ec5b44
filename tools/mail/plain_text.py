"""The HTML of a mail as text: what people read who read mails as plain text.

Lines and empty lines stand where a browser would put them: blocks begin a line, margins make an
empty one. An address stands behind the words that link to it, in angle brackets (RFC 3986 appendix C).
"""

import re

from lxml import etree, html

_SKIPPED = frozenset(("head", "script", "style", "template", "title"))
#: What a browser shows with an empty line above and below, unless its margins say otherwise
_PARAGRAPHS = frozenset(("blockquote", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "ul"))
_BLOCKS = _PARAGRAPHS | frozenset((
    "address", "article", "body", "caption", "center", "dd", "div", "dt", "footer", "form", "header", "li", "main",
    "nav", "section", "table", "tbody", "tfoot", "thead", "tr",
))
_CELLS = frozenset(("td", "th"))
_LISTS = frozenset(("ol", "ul"))
_HIDDEN = re.compile(r"(?:^|;)\s*display\s*:\s*none\b", re.IGNORECASE)
_MARGIN = re.compile(r"(?:^|;)\s*margin(-top|-bottom)?\s*:\s*([^;]+)", re.IGNORECASE)
_NOTHING = re.compile(r"-?0*(?:\.0*)?(?:[a-z]+|%)?|auto", re.IGNORECASE)
#: All white space that a browser collapses; the no-break space is none of it
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SCHEMES = ("http://", "https://", "ftp://")
_ADDRESSES = ("mailto:", "tel:")


def from_html(text):
    """Return the text of a mail's HTML, without what is hidden in it."""
    if not (text or "").strip():
        return ""
    try:
        root = html.document_fromstring(text)
    except etree.ParserError:  # nothing but comments
        return ""
    page = _Page()
    page.walk(root)
    return page.text()


class _Page:
    """The lines that were written so far, and the one that is being written."""

    def __init__(self):
        self._lines = []
        self._line = ""
        self._lists = []
        # the mark of an entry whose words are still to come
        self._mark = None

    def text(self):
        """Return all lines."""
        self._end_line()
        return "\n".join(self._lines).strip()

    def walk(self, node):
        """Write an element with all that stands in it."""
        if not isinstance(node.tag, str) or node.tag in _SKIPPED or _HIDDEN.search(node.get("style") or ""):
            return
        if node.tag == "br":
            self._break_line()
        elif node.tag == "hr":
            self._empty_line()
        elif node.tag == "img":
            self._write(node.get("alt") or "")
        elif node.tag == "a":
            self._walk_link(node)
        elif node.tag in _CELLS and not _is_layout(node):
            self._walk_inside(node)
            self._write(" ")
        elif node.tag in _BLOCKS or node.tag in _CELLS:
            self._walk_block(node)
        else:
            self._walk_inside(node)

    def _walk_inside(self, node):
        self._write(node.text or "")
        for child in node:
            self.walk(child)
            self._write(child.tail or "")

    def _walk_block(self, node):
        above, below = _margins(node)
        # a list within a list belongs to its line
        nested = node.tag in _LISTS and self._lists
        self._empty_line() if above and not nested else self._end_line()
        if node.tag in _LISTS:
            self._lists.append(node)
        elif node.tag == "li" and self._lists:
            self._line = self._mark = "  " * (len(self._lists) - 1) + self._entry_mark(node)
        self._walk_inside(node)
        if node.tag == "li" and self._line == self._mark:
            self._line = ""  # an entry without words
        if node.tag in _LISTS:
            self._lists.pop()
        self._empty_line() if below and not nested else self._end_line()

    def _entry_mark(self, node):
        """Return what stands before one entry of a list."""
        if self._lists[-1].tag == "ul":
            return "- "
        return f"{len(list(node.itersiblings('li', preceding=True))) + 1}. "

    def _walk_link(self, node):
        self._walk_inside(node)
        words, address = " ".join(node.text_content().split()), (node.get("href") or "").strip()
        if address.startswith(_SCHEMES):
            shown = address.partition("://")[2]
        elif address.startswith(_ADDRESSES):
            shown = address = address.partition(":")[2].partition("?")[0]
        else:
            return  # a place on the same page
        if shown.rstrip("/") not in words:
            self._write(f" <{address}>")

    def _write(self, text):
        text = _SPACE.sub(" ", text)
        if not self._line or self._line.endswith(" "):
            text = text.lstrip(" ")
        self._line += text

    def _end_line(self):
        """Begin a new line, unless nothing stands on this one."""
        if self._line == self._mark:
            return
        if self._line.strip():
            self._break_line()
        self._line = ""

    def _break_line(self):
        line = self._line.rstrip()
        if line.strip():
            self._lines.append(line)
        else:
            self._empty_line()
        self._line = ""

    def _empty_line(self):
        """Leave a line empty: one, however many were asked for."""
        self._end_line()
        if self._line != self._mark and self._lines and self._lines[-1]:
            self._lines.append("")


def _margins(node):
    """Return whether there is space above and below."""
    above = below = node.tag in _PARAGRAPHS
    for side, value in _MARGIN.findall(node.get("style") or ""):
        sides = value.replace("!important", "").split()
        if side != "-bottom" and sides:
            above = not _NOTHING.fullmatch(sides[0])
        if side != "-top" and sides:
            below = not _NOTHING.fullmatch(sides[2] if len(sides) > 2 else sides[0])
    return above, below


def _is_layout(cell):
    """Return whether a cell stands where it does for its looks only, and not as one of a row."""
    return any(table.get("role") == "presentation" for table in cell.iterancestors("table"))
