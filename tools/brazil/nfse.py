"""Brazil's electronic invoice of services (NFS-e) in the national layout, and its events: what a file is and says.

Layout: schemas ``NFSe_v1.01`` and ``evento_v1.01`` of the national system (Sistema Nacional NFS-e, Comitê Gestor), LC
214/2025. The tax authority makes the NFS-e from a declaration (DPS) that stays in it: there is no protocol beside it.
Whether a file may be sent is asked in :mod:`tools.brazil.nfse_checks`.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from . import envelope, nfe, safe_xml

NAMESPACE = envelope.NFSE

#: What a file is: the NFS-e; one whose cStat says nothing that we know; the declaration, or the request of an event,
#: that nobody has accepted yet; a registered event; by its root one of these, of which parts are missing or doubled
AUTHORIZED, REFUSED, UNPROVEN, EVENT, DAMAGED = "authorized", "refused", "unproven", "event", envelope.DAMAGED
#: XML of another sort, and what is not readable as XML at all
OTHER, NOT_XML = envelope.OTHER, envelope.NOT_XML

#: cStat: made, made in place of another, by order of a court or an office, for a casual provider, for an MEI (TStat)
STATUS_AUTHORIZED = frozenset({"100", "101", "102", "103", "107"})
#: Events that cancel: by the issuer, in favour of another, granted after a request, by the authority itself
CANCELLATIONS = frozenset({"101101", "105102", "105104", "305101"})
#: Events of the authority: their author is not the company
OF_AUTHORITY = frozenset({"105104", "105105", "205208", "305101", "305102", "305103"})

#: Town 7, environment 1, kind of number 1, CNPJ or CPF 14, number 13, year and month 4, code 9, check digit 1
_KEY = re.compile(r"[0-9]{9}[0-9A-Z]{12}[0-9]{29}")
_EVENT = re.compile(r"e([0-9]{6})")
#: Characters of xMotivo in the schema
MOST_TEXT = 255


@dataclass(frozen=True)
class Event:
    """What an event says: its code, its number in the row of its kind, when, by whom (CNPJ or CPF), and why."""

    type: str
    sequence: int | None
    date: datetime | None
    author: str
    text: str


@dataclass(frozen=True)
class Nfse:
    """What a file is (``kind``) and what stands in it; empty or ``None`` what does not, or is unusable.

    ``problem`` and ``content`` as in :class:`tools.brazil.nfe.Nfe`. In reais: ``service`` is the price (vServ),
    ``discount`` what is taken off without a condition, ``net`` what is left after withheld taxes (vLiq), ``withheld``
    these taxes (vTotalRet), ``taxes`` IBS and CBS. ``composed`` is what the key's first 36 characters must be.
    """

    kind: str
    problem: str | None = None
    root: str = ""
    key: str = ""
    number: int | None = None
    series: str = ""
    issued: datetime | None = None
    environment: str = ""
    emitter: nfe.Party | None = None
    recipient: nfe.Party | None = None
    service: Decimal | None = None
    discount: Decimal | None = None
    net: Decimal | None = None
    withheld: Decimal | None = None
    taxes: Decimal | None = None
    status: str = ""
    composed: str = ""
    event: Event | None = None
    content: bytes | None = None


def read(content):
    """Read a file from its bytes. Whatever they are, :class:`Nfse` comes back and nothing is raised."""
    return read_opened(envelope.open_file(content or b""))


def read_opened(opened):
    """Read what :func:`tools.brazil.envelope.open_file` found in a file."""
    readers = {"NFSe": _read_nfse, "DPS": _read_declaration, "evento": _read_event, "pedRegEvento": _read_request}
    return envelope.read_opened(opened, NAMESPACE, readers, Nfse)


def is_key(text):
    """Tell whether a text has the form of an access key and its check digit is right."""
    return bool(_KEY.fullmatch(text)) and int(text[49]) == check_digit(text)


def check_digit(key):
    """Return the check digit of a key's first 49 characters, as in keys of NF-e."""
    return nfe.check_digit(key, 49)


