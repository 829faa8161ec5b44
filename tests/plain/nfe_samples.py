"""NF-e and events to test with: made up ones of the real structure, and the samples that nfelib brings along."""

from importlib.util import find_spec
from pathlib import Path

from tools.brazil.nfe import NAMESPACE, check_digit

COMPANY, STRANGER, CUSTOMER = "12ABC34501DE35", "11222333000181", "44555666000172"
PERSON = "52998224725"
OPEN = f'xmlns="{NAMESPACE}"'
#: Where the samples of nfelib lie, found without importing it
NFELIB = Path(find_spec("nfelib").submodule_search_locations[0])

IDE = {
    "cUF": "35", "cNF": "43215678", "natOp": "VENDA", "mod": "55", "serie": "1", "nNF": "4711",
    "dhEmi": "2026-11-20T10:30:00-03:00", "tpNF": "1", "tpEmis": "1", "tpAmb": "1", "finNFe": "1",
}


def key_of(ide, emitter=COMPANY):
    """The access key of these fields."""
    first = "".join((
        ide["cUF"], ide["dhEmi"][2:4], ide["dhEmi"][5:7], emitter.zfill(14), ide["mod"], ide["serie"].zfill(3),
        ide["nNF"].zfill(9), ide["tpEmis"], ide["cNF"],
    ))
    return f"{first}{check_digit(first)}"


def party(tag, kind, number, name):
    return f"<{tag}><{kind}>{number}</{kind}><xNome>{name}</xNome></{tag}>"


EMITTER = party("emit", "CNPJ", COMPANY, "AURORA FERRAMENTAS LTDA")
RECIPIENT = party("dest", "CNPJ", CUSTOMER, "Padaria São João &amp; Filhos")
COLLECTION = (
    "<cobr><fat><nFat>4711</nFat><vLiq>1500.00</vLiq></fat>"
    "<dup><nDup>001</nDup><dVenc>2026-12-20</dVenc><vDup>750.00</vDup></dup>"
    "<dup><nDup>002</nDup><dVenc>2027-01-20</dVenc><vDup>750.00</vDup></dup></cobr>"
)


def document(ide=None, key=None, emitter=EMITTER, recipient=RECIPIENT, total="1500.00", collection=COLLECTION):
    """An ``NFe`` without protocol, as text."""
    ide = IDE | (ide or {})
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in ide.items())
    return (
        f'<NFe {OPEN}><infNFe versao="4.00" Id="NFe{key or key_of(ide)}"><ide>{fields}</ide>{emitter}{recipient}'
        f"<total><ICMSTot><vProd>{total}</vProd><vNF>{total}</vNF></ICMSTot></total>{collection}</infNFe></NFe>"
    )


def protocol(status="100", key=None, environment="1"):
    """A ``protNFe``, as text."""
    return (
        f'<protNFe versao="4.00"><infProt><tpAmb>{environment}</tpAmb><chNFe>{key or key_of(IDE)}</chNFe>'
        f"<dhRecbto>2026-11-20T10:31:02-03:00</dhRecbto><nProt>135260001234567</nProt><cStat>{status}</cStat>"
        "<xMotivo>Autorizado o uso da NF-e</xMotivo></infProt></protNFe>"
    )


def authorized(inner=None, proof=None):
    """The bytes of an ``nfeProc``."""
    inner, proof = document() if inner is None else inner, protocol() if proof is None else proof
    return f'<?xml version="1.0" encoding="UTF-8"?><nfeProc {OPEN} versao="4.00">{inner}{proof}</nfeProc>'.encode()


def event(kind="110110", text="<xCorrecao>Volumes: 4</xCorrecao>", status="135", key=None, answered=None,
          author=COMPANY, environment="1"):
    """The bytes of a ``procEventoNFe``."""
    key = key or key_of(IDE)
    return (
        f'<procEventoNFe {OPEN} versao="1.00"><evento versao="1.00"><infEvento Id="ID{kind}{key}01">'
        f"<cOrgao>35</cOrgao><tpAmb>{environment}</tpAmb><CNPJ>{author}</CNPJ><chNFe>{key}</chNFe>"
        f"<dhEvento>2026-11-21T09:00:00-03:00</dhEvento><tpEvento>{kind}</tpEvento><nSeqEvento>1</nSeqEvento>"
        f'<detEvento versao="1.00">{text}</detEvento></infEvento></evento><retEvento versao="1.00"><infEvento>'
        f"<tpAmb>{environment}</tpAmb><cStat>{status}</cStat><xMotivo>Evento registrado</xMotivo>"
        f"<chNFe>{answered or key}</chNFe><tpEvento>{kind}</tpEvento><nSeqEvento>1</nSeqEvento>"
        "<dhRegEvento>2026-11-21T09:00:05-03:00</dhRegEvento><nProt>135260007654321</nProt>"
        "</infEvento></retEvento></procEventoNFe>"
    ).encode()


def samples(folder="**"):
    """The bytes of nfelib's sample files by their path in a folder of nfelib."""
    return {str(path.relative_to(NFELIB)): path.read_bytes() for path in sorted(NFELIB.glob(f"{folder}/*.xml"))
            if "samples" in path.parts}
