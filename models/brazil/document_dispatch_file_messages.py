from datetime import date

from odoo import models
from odoo.tools import format_date, formatLang

from ...tools.brazil import boleto, boleto_checks, nfe, nfe_checks
from ...tools.pdf import reader as pdf_reader
from .document_dispatch_file import UNREADABLE
from .document_dispatch_file_checks import CANCELLED, READING


class DocumentDispatchFile(models.Model):
    """What the checks of NF-e and boletos mean to a clerk, in his language, and what he can do."""

    _inherit = "document.dispatch.file"

    def _describe(self, check):
        """One line for a check that did not come out well."""
        params = check.params
        messages = self._describe_nfe(params) | self._describe_boleto(params) | self._describe_reading()
        return messages.get(check.code) or check.code

    def _describe_reading(self):
        return {
            READING: self.env._("The PDF is being read. Reload the page in a moment."),
            UNREADABLE: self.env._("It looks like an NF-e, but the XML is damaged or too large: attach it again."),
            pdf_reader.PASSWORD: self.env._(
                "The PDF asks for a password, so nobody knows whether it is a boleto: attach it without one."),
            pdf_reader.BROKEN: self.env._(
                "The PDF is damaged, so nobody knows whether it is a boleto: attach it again."),
            pdf_reader.LIMITS: self.env._(
                "The PDF could not be read within the limits of time and memory: look whether it is a boleto, and "
                "attach a simpler one."),
        }

    def _describe_nfe(self, params):
        return {
            CANCELLED: self.env._("The NF-e was cancelled: %s", params.get("reason") or ""),
            nfe_checks.ROOT: self._describe_root(params),
            nfe_checks.MODEL: self.env._("It is no NF-e of model 55, but of model %s.", params.get("model") or "?"),
            nfe_checks.STATUS: self.env._("The tax authority did not authorise it: %(status)s %(reason)s",
                                          status=params.get("status") or "", reason=params.get("reason") or ""),
            nfe_checks.KEY: self.env._("Its access key is wrong: a digit of it was changed."),
            nfe_checks.KEY_PARTS: self.env._("Its access key does not fit the series, number and date in it."),
            nfe_checks.PROTOCOL_KEY: self.env._("The protocol in it belongs to another NF-e."),
            nfe_checks.EMITTER_KEY: self.env._("Its access key names another issuer than the file does."),
            nfe_checks.COMPANY: self.env._(
                "It was issued by %(emitter)s, not by this company (%(company)s).",
                emitter=params.get("emitter") or "?", company=params.get("company") or self.env._("no CNPJ"),
            ),
            nfe_checks.RECIPIENT: self.env._(
                "It is for %(recipient)s, the customer of this invoice is %(partner)s.",
                recipient=params.get("recipient") or "?", partner=params.get("partner") or "?",
            ),
            nfe_checks.TOTAL: self.env._(
                "Its total is %(total)s, that of the invoice %(amount)s.",
                total=self._describe_amount(params.get("total")), amount=self._describe_amount(params.get("amount")),
            ),
            nfe_checks.ENVIRONMENT: self.env._("It comes from the test environment: it counts for nothing."),
            nfe_checks.EVENT_TYPE: self.env._("It is neither a correction letter nor a cancellation."),
            nfe_checks.EVENT_KEY: self.env._("It belongs to another NF-e than that of this invoice."),
        }

    def _describe_root(self, params):
        kind = params.get("kind")
        if kind in (nfe.UNPROVEN, nfe.EVENT_UNPROVEN):
            return self.env._("The protocol of the tax authority is missing: attach the file with it (nfeProc).")
        if kind == nfe.DENIED:
            return self.env._("The tax authority denied the use of this NF-e.")
        if kind == nfe.CONSUMER:
            return self.env._("It is an NFC-e, the receipt of a shop.")
        return self.env._("The file is damaged or is no whole NF-e: attach it again.")

    def _describe_boleto(self, params):
        return {
            boleto.CHECK_DIGIT: self.env._("A digit of the boleto's line is wrong: ask the bank for a new file."),
            boleto.COLLECTION: self.env._("It is the bill of a utility or a tax, no boleto of a bank."),
            boleto_checks.DUE: self.env._(
                "It is due on %(due)s, the invoice on %(expected)s.", due=self._describe_date(params.get("due")),
                expected=self._describe_date(params.get("expected")),
            ),
            boleto_checks.AMOUNT: self.env._(
                "It is about %(amount)s, the invoice asks for %(expected)s.",
                amount=self._describe_amount(params.get("amount")),
                expected=self._describe_amount(params.get("expected")),
            ),
            boleto_checks.UNMATCHED: self.env._(
                "No instalment of the invoice is due on %(due)s or is about %(amount)s.",
                due=self._describe_date(params.get("due")), amount=self._describe_amount(params.get("amount")),
            ),
            boleto_checks.NO_AMOUNT: self.env._("It names no amount: the payer is to fill it in."),
            boleto_checks.NO_DUE: self.env._("It names no due date: it is payable when it is shown."),
        }

    def _describe_amount(self, amount):
        has_amount = amount is not None and not isinstance(amount, date)  # “expected” is a date beside a wrong date
        return formatLang(self.env, float(amount), digits=2) if has_amount else "?"

    def _describe_date(self, day):
        return format_date(self.env, day) if isinstance(day, date) else "?"
