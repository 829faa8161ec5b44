"""Marks in the source of a mail template, so that what was rendered from it can be told apart block by block."""

import re

from lxml import etree, html

from .text_values import clean

#: On a block: its place in the source
BLOCK = "data-dispatch-block"
#: On what prints a value
VALUE = "data-dispatch-value"
#: On what has computed attributes: their names, or ``*``
COMPUTED = "data-dispatch-computed"
#: On an element that only stands there for its marks
SPAN = "data-dispatch-span"
MARKS = (BLOCK, VALUE, COMPUTED, SPAN)
BLOCK_TAGS = frozenset((
    "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
))
_PRINTS = ("t-out", "t-esc", "t-field", "t-raw")
_CONTROLS = ("t-if", "t-elif", "t-else", "t-foreach", "t-as")
#: Has Odoo render the source by QWeb. For a simple one it takes a search-and-replace that knows no attribute but
#: ``t-out`` (``mail.render.mixin._render_template_qweb_regex``).
_BY_QWEB = '<t t-set="dispatch_marked" t-value="bool(object)"></t>'


def parse(source):
    """Return a text's tree in a root of its own, without comments."""
    source = re.sub(r"<\?xml[^<>]*>", "", clean(str(source or "")))
    if not source.strip():
        return html.Element("div")
    parser = html.HTMLParser(remove_comments=True, remove_pis=True)
    try:
        return html.fragment_fromstring(source, create_parent="div", parser=parser)
    except etree.ParserError:  # nothing but comments
        return html.Element("div")


def serialize(root):
    """Return the HTML of a root's content."""
    text = (root.text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text + "".join(etree.tostring(child, encoding="unicode", method="html") for child in root)


def mark(source):
    """Return a template's source with a mark on each block and on whatever prints a value.

    What is rendered stays the same but for the marks, which :func:`strip` takes away. Chains of ``t-if`` and
    ``t-else`` stay side by side.
    """
    root = parse(source)
    elements = [element for element in root.iter(etree.Element) if not _in_set(element)]
    for element in elements:
        if element.tag == "t" and "t-call" in element.attrib:
            _enclose(element)
    wrapper, blocks = _outline(root)
    if blocks is None:  # loose text: all of it is one block
        blocks = [_wrap_content(root) if wrapper is root else wrapper]
    for element in elements:
        _mark_value(element)
    for key, element in enumerate(blocks):
        element.set(BLOCK, str(key))
    return _BY_QWEB + serialize(root)


def block_sources(marked):
    """Return ``{key: source}`` of the blocks of a source that :func:`mark` marked, without the keys."""
    found = {}
    for element in parse(marked).iter(etree.Element):
        if BLOCK in element.attrib:
            key = int(element.attrib.pop(BLOCK))
            found[key] = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    return found


def _outline(root):
    """The innermost wrapping div and its blocks, or ``None`` where it holds words."""
    wrapper = root
    while True:
        blocks = _children(wrapper)
        if not blocks or wrapper is not root and not any(block.tag in BLOCK_TAGS for block in blocks):
            return wrapper, None
        only = blocks[0]
        # one that comes only sometimes, or several times, is a block
        conditional = only.getparent() is not wrapper or any(name.startswith("t-") for name in only.attrib)
        if len(blocks) > 1 or conditional or only.tag != "div":
            return wrapper, blocks
        wrapper = only


def _children(container):
    """The blocks in a container, those in its ``<t>`` too; ``None`` where text stands loose between them."""
    if _has_text(container.text):
        return None
    blocks = []
    for child in container:
        inner = [child]
        if "t-set" in child.attrib:
            inner = []
        elif child.tag == "t" and not _prints(child):
            inner = _children(child)
        if inner is None or _has_text(child.tail):
            return None
        blocks += inner
    return blocks


def _mark_value(element):
    computed = [name for name in element.attrib if name == "t-att" or name.startswith(("t-att-", "t-attf-"))]
    if computed:
        element.set(COMPUTED, " ".join(re.sub("^t-attf?-?", "", name) or "*" for name in computed))
    if not _prints(element):
        return
    element.set(VALUE, "1")
    if element.tag == "t":
        element.tag = "span"
        element.set(SPAN, "1")


def _enclose(call):
    """Put a span around what another template prints; conditions and loops stay outside."""
    outer = html.Element("t", {name: call.attrib.pop(name) for name in _CONTROLS if name in call.attrib})
    span = etree.SubElement(outer, "span", {VALUE: "1", SPAN: "1"})
    call.addprevious(outer)
    outer.tail, call.tail = call.tail, None
    span.append(call)


def _wrap_content(root):
    content = html.Element("div", {SPAN: "1"})
    content.text, root.text = root.text, None
    content.extend(list(root))
    root.append(content)
    return content


def _prints(element):
    return any(name in element.attrib for name in _PRINTS) and "t-set" not in element.attrib


def _in_set(element):
    """Whether it is kept in a variable: what prints the variable is marked, and may be an attribute."""
    return any("t-set" in other.attrib for other in (element, *element.iterancestors()))


def _has_text(text):
    return bool(text and text.strip())


# ----------------------------------------------------------------------
# What was rendered
# ----------------------------------------------------------------------

def read(source):
    """Return the tree of a rendered, marked body with marks of blocks only, and the element around these.

    It is parsed once more without the other marks: where a value brings a paragraph into a paragraph, the outer
    one ends, as it does in a browser.
    """
    root = parse(source)
    for element in list(root.iter(etree.Element)):
        for name in (VALUE, COMPUTED):
            element.attrib.pop(name, None)
        if SPAN in element.attrib and BLOCK not in element.attrib:
            element.drop_tag()
    root = parse(serialize(root))
    for element in root.findall(f".//span[@{BLOCK}][@{SPAN}]"):
        _spread(element)
    first = root.find(f".//*[@{BLOCK}]")
    return root, root if first is None else first.getparent()


def _spread(span):
    """A value that stands between blocks, and brings blocks itself: each of these is one."""
    if any(child.tag in BLOCK_TAGS for child in span):
        for child in tidy(span):
            child.set(BLOCK, span.get(BLOCK))
        span.drop_tag()


def strip(root):
    """Take our marks away, and return the HTML of a root's content."""
    for element in list(root.iterdescendants(etree.Element)):
        drop = SPAN in element.attrib
        for name in MARKS:
            element.attrib.pop(name, None)
        if drop:
            element.drop_tag()
    return serialize(root)


def tidy(container):
    """The blocks in a container; words that stand loose between them get a span around them."""
    elements, run = [], None
    if _has_text(container.text):
        run = html.Element("span", {SPAN: "1"})
        run.text, container.text = container.text, None
        elements.append(run)
    for child in list(container):
        tail, child.tail = child.tail, None
        if child.tag in BLOCK_TAGS or BLOCK in child.attrib:
            elements.append(child)
            run = None
        else:
            if run is None:
                run = html.Element("span", {SPAN: "1"})
                elements.append(run)
            run.append(child)
        if run is None and _has_text(tail):
            run = html.Element("span", {SPAN: "1"})
            run.text = tail
            elements.append(run)
        else:
            child.tail = tail
    container[:] = elements
    return elements
