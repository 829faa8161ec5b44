"""Files as they come onto invoices in Brazil: made up ones of each kind, what became of them on the way, and mutations.

It imports nothing of the addon, so that it is a measure of its own: keys, check digits and sums are reckoned here anew.
Each :class:`Sample` says what a person would expect.
"""

import io
import random
import re
from dataclasses import dataclass
from datetime import date

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.common import I2of5
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

NFE, NFSE = "http://www.portalfiscal.inf.br/nfe", "http://www.sped.fazenda.gov.br/nfse"
COMPANY, ALNUM, STRANGER, CUSTOMER = "11222333000181", "12ABC34501DE35", "44555666000172", "98765432000198"
AMOUNT, DUE = "1500.00", date(2026, 12, 20)
#: What becomes of a file: it fits; it is shown, and a person or nobody may send it; it is none of ours
FITS, SHOWN, NOTHING = "fits", "shown", "nothing"
#: A person would call it this while one of these stands in it
TOKENS = (b"<infNFe ", b"<infNFSe ")


@dataclass(frozen=True)
class Sample:
    """A file, its name, and what is expected of it on an invoice of 1,500.00 to :data:`CUSTOMER`."""

    name: str
    content: bytes
    expected: str
    company: str = COMPANY


def digit(text):
    """Check digit of keys: mod 11, a letter counts as its code minus 48."""
    rest = sum((ord(sign) - 48) * (2 + place % 8) for place, sign in enumerate(reversed(text))) % 11
    return 0 if rest < 2 else 11 - rest


def nfe(emitter=COMPANY, customer=CUSTOMER, total=AMOUNT, status="100", model="55", environment="1", number=4711,
        year="26", with_taxes=None, proof=True, key=None, proof_key=None, name="Padaria São João"):
    """An NF-e with its protocol, as text."""
    first = f"35{year}11{emitter.zfill(14)}{model}001{number:09}143215678"
    key = key or f"{first}{digit(first)}"
    taxes = f"<vNFTot>{with_taxes}</vNFTot>" if with_taxes else ""
    kind = "CNPJ" if len(emitter) == 14 else "CPF"
    document = (
        f'<NFe xmlns="{NFE}"><infNFe versao="4.00" Id="NFe{key}"><ide><cUF>35</cUF><cNF>43215678</cNF><natOp>VENDA'
        f"</natOp><mod>{model}</mod><serie>1</serie><nNF>{number}</nNF><dhEmi>20{year}-11-20T10:30:00-03:00</dhEmi>"
        f"<tpEmis>1</tpEmis><tpAmb>{environment}</tpAmb></ide><emit><{kind}>{emitter}</{kind}><xNome>Aurora</xNome>"
        f"</emit><dest><CNPJ>{customer}</CNPJ><xNome>{name}</xNome></dest><total><ICMSTot><vNF>{total}</vNF>"
        f"</ICMSTot>{taxes}</total></infNFe></NFe>"
    )
    if not proof:
        return document
    return (
        f'<nfeProc xmlns="{NFE}" versao="4.00">{document}<protNFe versao="4.00"><infProt><tpAmb>{environment}</tpAmb>'
        f"<chNFe>{proof_key or key}</chNFe><dhRecbto>20{year}-11-20T10:31:02-03:00</dhRecbto>"
        f"<nProt>135260001234567</nProt><cStat>{status}</cStat><xMotivo>Autorizado</xMotivo></infProt></protNFe>"
        "</nfeProc>"
    )


