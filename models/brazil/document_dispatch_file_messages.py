from datetime import date

from odoo import models
from odoo.tools import format_date, formatLang

from ...tools.brazil import (
    boleto,
    boleto_checks,
    boleto_pdf,
    envelope,
    nfe,
    nfe_checks,
    pix_checks,
    safe_xml,
)
from ...tools.pdf import reader as pdf_reader
from .document_dispatch_file import FOREIGN
from .document_dispatch_file_checks import CANCELLED, READING

#: What the trade calls other events of an NF-e, by their tpEvento (Tabela de eventos, Portal da NF-e)
EVENT_NAMES = {
    "110112": "Cancelamento por substituição", "110130": "Comprovante de entrega", "110140": "EPEC",
    "110150": "Ator interessado", "210200": "Confirmação da operação", "210210": "Ciência da operação",
    "210220": "Desconhecimento da operação", "210240": "Operação não realizada",
}


class DocumentDispatchFile(models.Model):
    """What the checks of these files mean to a clerk, in their language, and what they can do."""

    _inherit = "document.dispatch.file"

    def _describe(self, check):
        """One line for a check that did not come out well."""
        params = check.params
        messages = (
            self._describe_nfe(params) | self._describe_boleto(params) | self._describe_pix(params)
            | self._describe_reading() | self._describe_xml_problems() | {FOREIGN: self._describe_not_ours(params)}
        )
        return messages.get(check.code) or check.code

    def _describe_reading(self):
        return {
            READING: self.env._("The PDF is being read. Reload the page in a moment."),
            pdf_reader.PASSWORD: self.env._(
                "The PDF is password-protected, so it cannot be checked whether it is a boleto: enter the password, "
                "or attach it without one."),
            pdf_reader.BROKEN: self.env._(
                "The PDF is damaged, so it cannot be checked whether it is a boleto: attach it again."),
            pdf_reader.LIMITS: self.env._(
                "The PDF could not be read within the time and memory limits: check whether it is a boleto, and "
                "attach a simpler file."),
            boleto_pdf.PICTURE: self.env._(
                "The PDF is an image without text, and no bar code could be read, so it cannot be checked whether it "
                "is a boleto: attach the file issued by the bank."),
            boleto_pdf.NO_LINE: self.env._(
                "It looks like a boleto, but its typable line was not found in the text: attach the file issued by "
                "the bank."),
        }

    def _describe_xml_problems(self):
        """Why a file that looks like an NF-e or NFS-e cannot be read."""
        reasons = {
            safe_xml.EMPTY: self.env._("it is empty"),
            safe_xml.TOO_LARGE: self.env._("it is too large"),
            safe_xml.TOO_COMPLEX: self.env._("it has more parts than any of them"),
            safe_xml.NO_XML: self.env._("it is not XML"),
            safe_xml.ENCODING: self.env._(
                "its characters do not match its declared encoding, so that they cannot be relied on"),
            safe_xml.DOCTYPE: self.env._("it has a document type (DOCTYPE), which no authority allows"),
            safe_xml.MALFORMED: self.env._("the XML is damaged"),
            safe_xml.TRUNCATED: self.env._("it is cut off at the end, as by a broken download"),
            safe_xml.ENTITY: self.env._("it uses an entity (&…;) that is not defined in XML"),
            envelope.NAMESPACE: self.env._(
                "its namespace is missing, so that the customer's software cannot read it"),
            envelope.SEVERAL: self.env._("there are several documents in one file: attach each one separately"),
            envelope.ESCAPED: self.env._("it is only text in the message of a service: attach the document on its "
                                         "own"),
            "unreadable": self.env._("the XML is damaged or too large"),
        }
        return {problem: self.env._(
            "It looks like an %(document)s, but %(reason)s. Attach the authorised file again.",
            document=(self.name or "").split("/")[0], reason=reason,
        ) for problem, reason in reasons.items()}

    def _describe_not_ours(self, params):
        """What a file is that belongs to another trade, or to somebody else's business."""
        what, _slash, rest = (self.name or "").partition("/")
        if what == "NFC-e":
            return self.env._("It is an NFC-e, a retail receipt.")
        if what == "CT-e":
            return self.env._("It is a CT-e, the document of a carrier.")
        if what == "MDF-e":
            return self.env._("It is an MDF-e, a carrier's manifest of transported documents.")
        if what == envelope.MUNICIPAL:
            return self.env._(
                "It is an NFS-e in a municipal layout. Only the national layout is supported.")
        code = rest.split("/")[-1].split("-")[0]
        if len(code) == 6 and code.isdigit():
            return self.env._(
                "It is an event of an %(document)s that is not intended for the customer: %(event)s.", document=what,
                event=EVENT_NAMES.get(code, code),
            )
        if what in ("NF-e", "NFS-e"):
            return self.env._(
                "It is a message of the tax authority's service (%s), not a document.", params.get("reference") or "")
        return self.env._("It is an %s.", what)

    def _describe_nfe(self, params):
        return {
            CANCELLED: self.env._("The %(document)s was cancelled: %(reason)s", document=self._get_document_word(),
                                  reason=params.get("reason") or ""),
            nfe_checks.ROOT: self._describe_root(params),
            nfe_checks.MODEL: self.env._("It is not an NF-e of model 55, but of model "
                                         "%s.", params.get("model") or "?"),
            nfe_checks.STATUS: self.env._("The tax authority did not authorise it: %(status)s %(reason)s",
                                          status=params.get("status") or "", reason=params.get("reason") or ""),
            nfe_checks.KEY: self.env._("Its access key is invalid: a digit was changed."),
            nfe_checks.KEY_PARTS: self.env._("Its access key does not match its series, number and date."),
            nfe_checks.PROTOCOL_KEY: self.env._("Its protocol belongs to another NF-e."),
            nfe_checks.EMITTER_KEY: self.env._("Its access key contains another issuer than the file."),
            nfe_checks.COMPANY: self.env._(
                "It was issued by %(emitter)s, not by this company (%(company)s).",
                emitter=params.get("emitter") or "?", company=params.get("company") or self.env._("no CNPJ"),
            ),
            nfe_checks.RECIPIENT: self.env._(
                "It is for %(recipient)s, but the customer of this invoice is %(partner)s.",
                recipient=params.get("recipient") or "?", partner=params.get("partner") or "?",
            ),
            nfe_checks.TOTAL: self.env._(
                "Its total (%(field)s) is %(total)s, that of the invoice %(amount)s.",
                field=params.get("field") or "", total=self._describe_amount(params.get("total")),
                amount=self._describe_amount(params.get("amount")),
            ),
            nfe_checks.ENVIRONMENT: self.env._("It comes from the test environment and has no legal value."),
            nfe_checks.EVENT_TYPE: self.env._("It is neither a correction letter nor a cancellation."),
            nfe_checks.EVENT_KEY: self.env._(
                "It belongs to another %s than the one of this invoice.", self._get_document_word()),
        }

    def _get_document_word(self):
        return "NFS-e" if (self.kind or "").startswith("nfse") or (self.name or "").startswith("NFS-e") else "NF-e"

    def _describe_root(self, params):
        kind, root, problem = params.get("kind"), params.get("root"), params.get("problem")
        if root == "DPS":
            return self.env._("It is the declaration (DPS), not the NFS-e issued by the authority: attach the NFS-e.")
        if root == "pedRegEvento":
            return self.env._(
                "It is an event request, not the event registered by the authority: attach the event.")
        if kind in (nfe.UNPROVEN, nfe.EVENT_UNPROVEN):
            return self.env._("The protocol of the tax authority is missing: attach the file with it (nfeProc).")
        if kind == nfe.DENIED:
            return self.env._("The tax authority denied this NF-e (uso denegado).")
        if kind == nfe.CONSUMER:
            return self.env._("It is an NFC-e, a retail receipt.")
        if problem == envelope.WRAPPED:
            return self.env._(
                "It cannot be extracted unchanged from the surrounding message: attach the document on its own.")
        return self.env._("The file is damaged or is not a complete %s: attach it again.", self._get_document_word())

    def _describe_boleto(self, params):
        return {
            boleto.CHECK_DIGIT: self.env._(
                "The check digits of the boleto's typable line do not match. Ask the bank for a new file."),
            boleto.COLLECTION: self.env._("It is a utility or tax bill, not a bank boleto."),
            boleto_checks.DUE: self.env._(
                "It is due on %(due)s, but the invoice on %(expected)s.", due=self._describe_date(params.get("due")),
                expected=self._describe_date(params.get("expected")),
            ),
            boleto_checks.AMOUNT: self.env._(
                "Its amount is %(amount)s, but the invoice amounts to %(expected)s.",
                amount=self._describe_amount(params.get("amount")),
                expected=self._describe_amount(params.get("expected")),
            ),
            boleto_checks.UNMATCHED: self.env._(
                "No instalment of the invoice is due on %(due)s or amounts to %(amount)s.",
                due=self._describe_date(params.get("due")), amount=self._describe_amount(params.get("amount")),
            ),
            boleto_checks.NO_AMOUNT: self.env._("It states no amount: the payer has to enter it."),
            boleto_checks.NO_DUE: self.env._("It states no due date: it is payable on presentation."),
        }

    def _describe_pix(self, params):
        return {
            pix_checks.AMOUNT: self.env._(
                "The amount of its Pix code is %(amount)s, that of the boleto %(expected)s.",
                amount=self._describe_amount(params.get("amount")),
                expected=self._describe_amount(params.get("expected")),
            ),
            pix_checks.EXPIRED: self.env._(
                "Its Pix code is only valid until %(expires)s, but the boleto is due on %(due)s.",
                expires=self._describe_date(params.get("expires")), due=self._describe_date(params.get("due")),
            ),
            pix_checks.BROKEN: self.env._(
                "Its Pix code is damaged (wrong checksum): ask the bank for a new file."),
            pix_checks.SEVERAL: self.env._(
                "There are several Pix codes, and it is unclear which one belongs to it: the e-mail only contains the "
                "typable line."),
            boleto_pdf.PIX_UNREAD: self.env._(
                "It mentions Pix, but no code could be read from the file: the e-mail only contains the typable "
                "line."),
            boleto_pdf.PIX_NOT_INSTALLED: self.env._(
                "It mentions Pix. To read the QR code, ask your administrator to install the Python packages "
                "pypdfium2 and zxing-cpp: until then the e-mail only contains the typable line."),
        }

    def _describe_amount(self, amount):
        has_amount = amount is not None and not isinstance(amount, date)  # “expected” is a date beside a wrong date
        return formatLang(self.env, float(amount), digits=2) if has_amount else "?"

    def _describe_date(self, day):
        return format_date(self.env, day) if isinstance(day, date) else "?"
