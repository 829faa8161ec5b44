"""XML from strangers: parsed within bounds of time and memory, or refused with a reason. Never written again.

The bytes of a signed file are the document; whatever is written anew from a tree breaks its signature.
"""

import re
from itertools import islice

from lxml import etree

#: Why a file was not read
EMPTY, TOO_LARGE, TOO_COMPLEX = "empty", "too_large", "too_complex"
NO_XML, ENCODING, DOCTYPE, MALFORMED = "no_xml", "encoding", "doctype", "malformed"

#: Bytes. The tax authority's service takes messages of 500 kB (Manual de Orientação do Contribuinte).
MOST_BYTES = 10_000_000
#: Tags and attributes: each costs about 100 bytes of memory. 990 items, the most of an NF-e, have 250,000 tags.
MOST_TAGS, MOST_ATTRIBUTES = 500_000, 20_000

_DECLARED = re.compile(r"""\s*<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
#: Others hide tags from whoever looks at the bytes (UTF-7, EBCDIC), and no fiscal file has them
_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8",
    "iso-8859-1": "latin-1", "latin1": "latin-1", "windows-1252": "cp1252",
}


def parse(content):
    """Parse bytes.

    :return: ``(root, None)``, or ``(None, problem)`` with one of the constants of this module
    """
    if len(content) > MOST_BYTES:
        return None, TOO_LARGE
    if not content.strip():
        return None, EMPTY
    text, problem = _decode(content)
    problem = problem or _problem_of(text)
    if problem:
        return None, problem
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        # a signature does not cover comments (Canonical XML 1.0): they must not split a value either
        remove_comments=True, remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser), None
    except etree.LxmlError:
        return None, MALFORMED


def _decode(content):
    """Text and problem. Not left to the parser, so that all that is looked at afterwards is what it reads."""
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return None, ENCODING
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content.startswith((b"<\x00", b"\x00<")):
        encoding = "utf-16-le" if content.startswith(b"<") else "utf-16-be"
    else:
        content = content.removeprefix(b"\xef\xbb\xbf")
        declared = _DECLARED.match(content[:300].decode("latin-1"))
        encoding = _ENCODINGS.get(declared[1].lower()) if declared else "utf-8"
        if not content.lstrip().startswith(b"<"):
            return None, NO_XML
        if not encoding:
            return None, ENCODING
    try:
        return content.decode(encoding), None
    except UnicodeDecodeError:
        return None, ENCODING


def _problem_of(text):
    if not text.lstrip().startswith("<"):
        return NO_XML
    # NF-e have none (Manual de Orientação do Contribuinte); entities and external files hang on it
    if "<!DOCTYPE" in text:
        return DOCTYPE
    if text.count("<") > MOST_TAGS or text.count("=") > MOST_ATTRIBUTES:
        return TOO_COMPLEX
    return None


def only(node, *names):
    """Follow the names, each with its ``{namespace}``, down from a node; ``None`` unless each is there exactly once.

    Two of a kind mean different things to different readers: a stranger could show one of them, and mean the other.
    """
    for name in names:
        if node is None:
            return None
        found = list(islice(node.iterchildren(name), 2))
        node = found[0] if len(found) == 1 else None
    return node


def value(node, *names, most=60):
    """Return the text at the end of the names, without blanks around, at most so many characters; may be empty."""
    node = only(node, *names)
    # with an element inside it is no value
    return (node.text or "").strip()[:most] if node is not None and not len(node) else ""
