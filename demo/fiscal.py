"""NF-e and boletos of the demo company, as its fiscal program and its bank would have made them. None is real."""

import io
from textwrap import dedent

from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.pdfgen.canvas import Canvas

from ..tools.brazil import boleto, nfe

CNPJ = "11222333000181"
STRANGER = "44555666000172"


def xml(move, emitter=CNPJ, times=1):
    """Return an authorised NF-e of an invoice, as bytes; ``times`` repeats its lines."""
    issued = f"{move.invoice_date.isoformat()}T10:30:00-03:00"
    number = f"{move.id:09}"
    first = f"35{move.invoice_date:%y%m}{emitter}55001{number}1{move.id:08}"
    key = f"{first}{nfe.check_digit(first)}"
    partner, company = move.commercial_partner_id, move.company_id
    recipient = "".join(filter(str.isdigit, partner.vat or ""))
    items = "".join(
        f'<det nItem="{place}"><prod><cProd>{line.product_id.id}</cProd><cEAN>SEM GTIN</cEAN><xProd>{_text(line.name)}'
        f"</xProd><NCM>84137080</NCM><CFOP>5102</CFOP><uCom>UN</uCom><qCom>{line.quantity:.4f}</qCom>"
        f"<vUnCom>{line.price_unit:.10f}</vUnCom><vProd>{line.price_subtotal:.2f}</vProd><cEANTrib>SEM GTIN</cEANTrib>"
        f"<uTrib>UN</uTrib><qTrib>{line.quantity:.4f}</qTrib><vUnTrib>{line.price_unit:.10f}</vUnTrib><indTot>1</indTot>"
        "</prod><imposto><ICMS><ICMSSN102><orig>0</orig><CSOSN>102</CSOSN></ICMSSN102></ICMS></imposto></det>"
        for place, line in enumerate(list(move.invoice_line_ids) * times, start=1)
    )
    dup = "".join(
        f"<dup><nDup>{place:03}</nDup><dVenc>{due.isoformat()}</dVenc><vDup>{amount:.2f}</vDup></dup>"
        for place, (amount, due) in enumerate(instalments(move), start=1)
    )
    zeros = "".join(f"<{name}>0.00</{name}>" for name in (
        "vBC", "vICMS", "vICMSDeson", "vFCP", "vBCST", "vST", "vFCPST", "vFCPSTRet"))
    others = "".join(f"<{name}>0.00</{name}>" for name in (
        "vFrete", "vSeg", "vDesc", "vII", "vIPI", "vIPIDevol", "vPIS", "vCOFINS", "vOutro"))
    return dedent(f"""\
        <?xml version="1.0" encoding="UTF-8"?>
        <nfeProc xmlns="{nfe.NAMESPACE}" versao="4.00"><NFe><infNFe versao="4.00" Id="NFe{key}"><ide><cUF>35</cUF>\
        <cNF>{move.id:08}</cNF><natOp>Venda de mercadoria</natOp><mod>55</mod><serie>1</serie><nNF>{move.id}</nNF>\
        <dhEmi>{issued}</dhEmi><tpNF>1</tpNF><idDest>1</idDest><cMunFG>3550308</cMunFG><tpImp>1</tpImp>\
        <tpEmis>1</tpEmis><cDV>{key[-1]}</cDV><tpAmb>1</tpAmb><finNFe>1</finNFe><indFinal>0</indFinal>\
        <indPres>9</indPres><procEmi>0</procEmi><verProc>demo</verProc></ide><emit><CNPJ>{emitter}</CNPJ>\
        <xNome>{_text(company.name)}</xNome>{_address("enderEmit", company.partner_id)}<IE>110042490114</IE>\
        <CRT>1</CRT></emit><dest><CNPJ>{recipient}</CNPJ><xNome>{_text(partner.name)}</xNome>\
        {_address("enderDest", partner)}\
        <indIEDest>9</indIEDest></dest>{items}<total><ICMSTot>{zeros}<vProd>{move.amount_untaxed:.2f}</vProd>{others}\
        <vNF>{move.amount_total:.2f}</vNF></ICMSTot></total><transp><modFrete>9</modFrete></transp>\
        <cobr>{dup}</cobr><pag><detPag><tPag>15</tPag><vPag>{move.amount_total:.2f}</vPag></detPag></pag></infNFe></NFe>\
        <protNFe versao="4.00"><infProt><tpAmb>1</tpAmb><verAplic>demo</verAplic><chNFe>{key}</chNFe>\
        <dhRecbto>{issued}</dhRecbto><nProt>135260001234567</nProt><cStat>100</cStat>\
        <xMotivo>Autorizado o uso da NF-e</xMotivo></infProt></protNFe></nfeProc>
        """).replace("        <", "<").encode()


def instalments(move):
    """Return amount and due date of each instalment."""
    lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term").sorted("date_maturity")
    return [(line.amount_currency, line.date_maturity) for line in lines]


def boleto_pdf(move):
    """Return the bank's PDF with a boleto for each instalment of an invoice."""
    content = io.BytesIO()
    canvas = Canvas(content)
    for place, (amount, due) in enumerate(instalments(move), start=1):
        free = f"{move.id:020}{place:05}"
        body = f"0019{boleto.factor_of(due):04}{round(amount * 100):010}{free}"
        slip = boleto.from_barcode(f"{body[:4]}{boleto.mod11(body)}{body[4:]}").boleto
        for height, text in ((780, f"Banco do Brasil | 001-9 | {slip.printed}"),
                             (755, f"Beneficiário: {move.company_id.name}"), (740, f"Pagador: {move.partner_id.name}"),
                             (725, f"Vencimento: {due:%d/%m/%Y}    Valor: R$ {amount:.2f}")):
            canvas.drawString(40, height, text)
        code = createBarcodeDrawing("I2of5", value=slip.barcode, barWidth=0.72, ratio=3, barHeight=37, bearers=0,
                                    quiet=0, checksum=0)
        code.drawOn(canvas, 40, 670)
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def _address(tag, partner):
    street, _blank, number = (partner.street or "").rpartition(" ")
    return (
        f"<{tag}><xLgr>{_text(street)}</xLgr><nro>{_text(number)}</nro><xBairro>Centro</xBairro><cMun>3550308</cMun>"
        f"<xMun>{_text(partner.city)}</xMun><UF>{partner.state_id.code or 'SP'}</UF>"
        f"<CEP>{''.join(filter(str.isdigit, partner.zip or ''))}</CEP></{tag}>"
    )


def _text(text):
    return (text or "").replace("&", "&amp;").replace("<", "&lt;")
