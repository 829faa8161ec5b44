"""As much of QWeb as the tests of texts need."""

from copy import deepcopy

from lxml import etree

from tools.text.text_marks import parse, serialize


def render(source, context):
    """Render a source: names and ``bool(…)`` are all the code there is."""
    root = parse(source)
    _children(root, {**context, "object": True})
    return serialize(root)


def _children(element, context):
    shown = False
    for child in list(element):
        names = child.attrib
        if "t-elif" in names or "t-else" in names:
            wanted = not shown and bool(context.get(names.pop("t-elif", None) or "object"))
            names.pop("t-else", None)
        else:
            wanted = _holds(context.get(names.pop("t-if"))) if "t-if" in names else None
        shown = shown or bool(wanted) if wanted is not None else False
        if wanted is False or "t-set" in names:
            child.drop_tree()
        elif "t-foreach" in names:
            _loop(child, context)
        else:
            _element(child, context)


def _holds(value):
    return etree.iselement(value) or bool(value)


def _loop(element, context):
    items, name = context[element.attrib.pop("t-foreach")], element.attrib.pop("t-as")
    for item in items:
        copy = deepcopy(element)
        copy.tail = "\n"
        element.addprevious(copy)
        _element(copy, {**context, name: item})
    element.drop_tree()


def _element(element, context):
    for name in [name for name in element.attrib if name.startswith("t-att-")]:
        element.set(name.removeprefix("t-att-"), str(context[element.attrib.pop(name)]))
    for name in ("t-out", "t-esc"):
        if name in element.attrib:
            value = context[element.attrib.pop(name)]
            element[:] = []
            element.text = None if etree.iselement(value) else value
            element.extend(deepcopy(list(value)) if etree.iselement(value) else [])
    _children(element, context)
    if element.tag == "t":
        element.drop_tag()
