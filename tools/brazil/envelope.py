"""Which fiscal document a file holds, and where: by itself, in the message of a web service, in a lot of several.

A file that looks like a fiscal document and cannot be read is not the same as one that is none: :func:`looks_fiscal`
tells them apart by their bytes, where no parser can.
"""

import re
from dataclasses import dataclass, replace

from lxml import etree

from . import safe_xml

NFE = "http://www.portalfiscal.inf.br/nfe"
NFSE = "http://www.sped.fazenda.gov.br/nfse"
#: Namespaces of the fiscal documents, and what each is called
FAMILIES = {
    NFE: "NF-e", NFSE: "NFS-e", "http://www.portalfiscal.inf.br/cte": "CT-e", "http://www.portalfiscal.inf.br/mdfe":
    "MDF-e", "http://www.portalfiscal.inf.br/bpe": "BP-e", "http://www.portalfiscal.inf.br/nf3e": "NF3-e",
    "http://www.portalfiscal.inf.br/nfcom": "NFCom", "http://www.portalfiscal.inf.br/nfag": "NFAg",
    "http://www.portalfiscal.inf.br/nfgas": "NFGas",
}
#: NFS-e of the layouts that towns had before the national one (ABRASF and its relatives)
MUNICIPAL = "NFS-e (municipal)"
_MUNICIPAL_ROOTS = {
    "CompNfse", "ConsultarNfseResposta", "ListaNfse", "GerarNfseResposta", "EnviarLoteRpsSincronoResposta",
}
#: Roots of whole documents, by namespace
_DOCUMENTS = {NFE: {"nfeProc", "NFe", "procEventoNFe", "evento"}, NFSE: {"NFSe", "evento", "DPS", "pedRegEvento"}}
#: Names that nothing else has, so that they tell what a file is without its namespace
_TELLING = {"nfeProc": "NF-e", "NFe": "NF-e", "procEventoNFe": "NF-e", "enviNFe": "NF-e", "NFSe": "NFS-e",
            "cteProc": "CT-e", "CTe": "CT-e", "mdfeProc": "MDF-e", "MDFe": "MDF-e"}
#: The same in bytes that no parser reads: of a whole document, or the parts that only such documents have
_BYTES = re.compile(
    rb"portalfiscal\.inf\.br/(?:nfe|cte|mdfe|bpe|nf3e|nfcom)|sped\.fazenda\.gov\.br/nfse|abrasf\.org\.br"
    rb"|[<:](?:nfeproc|nfe|infnfe|protnfe|proceventonfe|envinfe|cteproc|infcte|mdfeproc|infmdfe|nfse|infnfse|compnfse)"
    rb"[\s>]|id\s*=\s*[\"']\s*(?:nfe[0-9]{6}[0-9a-z]{12}[0-9]{26}|nfs[0-9]{20})", re.IGNORECASE)
#: The same as text of another document
_ESCAPED = re.compile(rb"(?:&lt;|&#60;|&#x3c;|<)(?:[a-z0-9]+:)?(infNFe|infNFSe)[\s&]")
_BYTES_NFSE = re.compile(rb"nfse|id\s*=\s*[\"']\s*nfs[0-9]", re.IGNORECASE)

#: Problems beside those of :mod:`tools.brazil.safe_xml`: the document's root has no namespace, so that no program of
#: the trade knows it; there are several in one file; it cannot be taken out of what is around it
NAMESPACE, SEVERAL, WRAPPED = "namespace", "several", "wrapped"
#: It is no part of the file's own tree, but text in it
ESCAPED = "escaped"
#: With these there is a tree, and no document in it that could be read
NO_DOCUMENT = (NAMESPACE, SEVERAL, ESCAPED)
#: What the readers of NF-e and NFS-e call a file: by its root theirs, of which parts are missing or doubled; XML of
#: another sort; what is not readable as XML at all
DAMAGED, OTHER, NOT_XML = "damaged", "other", "not_xml"
#: Bytes from both ends of a file that are looked at for what it seems to be
_HEAD = 100_000
#: Elements that are looked at for a document in the message of a service
_MOST_LOOKED_AT = 5_000


@dataclass(frozen=True)
class Opened:
    """What a file holds: the document's root and its ``family`` (a value of :data:`FAMILIES`, or ``None``).

    ``problem`` says why it cannot be read, or cannot go as it is. ``content`` is the document's own bytes where the
    file holds more than these: cut out, never written anew, so that its signature stays.
    """

    root: object = None
    family: str | None = None
    problem: str | None = None
    content: bytes | None = None


