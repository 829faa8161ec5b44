"""XML from strangers: parsed within bounds of time and memory, or refused with a reason. Never written again.

The bytes of a signed file are the document; whatever is written anew from a tree breaks its signature.
"""

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

#: Why a file was not read
EMPTY, TOO_LARGE, TOO_COMPLEX = "empty", "too_large", "too_complex"
NO_XML, ENCODING, DOCTYPE, MALFORMED = "no_xml", "encoding", "doctype", "malformed"
#: Malformed in a way that has a name: it ends too early; it uses an entity that nobody declared
TRUNCATED, ENTITY = "truncated", "entity"

#: Bytes. The tax authority's service takes messages of 500 kB (Manual de Orientação do Contribuinte).
MOST_BYTES = 10_000_000
#: Tags and attributes: each costs about 100 bytes of memory. 990 items, the most of an NF-e, have 250,000 tags.
MOST_TAGS, MOST_ATTRIBUTES = 500_000, 20_000

_DECLARED = re.compile(r"""\s*<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
#: Others hide tags from whoever looks at the bytes (UTF-7, EBCDIC), and no fiscal file has them
_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8",
    "iso-8859-1": "latin-1", "latin1": "latin-1", "windows-1252": "cp1252", "iso-8859-15": "iso-8859-15",
    "latin-9": "iso-8859-15",
}
#: Of two bytes a letter. Where a declaration in single bytes names them, it is wrong
_WIDE = {"utf-16", "utf16", "utf-16le", "utf-16be", "ucs-2", "iso-10646-ucs-2", "unicode"}
_MARK = b"\xef\xbb\xbf"
#: What programs and old file systems leave after the end
_REMAINS = "\x00\x1a"


@dataclass(frozen=True)
class Parsed:
    """What :func:`parse` came to: the root, or the problem. ``tidy``: other programs can read the bytes, too."""

    root: object = None
    problem: str | None = None
    tidy: bool = True


def parse(content):
    """Parse bytes, by the encoding that they prove where their declaration cannot be true.

    Byte order marks and blanks before the declaration, and NUL or Ctrl-Z after the end, are passed over.

    :return: :class:`Parsed`; its problem is one of the constants of this module
    """
    if len(content) > MOST_BYTES:
        return Parsed(problem=TOO_LARGE)
    if not content.strip():
        return Parsed(problem=EMPTY)
    text, problem, tidy = _decode(content)
    problem = problem or _problem_of(text)
    if problem:
        return Parsed(problem=problem)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        # a signature does not cover comments (Canonical XML 1.0): they must not split a value either
        remove_comments=True, remove_pis=True,
    )
    bare = text.strip().rstrip(_REMAINS).rstrip()
    try:
        root = etree.fromstring(bare.encode(), parser)
    except etree.XMLSyntaxError as error:
        return Parsed(problem=_name_fault(error, bare))
    except etree.LxmlError:
        return Parsed(problem=MALFORMED)
    return Parsed(root, tidy=tidy and bare.startswith(text[:1]) and not text.rstrip().endswith(tuple(_REMAINS)))


def _decode(content):
    """Text, problem, and whether its encoding is the declared one.

    Not left to the parser, so that all that is looked at afterwards is what it reads.
    """
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return None, ENCODING, False
    tidy = True
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content.startswith((b"<\x00", b"\x00<")):
        encoding = "utf-16-le" if content.startswith(b"<") else "utf-16-be"
    else:
        content, tidy = _without_marks(content)
        if not content.startswith(b"<"):
            return None, NO_XML, False
        declared = _DECLARED.match(content[:300].decode("latin-1"))
        name = declared[1].lower() if declared else "utf-8"
        if name in _WIDE:
            # whoever wrote these letters in single bytes did not write two for each
            name, tidy = "utf-8", False
        encoding = _ENCODINGS.get(name)
        if not encoding:
            return None, ENCODING, False
    try:
        return content.decode(encoding), None, tidy
    except UnicodeDecodeError:
        return None, ENCODING, False


def _without_marks(content):
    """Bytes without marks and blanks in front, and whether there was at most the one mark that may stand there."""
    bare = content.removeprefix(_MARK)
    tidy = not bare[:1].isspace() and not bare.startswith(_MARK)
    while (shorter := bare.lstrip().removeprefix(_MARK)) != bare:
        bare = shorter
    return bare, tidy


def _problem_of(text):
    if not text.lstrip().startswith("<"):
        return NO_XML
    # NF-e have none (Manual de Orientação do Contribuinte); entities and external files hang on it
    if "<!DOCTYPE" in text:
        return DOCTYPE
    if text.count("<") > MOST_TAGS or text.count("=") > MOST_ATTRIBUTES:
        return TOO_COMPLEX
    return None


def _name_fault(error, text):
    """What is wrong with a text that the parser refused."""
    if error.code == etree.ErrorTypes.ERR_UNDECLARED_ENTITY:
        return ENTITY
    root = re.search(r"<([A-Za-z_][^\s<>/]{0,100})", text[:2000])
    return TRUNCATED if root and not re.search(rf"</{re.escape(root[1])}\s*>$", text[-200:]) else MALFORMED


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
