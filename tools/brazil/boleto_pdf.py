"""The boletos in a PDF, each with its Pix code: from the text of its pages, and from the bars and QR codes on them."""

import re
from dataclasses import dataclass

from ..pdf import reader as pdf_reader
from . import boleto, pix, pix_checks

#: Problems of a PDF that was read: it has no text; it speaks as boletos do, and no line was found
PICTURE, NO_LINE = "picture", "no_line"
#: The page speaks of Pix, and no code could be read; the same where this machine cannot read QR codes
PIX_UNREAD, PIX_NOT_INSTALLED = "pix_unread", "pix_not_installed"

#: What stands on each boleto (FEBRABAN's form), and hardly on anything else
_WORDS = re.compile(
    r"linha\s+digit|ficha\s+de\s+compensa|nosso\s+n[uú]mero|recibo\s+do\s+(?:pagador|sacado)"
    r"|autentica[cç][aã]o\s+mec", re.IGNORECASE)
_PIX_WORDS = re.compile(r"\bpix\b|copia\s+e\s+cola", re.IGNORECASE)
_BARS, _QR = "ITF", "QRCode"


@dataclass(frozen=True)
class Slip:
    """A boleto, the text of its Pix code or ``None``, and why there is none where one is expected."""

    boleto: boleto.Boleto
    pix: str | None = None
    pix_problem: str | None = None


@dataclass(frozen=True)
class Found:
    """What a PDF holds: its slips, and codes of what keeps us from saying more."""

    slips: tuple = ()
    problems: tuple = ()


def asks_for_codes(reading):
    """Tell whether the codes on the pages may say more than the text: of :class:`tools.pdf.reader.Reading`."""
    if reading.problem == pdf_reader.PASSWORD:
        return False
    if any(found.boleto for found in boleto.find(reading.text)):
        return not any(found.pix for found in pix.find(reading.text))
    return not reading.text.strip() or bool(_WORDS.search(reading.text))


def read(reading, codes=()):
    """Return :class:`Found` for the text of a PDF and the codes on its pages."""
    pages = reading.text.split("\f")
    readings = boleto.find(reading.text)
    bars = [(code.page, boleto.from_barcode(code.text)) for code in codes if code.kind == _BARS]
    if not any(found.boleto for found in readings):
        readings = [found for _page, found in bars if found.boleto or found.problem == boleto.COLLECTION] or readings
    slips = list(dict.fromkeys(found.boleto for found in readings if found.boleto))
    problems = [found.problem for found in readings if found.problem]
    if reading.problem:
        problems.append(reading.problem)
    if not slips and not problems:
        if not reading.text.strip():
            problems.append(PICTURE)
        elif _WORDS.search(reading.text):
            problems.append(NO_LINE)
    return Found(tuple(_with_pix(slips, pages, bars, codes)), tuple(dict.fromkeys(problems)))


def _with_pix(slips, pages, bars, codes):
    places = {slip: {page for page, found in bars if found.boleto == slip} for slip in slips}
    if len(slips) == 1:
        places[slips[0]] = set(range(len(pages))) | {code.page for code in codes}
    else:
        for page, text in enumerate(pages):
            for found in boleto.find(text):
                if found.boleto in places:
                    places[found.boleto].add(page)
    offered = {}
    for page in set().union(*places.values()):
        text = pages[page] if page < len(pages) else ""
        readings = [*(pix.parse(code.text) for code in codes if code.page == page and code.kind == _QR),
                    *pix.find(text)]
        offered[page] = ({found.pix for found in readings if found.pix},
                         any(found.problem and found.problem != pix.NOT_PIX for found in readings),
                         bool(_PIX_WORDS.search(text)))
    return [_pair(slip, places, offered) for slip in slips]


def _pair(slip, places, offered):
    """The code on a boleto's pages: the only one there, or the only one of its amount."""
    there = [offered[page] for page in places[slip]]
    codes = set().union(*(found for found, _broken, _words in there))
    alone = not any(places[slip] & pages for other, pages in places.items() if other != slip)
    fitting = [one for one in codes if one.amount is not None and one.amount == slip.amount]
    if len(codes) == 1 and alone:
        return Slip(slip, next(iter(codes)).text)
    if len(fitting) == 1:
        return Slip(slip, fitting[0].text)
    if codes:
        return Slip(slip, pix_problem=pix_checks.SEVERAL)
    if any(broken for _found, broken, _words in there):
        return Slip(slip, pix_problem=pix_checks.BROKEN)
    if any(words for _found, _broken, words in there):
        return Slip(slip, pix_problem=PIX_UNREAD if pdf_reader.can_read_codes() else PIX_NOT_INSTALLED)
    return Slip(slip)
