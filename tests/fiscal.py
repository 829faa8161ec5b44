"""NF-e and boletos to test with: real NF-e of nfelib, boletos as banks draw them."""

from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from unittest import SkipTest

from reportlab.pdfgen.canvas import Canvas

from ..tools.brazil import boleto, nfe
from ..tools.pdf import reader as pdf_reader
from . import brazil_corpus
from .common import DispatchCase


def samples():
    """The real NF-e that nfelib brings along, with their protocols: their bytes.

    :raise SkipTest: the library is missing, as where the addon is installed without its development packages
    """
    nfelib = find_spec("nfelib")
    if not nfelib:
        raise SkipTest("nfelib is not installed")
    folder = Path(nfelib.submodule_search_locations[0], "nfe", "samples", "v4_0", "leiauteNFe")
    return [path.read_bytes() for path in sorted(folder.glob("*.xml"))]


def boleto_pdf(*instalments, wrong=False, password=None):
    """The bytes of a PDF with a boleto for each (amount, due date)."""
    pdf = BytesIO()
    canvas = Canvas(pdf, encrypt=password)
    for amount, due in instalments:
        free = "1234567890123456789012345"
        body = f"0019{boleto.factor_of(due):04}{round(amount * 100):010}{free}"
        line = boleto.from_barcode(f"{body[:4]}{boleto.mod11(body)}{body[4:]}").boleto.printed
        if wrong:
            line = line[:2] + ("1" if line[2] != "1" else "2") + line[3:]
        canvas.drawString(60, 700, "Banco do Brasil – Pagável em qualquer banco")
        canvas.drawString(60, 680, line)
        canvas.showPage()
    canvas.save()
    return pdf.getvalue()


def event_xml(key, cnpj, event_type=nfe.CANCELLATION, sequence=1, text="Pedido cancelado pelo cliente", status="135"):
    """A registered event of an NF-e (``procEventoNFe``), with the structure of real ones."""
    tag = "xCorrecao" if event_type == nfe.CORRECTION else "xJust"
    return (
        f'<procEventoNFe xmlns="{nfe.NAMESPACE}" versao="1.00"><evento versao="1.00"><infEvento '
        f'Id="ID{event_type}{key}{sequence:02}"><cOrgao>35</cOrgao><tpAmb>1</tpAmb><CNPJ>{cnpj}</CNPJ>'
        f"<chNFe>{key}</chNFe><dhEvento>2026-11-21T09:00:00-03:00</dhEvento><tpEvento>{event_type}</tpEvento>"
        f"<nSeqEvento>{sequence}</nSeqEvento><verEvento>1.00</verEvento><detEvento versao=\"1.00\"><descEvento>Evento"
        f"</descEvento><{tag}>{text}</{tag}></detEvento></infEvento></evento><retEvento versao=\"1.00\"><infEvento>"
        f"<tpAmb>1</tpAmb><cStat>{status}</cStat><xMotivo>Evento registrado e vinculado a NF-e</xMotivo><chNFe>{key}"
        f"</chNFe><tpEvento>{event_type}</tpEvento><nSeqEvento>{sequence}</nSeqEvento>"
        "<dhRegEvento>2026-11-21T09:00:05-03:00</dhRegEvento><nProt>135260009999999</nProt></infEvento></retEvento>"
        "</procEventoNFe>"
    ).encode()


class FiscalCase(DispatchCase):
    """A Brazilian company whose invoice to Silva & Filhos has an authorised NF-e."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        found = [(nfe.read(content), content) for content in samples()]
        cls.nfe, cls.xml = next(
            (read, content) for read, content in found
            if read.kind == nfe.AUTHORIZED and read.recipient and read.recipient.kind == "CNPJ" and read.total
            and read.environment == nfe.PRODUCTION
        )
        cls.company.write({"country_id": cls.env.ref("base.br").id, "vat": cls.nfe.emitter.tax_id})
        cls.silva.vat = cls.nfe.recipient.tax_id
        cls.invoice = cls._invoice(cls.silva, float(cls.nfe.total))

    @classmethod
    def _nf_people(cls):
        """The customer's accountant gets the NF-e, their treasury the boletos."""
        Partner = cls.env["res.partner"]
        cls.contadora = Partner.create({
            "name": "Marta Contadora", "parent_id": cls.silva.id, "email": "fiscal@silva.example.com",
            "dispatch_nf": True,
        })
        cls.tesouraria = Partner.create({
            "name": "Tesouraria", "parent_id": cls.silva.id, "email": "tesouraria@silva.example.com",
            "dispatch_financial": True,
        })

    def _attach(self, content, name, move=None):
        """Put a file on an invoice, and let the scheduler read it."""
        attachment = self._upload(content, name, move)
        if pdf_reader.is_pdf(content):
            self._run_cron("read")
        return attachment

    def _upload(self, content, name, move=None):
        return self.env["ir.attachment"].create({
            "name": name, "raw": content, "res_model": "account.move", "res_id": (move or self.invoice).id,
        })

    def _instalments(self, move=None):
        """Amount and due date of each instalment of the invoice."""
        lines = (move or self.invoice).line_ids.filtered(lambda line: line.display_type == "payment_term")
        return [(line.amount_currency, line.date_maturity) for line in lines.sorted("date_maturity")]

    def _instalment(self, move=None):
        return self._instalments(move)[0]

    def _files(self, mail):
        """``{name: bytes}`` of what is attached to a mail."""
        return {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}


def nfse_xml(move, number=27, **values):
    """The bytes of an NFS-e about an invoice."""
    return brazil_corpus.declared(brazil_corpus.nfse(**{
        "emitter": move.company_id.vat, "customer": move.partner_id.vat, "number": number,
        "service": f"{move.amount_total:.2f}", **values,
    }))
