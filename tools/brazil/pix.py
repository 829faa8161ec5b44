"""The text of a Pix payment (BR Code, "copia e cola"): fields of EMV's Merchant-Presented Mode with a checksum.

Source: Banco Central do Brasil, Manual de Padrões para Iniciação do Pix (anexo I) and Manual do BR Code; EMV QR Code
Specification for Payment Systems, Merchant-Presented Mode. A dynamic code names a URL where amount and expiry are kept
by the bank: these are not in the text, and nobody is asked for them here.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

#: Why a text is no Pix payment
NOT_PIX, CHECKSUM, CURRENCY, MALFORMED = "not_pix", "checksum", "currency", "malformed"

GUI = "br.gov.bcb.pix"
#: Characters of a code (BR Code: what a QR code of this size holds), and of a text that is searched
MOST_CODE, MOST_TEXT = 512, 500_000
#: Codes that are tried in a text
MOST_TRIES = 200
#: Templates of merchants in which a scheme may stand (EMV: 26 to 51)
_MERCHANTS = [f"{number:02}" for number in range(26, 52)]
_REAIS, _BRAZIL = "986", "BR"
#: Payload format indicator, then what follows up to a checksum
_BEGIN = re.compile(r"000201")
_CHECKSUM = re.compile(r"6304[0-9A-Fa-f]{4}")


@dataclass(frozen=True)
class Pix:
    """A Pix payment with a right checksum.

    ``key`` is a static one's, ``url`` a dynamic one's. ``amount`` is in reais, ``None`` where it is not in the text;
    ``expires`` the day after which it is worth nothing, where some bank wrote it into the text.
    """

    text: str
    key: str = ""
    url: str = ""
    amount: Decimal | None = None
    merchant: str = ""
    city: str = ""
    transaction: str = ""
    expires: date | None = None


@dataclass(frozen=True)
class Reading:
    """What a text came to: a :class:`Pix`, or the problem with it."""

    pix: Pix | None = None
    problem: str | None = None


def parse(text):
    """Read a text as one code: of a QR code, or pasted."""
    text = (text or "").strip()
    if not text.startswith("000201") or len(text) > MOST_CODE:
        return Reading(problem=NOT_PIX)
    fields = _fields(text)
    if not fields or list(fields)[-1] != "63":
        return Reading(problem=MALFORMED if GUI in text.lower() else NOT_PIX)
    schemes = [inner for number in _MERCHANTS if (inner := _fields(fields.get(number, "")))
               and inner.get("00", "").lower() == GUI]
    if not schemes:
        return Reading(problem=NOT_PIX)
    if len(schemes) > 1:
        return Reading(problem=MALFORMED)
    if fields["63"].upper() != f"{checksum(text[:-4]):04X}":
        return Reading(problem=CHECKSUM)
    if fields.get("53") != _REAIS or fields.get("58") != _BRAZIL:
        return Reading(problem=CURRENCY)
    amount = _amount(fields.get("54"))
    if "54" in fields and amount is None:
        return Reading(problem=MALFORMED)
    [scheme] = schemes
    more = _fields(fields.get("62", "")) or {}
    return Reading(Pix(
        text, key=scheme.get("01", ""), url=scheme.get("25", ""), amount=amount or None,
        merchant=fields.get("59", ""), city=fields.get("60", ""), transaction=more.get("05", ""),
        expires=_day(fields, more),
    ))


def find(text):
    """Return a :class:`Reading` of each code in the text of a page, each once; a broken one only where none is whole.

    PDFs break long texts into lines: breaks are passed over, and so are blanks where the code is only whole without
    them, as names of merchants have blanks of their own.
    """
    text = (text or "")[:MOST_TEXT]
    found = []
    for begin in list(_BEGIN.finditer(text))[:MOST_TRIES]:
        piece = text[begin.start():begin.start() + 2 * MOST_CODE]
        readings = [parse(one) for variant in _variants(piece) for one in _ends(variant)]
        found.append(next((one for one in readings if one.pix), None) or next(
            (one for one in readings if one.problem == CHECKSUM), None) or next(
            (one for one in readings if one.problem == MALFORMED), None))
    whole = [reading for reading in found if reading and reading.pix]
    return list(dict.fromkeys(whole or filter(None, found)))


def checksum(text):
    """CRC-16/CCITT-FALSE of a text's UTF-8 bytes (ISO/IEC 13239; polynomial 1021, begun with FFFF)."""
    crc = 0xFFFF
    for byte in text.encode(errors="surrogatepass"):
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _variants(piece):
    """The piece as it reads with its line breaks taken out, taken for blanks, and with all blanks taken out."""
    lines = [line.strip() for line in piece.splitlines()]
    yield "".join(lines)
    yield " ".join(lines)
    yield "".join(piece.split())


def _ends(variant):
    """Where it may end: behind each checksum."""
    for end in list(_CHECKSUM.finditer(variant[:MOST_CODE]))[:5]:
        yield variant[:end.end()]


def _fields(text):
    """``{number: value}`` of fields of two digits, two digits of length, value; ``None`` where it is none of that."""
    fields, place = {}, 0
    while place < len(text):
        head = text[place:place + 4]
        if not re.fullmatch("[0-9]{4}", head) or head[:2] in fields:
            return None
        value = text[place + 4:place + 4 + int(head[2:])]
        if len(value) != int(head[2:]):
            return None
        fields[head[:2]] = value
        place += 4 + len(value)
    return fields


def _amount(text):
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", text or ""):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _day(fields, more):
    """The day in one of the templates that a bank may fill as it likes (62-50 and following, 80 to 99)."""
    texts = [value for number, value in more.items() if number >= "50"]
    texts += [value for number, value in fields.items() if number >= "80"]
    for text in texts:
        found = re.search(r"(20[0-9]{2})-?([01][0-9])-?([0-3][0-9])", text)
        if found:
            try:
                return datetime.strptime("".join(found.groups()), "%Y%m%d").date()
            except ValueError:
                continue
    return None
