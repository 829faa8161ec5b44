"""A person's own blocks: made fit to be kept, with placeholders in the place of values, and filled in again."""

from copy import deepcopy
from urllib.parse import unquote

from lxml import etree

from .text_blocks import outer_html
from .text_marks import BLOCK_TAGS, SPAN, parse, tidy
from .text_values import HOLE, clean, fill, splice

#: Never part of a text; what they hold goes with them
_ACTIVE = frozenset((
    "applet", "base", "embed", "frame", "iframe", "link", "math", "meta", "noscript", "object", "script", "style",
    "svg", "template", "title",
))
#: Attributes that only say how something looks
_LOOKS = frozenset((
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "class", "color", "colspan", "dir", "height", "rowspan",
    "size", "style", "valign", "width",
))
#: Attributes that are an editor's, a template's or a script's
_TOOLS = ("on", "t-", "data-")
_BORDER = "\x03"


def keep(element, finder):
    """Return a block's HTML with placeholders; ``None`` where it says more of the document than these.

    A value may be spread over several elements: its first one gets the placeholder.
    """
    element = deepcopy(element)
    element.tail = None
    if element.tag == "span" and SPAN in element.attrib:  # words that stood loose
        element.tag = "p"
    _clean(element)
    slots = _slots(element)
    text = "".join(slot[2] for slot in slots)
    found = finder.find(text)
    rest = splice(text, [(begin, end, HOLE) for begin, end, _placeholder in found])
    if finder.leaks(rest.replace(_BORDER, "\n")) or any(map(finder.leaks, _telling(element))):
        return None
    _write(slots, found)
    return outer_html(element)


def fill_own(own, values):
    """Return the elements of a kept block with values in the place of placeholders; ``None`` where one is lacking."""
    root = parse(own)
    for node, place, text in _slots(root):
        filled = fill(text, values) if place else text
        if filled is None:
            return None
        if place:
            setattr(node, place, filled)
    return tidy(root)


def _clean(element):
    for node in list(element.iter(etree.Element)):
        if node.tag in _ACTIVE and node is not element:
            node.drop_tree()
            continue
        for name in list(node.attrib):
            if name.startswith(_TOOLS) or name in ("id", "name", "contenteditable"):
                del node.attrib[name]
        node.text = clean(node.text or "") or None
        if node is not element:
            node.tail = clean(node.tail or "") or None
        if node.tag == "t" and node is not element:
            node.drop_tag()


def _slots(element):
    """Return ``[(node, "text" or "tail", text)]`` in the order of reading; a border has no place."""
    slots = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node.tag in BLOCK_TAGS or node.tag == "br":
            slots.append((node, "", _BORDER))
        if event == "start":
            slots.append((node, "text", node.text or ""))
        elif node is not element:
            slots.append((node, "tail", node.tail or ""))
    return slots


def _write(slots, found):
    begin = 0
    for node, place, text in slots:
        end = begin + len(text)
        spans = [
            # what began in an earlier slot leaves nothing here
            (max(first, begin) - begin, min(last, end) - begin, placeholder if first >= begin else "")
            for first, last, placeholder in found if first < end and last > begin
        ]
        if place and spans:
            setattr(node, place, splice(text, spans))
        begin = end


def _telling(element):
    """The attributes that may name something."""
    for node in element.iter(etree.Element):
        for name, value in node.attrib.items():
            if name not in _LOOKS:
                yield unquote(value)
