"""The text of a letter: placeholders for the one who gets it, and the order of customers' codes."""

import re

from lxml import etree, html

#: What a letter may say of the customer and of the company; the values come from the letter itself
PLACEHOLDERS = ("customer", "company", "addresses", "answer_to", "link", "date")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LINK = re.compile(r"(?:https?://)?(?:\{link\}|%7Blink%7D)/?", re.IGNORECASE)


def fill_line(line, values):
    """Return a line of text with the values in the place of their placeholders, on one line."""
    filled = _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), line or "")
    return " ".join(filled.split())


def fill(body, values):
    """Return HTML with the values in the place of their placeholders.

    Values are text: they are escaped. ``{link}`` may also be the address of a link. Braces around other
    words stay as they are, see :func:`unknown`.

    :param str body: HTML, as a person wrote it
    :param dict values: name → text
    """
    if not (body or "").strip():
        return ""
    root = html.fragment_fromstring(body, create_parent="div")
    for node in root.iter(etree.Element):
        node.text = _fill(node.text, values)
        node.tail = _fill(node.tail, values)
        if _LINK.fullmatch((node.get("href") or "").strip()):
            node.set("href", values.get("link", ""))
    return _inner(root)


def unknown(*texts):
    """Return the words in braces that are no placeholders, as a person should see them before sending."""
    found = [name for text in texts for name in _PLACEHOLDER.findall(text or "")]
    return [name for name in dict.fromkeys(found) if name not in PLACEHOLDERS]


def natural(code):
    """Return the key that sorts customers' codes as people count: C-9 before C-10."""
    return [
        (0, len(part.lstrip("0")), part.lstrip("0")) if part[0] in "0123456789" else (1, 0, part.casefold())
        for part in re.split(r"([0-9]+)", (code or "").strip()) if part
    ]


def _fill(text, values):
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text) if text else text


def _inner(root):
    """Return what stands in the element around."""
    return html.tostring(root, encoding="unicode").removeprefix("<div>").removesuffix("</div>")