def nfse(emitter=COMPANY, customer=CUSTOMER, service=AMOUNT, withheld="0.00", taxes=("1.00", "9.00"), year="26",
         status="100", environment="1", number=27, discount=None, key=None, name="Padaria São João"):
    """An NFS-e of the national layout, as text."""
    first = f"355030812{emitter.zfill(14)}{number:013}{year}11123456789"
    key = key or f"{first}{digit(first)}"
    off = f"<vDescCondIncond><vDescIncond>{discount}</vDescIncond></vDescCondIncond>" if discount else ""
    net = float(service) - float(discount or 0) - float(withheld)
    on_top = sum(map(float, taxes)) if int(year) >= 27 else 0
    return (
        f'<NFSe xmlns="{NFSE}" versao="1.01"><infNFSe Id="NFS{key}"><xLocEmi>São Paulo</xLocEmi><xLocPrestacao>São '
        f"Paulo</xLocPrestacao><nNFSe>{number}</nNFSe><cLocIncid>3550308</cLocIncid><xLocIncid>São Paulo</xLocIncid>"
        "<xTribNac>Análise e desenvolvimento de sistemas.</xTribNac><verAplic>SefinNac_1.5.0</verAplic><ambGer>1"
        f"</ambGer><tpEmis>1</tpEmis><procEmi>1</procEmi><cStat>{status}</cStat><dhProc>20{year}-11-20T10:00:05-03:00"
        f"</dhProc><nDFSe>123456</nDFSe><emit><CNPJ>{emitter}</CNPJ><IM>152422</IM><xNome>Aurora</xNome><enderNac>"
        "<xLgr>RUA A</xLgr><nro>100</nro><xBairro>CENTRO</xBairro><cMun>3550308</cMun><UF>SP</UF><CEP>01001000</CEP>"
        f"</enderNac></emit><valores><vBC>{service}</vBC><pAliqAplic>2.00</pAliqAplic><vISSQN>20.00</vISSQN>"
        f"<vTotalRet>{withheld}</vTotalRet><vLiq>{net:.2f}</vLiq></valores><IBSCBS><cLocalidadeIncid>3550308"
        "</cLocalidadeIncid><xLocalidadeIncid>São Paulo</xLocalidadeIncid><totCIBS>"
        f"<vTotNF>{net + on_top:.2f}</vTotNF><gIBS><vIBSTot>{taxes[0]}</vIBSTot></gIBS><gCBS><vCBS>{taxes[1]}</vCBS>"
        f'</gCBS></totCIBS></IBSCBS><DPS versao="1.01"><infDPS Id="DPS355030820000000000000000001000000000000001">'
        f"<tpAmb>{environment}</tpAmb><dhEmi>20{year}-11-20T10:00:00-03:00</dhEmi><verAplic>1</verAplic><serie>00007"
        f"</serie><nDPS>1</nDPS><dCompet>20{year}-11-20</dCompet><tpEmit>1</tpEmit><cLocEmi>3550308</cLocEmi><prest>"
        f"<CNPJ>{emitter}</CNPJ><regTrib><opSimpNac>1</opSimpNac><regEspTrib>0</regEspTrib></regTrib></prest><toma>"
        f"<CNPJ>{customer}</CNPJ><xNome>{name}</xNome></toma><serv><locPrest><cLocPrestacao>3550308</cLocPrestacao>"
        "</locPrest><cServ><cTribNac>010101</cTribNac><xDescServ>Sistema sob encomenda</xDescServ></cServ></serv>"
        f"<valores><vServPrest><vServ>{service}</vServ></vServPrest>{off}<trib><tribMun><tribISSQN>1</tribISSQN>"
        "<tpRetISSQN>1</tpRetISSQN></tribMun><totTrib><indTotTrib>0</indTotTrib></totTrib></trib></valores></infDPS>"
        "</DPS></infNFSe></NFSe>"
    )


def nfse_key(text):
    """The access key in an NFS-e."""
    return re.search(r'Id="NFS([0-9A-Z]{50})"', text)[1]