def open_file(content):
    """Return :class:`Opened` for the bytes of a file; nothing is raised."""
    parsed = safe_xml.parse(content)
    if parsed.problem:
        return Opened(family=looks_fiscal(content), problem=parsed.problem)
    found = _documents(parsed.root)
    if not found:
        family = _family_of(parsed.root)
        inside = _ESCAPED.search(content.replace(b"\0", b""))
        if inside and family in (None, FAMILIES[NFE], FAMILIES[NFSE]):
            return Opened(parsed.root, "NF-e" if inside[1] == b"infNFe" else "NFS-e", ESCAPED)
        return Opened(parsed.root, family)
    if len(found) > 1:
        return Opened(found[0], _family_of(found[0]), SEVERAL)
    [document] = found
    namespace, name = split(document.tag)
    if namespace not in _DOCUMENTS:
        return Opened(document, FAMILIES.get(namespace) or _TELLING[name], None if namespace else NAMESPACE)
    if document is parsed.root and parsed.tidy:
        return Opened(document, FAMILIES[namespace])
    own = _cut_out(content, document)
    return Opened(document, FAMILIES[namespace], None if own else WRAPPED, own)


def read_opened(opened, namespace, readers, make):
    """Read what :func:`open_file` found in a file, whichever of the two documents it shall be.

    :param str namespace: of the document, a key of :data:`FAMILIES`
    :param dict readers: by the name of the root, what reads it: ``reader(root, name)``
    :param make: class of what is found: ``make(kind, problem=None, root="")``
    """
    root, problem = opened.root, opened.problem
    if root is None:
        return make(NOT_XML, problem)
    found, name = split(root.tag)
    if problem in NO_DOCUMENT and opened.family == FAMILIES[namespace]:
        return make(DAMAGED, problem, root=name)
    if found != namespace or name not in readers:
        return make(OTHER, root=name[:60])
    return replace(readers[name](root, name), problem=problem, content=opened.content)


def looks_fiscal(content):
    """What a file that no parser reads seems to be: a value of :data:`FAMILIES`, or ``None``."""
    content = content if len(content) <= _HEAD else content[:_HEAD] + content[-_HEAD:]
    found = _BYTES.search(content.replace(b"\0", b""))  # in UTF-16 too
    if not found:
        return None
    return "NFS-e" if _BYTES_NFSE.search(found[0]) or b"abrasf" in found[0].lower() else "NF-e"


def split(tag):
    """Namespace and name of a tag."""
    namespace, _brace, name = tag.rpartition("}")
    return namespace.removeprefix("{"), name


def _documents(root):
    """Outermost whole documents in a tree; two where there are more."""
    found, waiting, looked_at = [], [root], 0
    while waiting and len(found) < 2 and looked_at < _MOST_LOOKED_AT:
        node = waiting.pop()
        looked_at += 1
        if not isinstance(node.tag, str):
            continue
        namespace, name = split(node.tag)
        if name in _DOCUMENTS.get(namespace, ()) or not namespace and name in _TELLING:
            found.append(node)
        else:
            waiting.extend(reversed(node))
    return found


def _family_of(node):
    namespace, name = split(node.tag)
    if family := FAMILIES.get(namespace):
        return family
    if name in _MUNICIPAL_ROOTS or "abrasf.org.br" in namespace:
        return MUNICIPAL
    return _TELLING.get(name)


def _cut_out(content, document):
    """The bytes of a document in a file, or ``None`` where these alone are not the same document."""
    name = (f"{document.prefix}:" if document.prefix else "") + split(document.tag)[1]
    starts = [found.start() for found in re.finditer(rf"<{name}(?=[\s>])".encode(), content)]
    ends = [found.end() for found in re.finditer(rf"</{name}\s*>".encode(), content)]
    if len(starts) != 1 or len(ends) != 1:
        return None
    own = content[starts[0]:ends[0]]
    declaration = re.match(rb"[\s\xef\xbb\xbf]*(<\?xml[^>]{0,200}\?>)", content)
    wanted = _canonical(document)
    if wanted is None:
        return None
    for candidate in (own, *([declaration[1] + own] if declaration else [])):
        parsed = safe_xml.parse(candidate)
        if parsed.root is not None and parsed.tidy and _canonical(parsed.root) == wanted:
            return candidate
    return None


def _canonical(node):
    """Exclusive canonical form (W3C); ``None`` where a tree has none, as with namespaces that are no addresses."""
    try:
        return etree.tostring(node, method="c14n", exclusive=True, with_comments=False, with_tail=False)
    except etree.LxmlError:
        return None
