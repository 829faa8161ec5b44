"""Brazil's electronic invoice (NF-e, model 55) and its events: what a file is, and what stands in it.

Layout: Manual de Orientação do Contribuinte 7.0 (Ajuste SINIEF 07/05), schemas ``procNFe_v4.00`` and
``procEventoNFe``. Only what is needed for sending is read; the tax authority has checked the rest.
Whether a file may be sent is asked in :mod:`tools.brazil.nfe_checks`.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from . import envelope, safe_xml

NAMESPACE = envelope.NFE

#: What a file is. Authorised: the NF-e with the protocol that says so
AUTHORIZED, DENIED, REFUSED = "authorized", "denied", "refused"
#: NF-e without a protocol: nothing proves that the authority knows it
UNPROVEN = "unproven"
#: NFC-e (model 65), the receipt of a shop, whatever its protocol says
CONSUMER = "consumer"
#: An event that the authority registered, and one without proof of that
EVENT, EVENT_UNPROVEN = "event", "event_unproven"
#: By its root an NF-e or an event, of which parts are missing, doubled, or of another model
DAMAGED = envelope.DAMAGED
#: Well-formed XML of another sort, and what is not readable as XML at all
OTHER, NOT_XML = envelope.OTHER, envelope.NOT_XML

#: cStat: authorised, also after the deadline; use denied (Manual de Orientação do Contribuinte, annex I)
STATUS_AUTHORIZED, STATUS_DENIED = frozenset({"100", "150"}), frozenset({"110", "301", "302", "303"})
#: cStat: event registered and linked, not linked (yet), cancellation after the deadline
STATUS_REGISTERED = frozenset({"135", "136", "155"})
#: tpEvento: letter of correction (CC-e), cancellation
CORRECTION, CANCELLATION = "110110", "110111"
#: tpAmb of documents that count; 2 is the test environment
PRODUCTION = "1"

#: Kind of number of a recipient abroad; the number itself may be empty
FOREIGN = "idEstrangeiro"
#: Characters of xCorrecao in the schema
MOST_TEXT = 1000
_KEY = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,10})?")
#: The schema's TData and TDateTimeUTC know years from 2000 to 2099 only
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(rf"{_DATE.pattern}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}[+-][0-9]{{2}}:[0-9]{{2}}")


@dataclass(frozen=True)
class Party:
    """Who issues or receives: ``kind`` is ``CNPJ``, ``CPF`` or ``idEstrangeiro``, ``tax_id`` as it stands there."""

    kind: str
    tax_id: str
    name: str


@dataclass(frozen=True)
class Instalment:
    """One ``dup`` of ``cobr``: ``due`` a date, ``amount`` in reais; ``None`` where it is absent or unusable."""

    number: str
    due: date | None
    amount: Decimal | None


@dataclass(frozen=True)
class Event:
    """What an event says: its ``tpEvento``, its number in the row of its kind, when, by whom (CNPJ or CPF).

    ``text`` is the correction, or why it was cancelled.
    """

    type: str
    sequence: int | None
    date: datetime | None
    author: str
    text: str


@dataclass(frozen=True)
class Nfe:
    """What a file is (``kind``) and what stands in it; empty or ``None`` what does not, or is unusable.

    ``problem`` says why a file cannot be read or cannot go as it is, in constants of :mod:`tools.brazil.safe_xml` and
    :mod:`tools.brazil.envelope`. ``content`` is the document's own bytes where the file holds more. ``key`` is the
    NF-e's own, or the one that an event belongs to. ``status`` (cStat), ``reason`` (xMotivo), ``protocol``,
    ``protocol_key`` and ``authorized`` come from the authority's protocol. ``environment`` is tpAmb, that of the test
    if document and protocol differ. ``total`` is vNF, ``with_taxes`` vNFTot, which has IBS, CBS and IS on top of it
    where they are not in the price. ``composed`` is what the key must be by the fields of the document, without its
    check digit.
    """

    kind: str
    problem: str | None = None
    root: str = ""
    key: str = ""
    model: str = ""
    series: int | None = None
    number: int | None = None
    issued: datetime | None = None
    environment: str = ""
    emitter: Party | None = None
    recipient: Party | None = None
    total: Decimal | None = None
    instalments: tuple = ()
    protocol: str = ""
    protocol_key: str = ""
    status: str = ""
    reason: str = ""
    authorized: datetime | None = None
    composed: str = ""
    event: Event | None = None
    with_taxes: Decimal | None = None
    content: bytes | None = None


def read(content):
    """Read a file from its bytes. Whatever they are, :class:`Nfe` comes back and nothing is raised."""
    return read_opened(envelope.open_file(content or b""))


def read_opened(opened):
    """Read what :func:`tools.brazil.envelope.open_file` found in a file."""
    readers = {"nfeProc": _read_authorized, "NFe": _read_bare, "procEventoNFe": _read_event, "evento": _read_event}
    return envelope.read_opened(opened, NAMESPACE, readers, Nfe)


def check_digit(key, length=43):
    """Return the check digit of the first characters of a key: mod 11, a letter counts as its code minus 48.

    IN RFB 2.229/2024 and the joint note on the alphanumeric CNPJ (2025.001).

    :param int length: how many of them; of an NF-e's 43
    """
    weighed = sum((ord(letter) - 48) * (2 + place % 8) for place, letter in enumerate(reversed(key[:length])))
    rest = weighed % 11
    return 0 if rest < 2 else 11 - rest


def is_key(text):
    """Tell whether a text has the form of an access key and its check digit is right."""
    return bool(_KEY.fullmatch(text)) and int(text[43]) == check_digit(text)


def _read_authorized(root, name):
    return _read_nfe(name, _only(root, "NFe"), _only(root, "protNFe", "infProt"))


def _read_bare(root, name):
    return _read_nfe(name, root, None)


def _read_nfe(root, document, protocol):
    info = _only(document, "infNFe")
    if info is None:
        return Nfe(DAMAGED, root=root)
    model, status = _value(info, "ide", "mod"), _value(protocol, "cStat")
    identity = info.get("Id", "")
    return Nfe(
        _kind(model, status, protocol is not None), root=root, model=model, status=status,
        key=identity[3:47] if identity.startswith("NFe") and len(identity) == 47 else "",
        series=_integer(_value(info, "ide", "serie")), number=_integer(_value(info, "ide", "nNF")),
        issued=read_time(_value(info, "ide", "dhEmi")),
        environment=_environment(_value(info, "ide", "tpAmb"), _value(protocol, "tpAmb")),
        emitter=_party(_only(info, "emit")), recipient=_party(_only(info, "dest")),
        total=read_amount(_value(info, "total", "ICMSTot", "vNF")),
        with_taxes=read_amount(_value(info, "total", "vNFTot")), instalments=_instalments(info),
        composed=_compose(info), **_protocol(protocol, "dhRecbto"),
    )


def _kind(model, status, proven):
    if model == "65":
        return CONSUMER
    if model != "55":
        return DAMAGED
    if not proven:
        return UNPROVEN
    if status in STATUS_AUTHORIZED:
        return AUTHORIZED
    return DENIED if status in STATUS_DENIED else REFUSED


def _read_event(root, name):
    proven = name == "procEventoNFe"
    info = _only(root, "evento", "infEvento") if proven else _only(root, "infEvento")
    if info is None:
        return Nfe(DAMAGED, root=name)
    answer = _only(root, "retEvento", "infEvento") if proven else None
    status = _value(answer, "cStat")
    details = _only(info, "detEvento")
    event = Event(
        _value(info, "tpEvento"), _integer(_value(info, "nSeqEvento")), read_time(_value(info, "dhEvento")),
        _value(info, "CNPJ") or _value(info, "CPF"),
        _value(details, "xCorrecao", most=MOST_TEXT) or _value(details, "xJust", most=MOST_TEXT),
    )
    return Nfe(
        EVENT if status in STATUS_REGISTERED else EVENT_UNPROVEN, root=name, key=_value(info, "chNFe"),
        environment=_environment(_value(info, "tpAmb"), _value(answer, "tpAmb")), status=status, event=event,
        **_protocol(answer, "dhRegEvento"),
    )


def _protocol(node, time):
    return {
        "protocol": _value(node, "nProt"), "protocol_key": _value(node, "chNFe"),
        "reason": _value(node, "xMotivo", most=255), "authorized": read_time(_value(node, time)),
    }


def _environment(document, protocol):
    return next((one for one in (document, protocol) if one and one != PRODUCTION), document)


def _party(node):
    if node is None:
        return None
    kinds = [kind for kind in ("CNPJ", "CPF", FOREIGN) if _only(node, kind) is not None]
    # the schema lets only one stand there; a foreign number may be empty
    kind = kinds[0] if len(kinds) == 1 else ""
    return Party(kind, _value(node, kind) if kind else "", _value(node, "xNome"))


def _instalments(info):
    collection = _only(info, "cobr")
    return tuple(
        Instalment(_value(node, "nDup"), _date(_value(node, "dVenc")), read_amount(_value(node, "vDup")))
        for node in (collection.iterchildren(f"{{{NAMESPACE}}}dup") if collection is not None else ())
    )


def _compose(info):
    """The key's first 43 characters as the document's fields give them (annex I, rule of rejection 502)."""
    field = {name: _value(info, "ide", name) for name in
             ("cUF", "dhEmi", "mod", "serie", "nNF", "tpEmis", "cNF")}
    emitter = _party(_only(info, "emit"))
    return "".join((
        field["cUF"], field["dhEmi"][2:4], field["dhEmi"][5:7], (emitter.tax_id if emitter else "").zfill(14),
        field["mod"], field["serie"].zfill(3), field["nNF"].zfill(9), field["tpEmis"], field["cNF"].zfill(8),
    ))


def _only(node, *names):
    return safe_xml.only(node, *(f"{{{NAMESPACE}}}{name}" for name in names))


def _value(node, *names, most=60):
    return safe_xml.value(node, *(f"{{{NAMESPACE}}}{name}" for name in names), most=most)


def _integer(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def read_amount(text):
    """The amount that a field of the layouts holds, ``None`` where it holds none."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def _date(text):
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def read_time(text):
    """The moment that a field of the layouts holds, ``None`` where it holds none."""
    try:
        return datetime.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        return None