def nfse_event(key, author=COMPANY, code="101101", registered=True):
    """A registered event of an NFS-e, or only its request, as text."""
    request = (
        f'<infPedReg Id="PRE{key}{code}001"><tpAmb>1</tpAmb><verAplic>1</verAplic><dhEvento>2026-11-21T09:00:00-03:00'
        f"</dhEvento><CNPJAutor>{author}</CNPJAutor><chNFSe>{key}</chNFSe><e{code}><xDesc>Cancelamento de NFS-e</xDesc>"
        f"<cMotivo>1</cMotivo><xMotivo>Erro na emissão da nota</xMotivo></e{code}></infPedReg>"
    )
    if not registered:
        return f'<pedRegEvento xmlns="{NFSE}" versao="1.01">{request}</pedRegEvento>'
    return (
        f'<evento xmlns="{NFSE}" versao="1.01"><infEvento Id="EVT{key}{code}001"><verAplic>1</verAplic><ambGer>2'
        f"</ambGer><nSeqEvento>1</nSeqEvento><dhProc>2026-11-21T09:00:05-03:00</dhProc><nDFSe>77</nDFSe>"
        f'<pedRegEvento versao="1.01">{request}</pedRegEvento></infEvento></evento>'
    )


def nfe_event(code, key):
    """A registered event of an NF-e, as text."""
    return (
        f'<procEventoNFe xmlns="{NFE}" versao="1.00"><evento versao="1.00"><infEvento Id="ID{code}{key}01"><cOrgao>35'
        f"</cOrgao><tpAmb>1</tpAmb><CNPJ>{CUSTOMER}</CNPJ><chNFe>{key}</chNFe><dhEvento>2026-11-21T09:00:00-03:00"
        f"</dhEvento><tpEvento>{code}</tpEvento><nSeqEvento>1</nSeqEvento><detEvento versao=\"1.00\"><descEvento>x"
        f"</descEvento></detEvento></infEvento></evento><retEvento><infEvento><tpAmb>1</tpAmb><cStat>135</cStat>"
        f"<chNFe>{key}</chNFe></infEvento></retEvento></procEventoNFe>"
    )


def declared(text, encoding="UTF-8", actual="utf-8", lead=b""):
    """The bytes of a text with a declaration in front of it."""
    return lead + f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(actual)


# ----------------------------------------------------------------------
# Boletos
# ----------------------------------------------------------------------

def barcode(amount=AMOUNT, due=DUE, bank="341", free="1090000015710293013280000"):
    """The 44 digits of a boleto."""
    days = (due - date(1997, 10, 7)).days
    while days > 9999:
        days -= 9000
    rest = f"{days:04}{round(float(amount) * 100):010}{free}"
    total = sum(int(sign) * (2 + place % 8) for place, sign in enumerate(reversed(f"{bank}9{rest}")))
    check = 11 - total % 11
    return f"{bank}9{1 if check in (10, 11) else check}{rest}"


def line(bars):
    """The typable line of a barcode, as it is printed."""
    fields = [part + str(_mod10(part)) for part in (bars[:4] + bars[19:24], bars[24:34], bars[34:])]
    return " ".join([*(f"{part[:5]}.{part[5:]}" for part in fields), bars[4], bars[5:19]])