def _read_nfse(root, name):
    info = _only(root, "infNFSe")
    declared = _only(info, "DPS", "infDPS")
    if info is None or declared is None:
        return Nfse(DAMAGED, root=name)
    status, identity = _value(info, "cStat"), info.get("Id", "")
    emitter = _party(_only(info, "emit"))
    return Nfse(
        AUTHORIZED if status in STATUS_AUTHORIZED else REFUSED, root=name, status=status,
        key=identity[3:] if identity.startswith("NFS") and len(identity) == 53 else "",
        number=_integer(_value(info, "nNFSe")), series=_value(declared, "serie"),
        issued=nfe.read_time(_value(info, "dhProc")), environment=_value(declared, "tpAmb"),
        emitter=emitter, recipient=_party(_only(declared, "toma")),
        composed=_compose(info, declared, emitter), **_amounts(info, declared),
    )


def _amounts(info, declared):
    tax = "IBSCBS", "totCIBS"
    taxes = [nfe.read_amount(_value(info, *tax, group, field)) for group, field in
             (("gIBS", "vIBSTot"), ("gCBS", "vCBS"))]
    return {
        "service": nfe.read_amount(_value(declared, "valores", "vServPrest", "vServ")),
        "discount": nfe.read_amount(_value(declared, "valores", "vDescCondIncond", "vDescIncond")),
        "net": nfe.read_amount(_value(info, "valores", "vLiq")),
        "withheld": nfe.read_amount(_value(info, "valores", "vTotalRet")),
        "taxes": sum(taxes) if None not in taxes else None,
    }


def _read_declaration(root, name):
    declared = _only(root, "infDPS")
    return Nfse(UNPROVEN if declared is not None else DAMAGED, root=name, series=_value(declared, "serie"))


def _read_event(root, name):
    info = _only(root, "infEvento")
    request = _only(info, "pedRegEvento", "infPedReg")
    return replace(_read_asked(request, name), kind=EVENT) if request is not None and _value(info, "nDFSe") else Nfse(
        DAMAGED, root=name)


def _read_request(root, name):
    return _read_asked(_only(root, "infPedReg"), name)


def _read_asked(request, name):
    if request is None:
        return Nfse(DAMAGED, root=name)
    codes = [found[1] for node in request if isinstance(node.tag, str)
             and (found := _EVENT.fullmatch(envelope.split(node.tag)[1]))]
    code = codes[0] if len(codes) == 1 else ""
    identity = (request.get("Id") or "")
    event = Event(
        code, _integer(identity[-3:]) if len(identity) >= 59 else None, nfe.read_time(_value(request, "dhEvento")),
        _value(request, "CNPJAutor") or _value(request, "CPFAutor"),
        _value(request, f"e{code}", "xMotivo", most=MOST_TEXT) if code else "",
    )
    return Nfse(UNPROVEN, root=name, key=_value(request, "chNFSe"), environment=_value(request, "tpAmb"), event=event)


def _party(node):
    if node is None:
        return None
    kinds = [kind for kind in ("CNPJ", "CPF", "NIF", "cNaoNIF") if _only(node, kind) is not None]
    kind = kinds[0] if len(kinds) == 1 else ""
    number = _value(node, kind) if kind and kind != "cNaoNIF" else ""
    # a number of another country, which the taker may not have
    return nfe.Party(nfe.FOREIGN if kind in ("NIF", "cNaoNIF") else kind, number, _value(node, "xNome"))


def _compose(info, declared, emitter):
    number = emitter.tax_id if emitter else ""
    kind = {"CPF": "1", "CNPJ": "2"}.get(emitter.kind if emitter else "", "")
    return "".join((_value(declared, "cLocEmi"), _value(info, "ambGer"), kind, number.zfill(14),
                    _value(info, "nNFSe").zfill(13)))


def _only(node, *names):
    return safe_xml.only(node, *(f"{{{NAMESPACE}}}{name}" for name in names))


def _value(node, *names, most=60):
    return safe_xml.value(node, *(f"{{{NAMESPACE}}}{name}" for name in names), most=most)


def _integer(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
