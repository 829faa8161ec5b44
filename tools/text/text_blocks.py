"""The blocks of a mail's text, and what people read in them: paragraphs, lists, tables, headings."""

import re
from copy import deepcopy
from typing import NamedTuple

from lxml import etree, html

from .text_marks import BLOCK, BLOCK_TAGS, COMPUTED, MARKS, VALUE, parse, read, strip, tidy

#: The key of what stands before the first block
BEFORE = -1
#: May stand around blocks
_WRAPPERS = frozenset(("div", "section", "article", "center", "main", "span"))
#: What tells one kind of block from another; a paragraph may become a div in an editor
_KINDS = frozenset(("blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "pre", "table", "ul"))
_INLINE = {"strong": "b", "b": "b", "em": "i", "i": "i", "u": "u", "s": "s", "strike": "s", "del": "s", "code": "code",
           "sub": "sub", "sup": "sup"}
#: Stand for tags and line breaks within a signature; no text holds them
_OPEN, _CLOSE, _BREAK = "\x01", "\x02", "\x03"


class Block(NamedTuple):
    """A block of a rendered text: its key in the source, its HTML, what people read, the values printed in it."""

    key: int
    html: str
    text: str
    values: list


class Segment(NamedTuple):
    """A block as it is compared; a block of the source may have given several, or none."""

    key: int | None
    element: html.HtmlElement
    signature: str


def blocks(source):
    """Return the :class:`Block` list of a rendered, marked body.

    A block in a loop comes as often as it was rendered.
    """
    printed = printed_values(source)
    found = []
    for segment in segments(read(source)[1]):
        text = plain(segment.element)
        found.append(Block(
            segment.key, outer_html(segment.element), text, [value for value in printed if value in text],
        ))
    return found


def printed_values(source):
    """Return what the template printed into a rendered, marked body: each line of it, and computed attributes."""
    found = []
    for element in parse(source).iter(etree.Element):
        if VALUE in element.attrib:
            found += plain(element).split("\n")
        names = element.get(COMPUTED, "").split()
        found += [
            value for name, value in element.attrib.items()
            if (name in names or "*" in names) and name not in ("style", "class", *MARKS)
        ]
    return list(dict.fromkeys(value.strip() for value in found if value.strip()))


def outer_html(element):
    """Return the HTML of one element without our marks."""
    holder = html.Element("div")
    holder.append(deepcopy(element))
    holder[0].tail = None
    return strip(holder)


def groups(wrapper):
    """Return ``{key: elements}`` of a rendered body, in its order; what has no mark belongs to the block before."""
    found, key = {}, BEFORE
    for element in tidy(wrapper):
        own = element.get(BLOCK, "")  # a value may bring anything
        key = int(own) if own.isdecimal() and len(own) < 10 else key
        found.setdefault(key, []).append(element)
    return found


def segments(wrapper):
    """Return the segments of a rendered body in which people see something."""
    found = [
        Segment(key, element, signature(element)) for key, elements in groups(wrapper).items() for element in elements
    ]
    return [segment for segment in found if segment.signature]


def typed(container, known=frozenset()):
    """Return the segments of a body as an editor left it; a div is looked into unless it is one of the known."""
    found = []
    for element in tidy(container):
        seen = signature(element)
        wraps = element.tag in _WRAPPERS and any(child.tag in BLOCK_TAGS for child in element)
        if seen and wraps and seen not in known:
            found += typed(element, known)
        elif seen:
            found.append(Segment(None, element, seen))
    return found


# ----------------------------------------------------------------------
# What people read
# ----------------------------------------------------------------------

def signature(element):
    """Return what tells a block from another: its kind, its text, and the tags within a line that people see."""
    kind = f"{_OPEN}{element.tag}{_CLOSE}" if element.tag in _KINDS else ""
    text = re.sub(f"{_OPEN}/(\\w+){_CLOSE}{_OPEN}\\1{_CLOSE}", "", _flat(element, _sign))
    return kind + text if text else ""


def plain(element):
    """Return what people read in an element: one blank between words, a line break between lines."""
    return _flat(element, lambda node, event: "").replace(_BREAK, "\n")


def _flat(element, sign):
    parts = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        border = _BREAK if node.tag in BLOCK_TAGS or node.tag == "br" else ""
        if event == "start":
            parts += [border, sign(node, event), _blanks(node.text)]
        else:
            parts += [sign(node, event), border, "" if node is element else _blanks(node.tail)]
    text = re.sub(" +", " ", "".join(parts))
    return re.sub(f" *{_BREAK}[ {_BREAK}]*", _BREAK, text).strip(f" {_BREAK}")


def _blanks(text):
    return re.sub(r"\s+", " ", text or "")


def _sign(node, event):
    if node.tag in ("img", "hr"):
        return f"{_OPEN}{node.tag} {node.get('src', '')}{_CLOSE}" if event == "start" else ""
    name = _INLINE.get(node.tag)
    if node.tag == "a" and node.get("href"):
        name = "a" if event == "end" else f"a {node.get('href')}"
    return f"{_OPEN}{'/' if event == 'end' else ''}{name}{_CLOSE}" if name else ""