def _mod10(digits):
    doubled = (int(sign) * (2 - place % 2) for place, sign in enumerate(reversed(digits)))
    return -sum(product // 10 + product % 10 for product in doubled) % 10


def pix(amount=None, url="qr.itau.com.br/pix/v2/cobv/9d36b84fc70b478fb95c12729b90ca25", key=None, broken=False,
        expires=None):
    """The text of a Pix code."""
    def put(number, value):
        return f"{number}{len(value):02}{value}"

    scheme = put("00", "br.gov.bcb.pix") + (put("01", key) if key else put("25", url))
    text = put("00", "01") + ("" if key else put("01", "12")) + put("26", scheme) + put("52", "0000") + put("53", "986")
    text += (put("54", amount) if amount else "") + put("58", "BR") + put("59", "AURORA LTDA") + put("60", "SAO PAULO")
    text += put("62", put("05", "***")) + (put("80", put("00", "br.com.banco") + put("01", expires)) if expires else "")
    text += "6304"
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return f"{text}{crc ^ broken:04X}"


def slip(*boletos, text=True, bars=False, code=None, code_text=None, words=True, password=None):
    """The PDF of boletos: each is the digits of a barcode. ``code`` is drawn as a QR code, ``code_text`` is written."""
    target = io.BytesIO()
    canvas = Canvas(target, encrypt=password)
    for digits in boletos or (None,):
        if words:
            canvas.drawString(60, 760, "Ficha de Compensação – Nosso Número 109/00000157-1")
        if text and digits:
            canvas.drawString(60, 700, line(digits))
        if bars and digits:
            I2of5(digits, barWidth=.254 * mm, ratio=3, barHeight=13 * mm, bearers=0, quiet=0, checksum=0).drawOn(
                canvas, 60, 300)
        if code_text:
            canvas.setFont("Helvetica", 5)
            for number in range(0, len(code_text), 60):
                canvas.drawString(60, 660 - number / 10, code_text[number:number + 60])
        if code:
            if words:
                canvas.drawString(60, 560, "Pague com Pix")
            widget = QrCodeWidget(code, barLevel="M")
            left, low, right, high = widget.getBounds()
            size = 35 * mm
            drawing = Drawing(size, size, transform=[size / (right - left), 0, 0, size / (high - low), 0, 0])
            drawing.add(widget)
            renderPDF.draw(drawing, canvas, 60, 400)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def contract():
    """A PDF that is none of ours."""
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.drawString(60, 700, "Contrato de manutenção. Pagamento em 30 dias.")
    canvas.save()
    return target.getvalue()


# ----------------------------------------------------------------------
# The corpus
# ----------------------------------------------------------------------

def xml_samples():
    """Yield samples of files in XML."""
    for company in (COMPANY, ALNUM, "52998224725"):
        for number in (1, 4711, 999999999):
            yield from _ways(f"nfe {company} {number}", nfe(company, number=number), company)
    for company in (COMPANY, ALNUM):
        for number in (1, 27, 1234567):
            yield from _ways(f"nfse {company} {number}", nfse(company, number=number), company)
    yield from _contradictions()
    yield from _others()


def _ways(name, text, company):
    """What becomes of a good file on its way."""
    root = re.match(r"<(\w+)", text)[1]
    namespace = re.search(r'xmlns="[^"]*"', text)[0]
    soap = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
    good = declared(text)
    for way, content, expected in (
        ("plain", good, FITS),
        ("without declaration", text.encode(), FITS),
        ("byte order mark", b"\xef\xbb\xbf" + good, FITS),
        ("line break in front", b"\r\n" + good, FITS),
        ("two byte order marks", b"\xef\xbb\xbf" * 2 + good, FITS),
        ("mark and line break", b"\xef\xbb\xbf\r\n" + good, FITS),
        ("latin-1", declared(text, "ISO-8859-1", "latin-1"), FITS),
        ("iso-8859-15", declared(text, "ISO-8859-15", "iso-8859-15"), FITS),
        ("utf-16", declared(text, "UTF-16", "utf-16"), FITS),
        ("says utf-16", declared(text, "utf-16"), FITS),
        ("Ctrl-Z", good + b"\x1a", FITS),
        ("NUL", good + b"\0\0\n", FITS),
        ("SOAP", soap.format(text).encode(), FITS),
        ("says utf-8, is latin-1", declared(text, actual="latin-1"), SHOWN),
        ("cut off", good[:-40], SHOWN),
        ("half", good[:len(good) // 2], SHOWN),
        ("entity", good.replace(b"<xNome>", b"<xNome>&nbsp;", 1), SHOWN),
        ("DOCTYPE", b"<!DOCTYPE a>" + text.encode(), SHOWN),
        ("no namespace", text.replace(f" {namespace}", "").encode(), SHOWN),
        ("twice", f"<lote>{text}{text}</lote>".encode(), SHOWN),
        ("escaped in SOAP", soap.format(text.replace("<", "&lt;")).encode(), SHOWN),
        ("text behind", good + b"recebido por mail", SHOWN),
    ):
        yield Sample(f"{name}: {way}", content, expected, company)
    if root == "nfeProc":
        bare = text[text.index("<NFe"):text.index("</NFe>") + 6]
        yield Sample(f"{name}: bare", bare.encode(), SHOWN, company)
        yield Sample(f"{name}: lot", f'<enviNFe xmlns="{NFE}"><idLote>1</idLote>{bare}</enviNFe>'.encode(), SHOWN,
                     company)
        yield Sample(f"{name}: root without namespace", text.replace(f"<nfeProc {namespace}", "<nfeProc").encode(),
                     SHOWN, company)


def _contradictions():
    key = nfse_key(nfse())
    for name, text in (
        ("nfe of a stranger", nfe(STRANGER)), ("nfe for another", nfe(customer=STRANGER)),
        ("nfe of another total", nfe(total="1499.99")), ("nfe denied", nfe(status="110")),
        ("nfe for a number with other signs", nfe(customer="9876.5432000198")),
        ("nfe rejected", nfe(status="204")), ("nfe test", nfe(environment="2")),
        ("nfe key of another", nfe(key=re.search(r'Id="NFe(\w+)"', nfe(STRANGER))[1])),
        ("nfe protocol of another", nfe(proof_key="1" * 44)), ("nfe without proof", nfe(proof=False)),
        ("nfe of 2027 with taxes on top", nfe(year="27", total="1500.00", with_taxes="1632.00")),
        ("nfe of 2026 with taxes on top", nfe(total="1378.00", with_taxes="1500.00")),
        ("nfse of a stranger", nfse(STRANGER)), ("nfse for another", nfse(customer=STRANGER)),
        ("nfse of another total", nfse(service="1499.99")), ("nfse of no status", nfse(status="999")),
        ("nfse test", nfse(environment="2")), ("nfse wrong digit", nfse(key=key[:-1] + str((int(key[-1]) + 1) % 10))),
        ("nfse key of another number", nfse(number=28, key=key)),
        ("nfse of 2027", nfse(year="27", taxes=("10.00", "90.00"))),
        ("nfse request of an event", nfse_event(key, registered=False)),
        ("nfse event of a stranger", nfse_event(key, STRANGER)),
        ("nfse declaration", re.search(r"<DPS.*</DPS>", nfse())[0].replace("<DPS ", f'<DPS xmlns="{NFSE}" ')),
    ):
        yield Sample(name, declared(text), SHOWN)
    for name, text in (
        ("nfe of 2027", nfe(year="27", total="1388.00", with_taxes="1500.00")),
        ("nfe of 2027, nothing on top", nfe(year="27", with_taxes=AMOUNT)), ("nfe of 2027, old", nfe(year="27")),
        ("nfe after the deadline", nfe(status="150")), ("nfse with withheld taxes", nfse(withheld="75.00")),
        ("nfse net", nfse(service="1575.00", withheld="75.00")),
        ("nfse with a discount", nfse(service="1600.00", discount="100.00")),
        ("nfse of 2027", nfse(service="1400.00", year="27", taxes=("10.00", "90.00"))),
        ("nfse by a court", nfse(status="102")), ("nfse cancelled", nfse_event(key)),
    ):
        yield Sample(name, declared(text), FITS)


def _others():
    key = re.search(r'Id="NFe(\w+)"', nfe())[1]
    base = "http://www.portalfiscal.inf.br"
    for name, text in (
        ("ct-e", f'<cteProc xmlns="{base}/cte" versao="4.00"><CTe><infCte Id="CTe{key}"/></CTe></cteProc>'),
        ("mdf-e", f'<mdfeProc xmlns="{base}/mdfe"><MDFe><infMDFe Id="MDFe{key}"/></MDFe></mdfeProc>'),
        ("bp-e", f'<bpeProc xmlns="{base}/bpe"><BPe/></bpeProc>'), ("nfc-e", nfe(model="65")),
        ("answer of the service", f'<retEnviNFe xmlns="{NFE}" versao="4.00"><cStat>103</cStat></retEnviNFe>'),
        ("municipal", '<CompNfse xmlns="http://www.abrasf.org.br/nfse.xsd"><Nfse><InfNfse/></Nfse></CompNfse>'),
        *((f"event {code}", nfe_event(code, key)) for code in ("210200", "210210", "210240", "110140", "110150")),
        *((f"nfse event {code}", nfse_event(nfse_key(nfse()), CUSTOMER, code)) for code in ("203202", "203206")),
    ):
        yield Sample(name, declared(text), SHOWN)
    for name, content in (
        ("page", b"<html><body>NF-e</body></html>"), ("catalogue", b'<?xml version="1.0"?><products/>'),
        ("spreadsheet", b"PK\x03\x04 anything"), ("picture", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("text", b"Segue a NF-e por e-mail"), ("nothing", b""), ("one sign", b"<"),
        ("ubl", b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID>1</ID></Invoice>'),
    ):
        yield Sample(name, content, NOTHING)


def pdf_samples():
    """Yield samples of PDFs; those with codes are read where the machine can read them."""
    good = barcode()
    plain = slip(good)
    for name, content, expected in (
        ("boleto", plain, FITS), ("boleto with its bars", slip(good, bars=True), FITS),
        ("boleto and Pix in the text", slip(good, code_text=pix()), FITS),
        ("boleto and Pix as a code", slip(good, code=pix()), FITS),
        ("boleto and Pix of its amount", slip(good, code=pix(AMOUNT)), FITS),
        ("boleto and Pix of another amount", slip(good, code=pix("1400.00")), SHOWN),
        ("boleto and broken Pix", slip(good, code=pix(broken=True)), SHOWN),
        ("boleto and Pix that ends before", slip(good, code_text=pix(expires="20261201")), SHOWN),
        ("boleto as a picture", slip(good, text=False, bars=True, words=False), FITS),
        ("boleto without line and bars", slip(good, text=False), SHOWN),
        ("empty page", slip(words=False), SHOWN), ("boleto, locked", slip(good, password="1234"), SHOWN),
        ("boleto cut off", plain[:300], SHOWN), ("boleto behind a line break", b"\n" + plain, FITS),
        ("boleto behind 100 bytes", bytes(100) + plain, FITS), ("boleto behind 5000 bytes", bytes(5000) + plain, FITS),
        ("boleto of another amount", slip(barcode("1499.99")), SHOWN),
        ("boleto of another day", slip(barcode(due=date(2026, 12, 21))), SHOWN), ("contract", contract(), NOTHING),
    ):
        yield Sample(name, content, expected)


def mutations(count, seed=22):
    """Yield that many damaged forms of the XML samples that fit: name, bytes, whether a person would still see what."""
    dice = random.Random(seed)
    originals = [sample for sample in xml_samples() if sample.expected == FITS]
    for number in range(count):
        sample = dice.choice(originals)
        content = bytearray(sample.content)
        for _time in range(dice.randint(1, 4)):
            place = dice.randrange(len(content) + 1)
            kind = dice.randrange(6)
            if kind == 0:
                content[place:place + dice.randint(1, 30)] = b""
            elif kind == 1:
                content[place:place] = dice.randbytes(dice.randint(1, 5))
            elif kind == 2:
                content[place:place] = content[place:place + dice.randint(1, 200)]
            elif kind == 3 and place < len(content):
                content[place] ^= 1 << dice.randrange(8)
            elif kind == 4:
                content[place:place] = dice.choice(
                    (b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&x;", b"\0", b"<NFe>", b"</NFSe>", b"<vNF>1500.00</vNF>"))
            elif dice.random() < 0.3:
                content = content[:place]
            if not content:
                content = bytearray(b"<")
        content = bytes(content)
        yield Sample(f"{number}: {sample.name}", content, SHOWN if any(
            token in content for token in TOKENS) else NOTHING, sample.company)
