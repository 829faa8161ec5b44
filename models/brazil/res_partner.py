import re

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.brazil import checks
from ..recipients.res_partner import flag

#: Kinds of files that the customer finds on their page
PAGE_KINDS = ("nfe", "nfse", "boleto")


class ResPartner(models.Model):
    """Who gets NF-e and NFS-e; NF-e, NFS-e and boletos on the customer's page."""

    _inherit = "res.partner"

    dispatch_nf = flag("nf", string="Receives NF-e", help="Receives NF-e: the XML and the DANFE.")
    dispatch_nfse = flag("nfse", string="Receives NFS-e", help="Receives NFS-e: the XML and the DANFSe.")

    dispatch_financial = fields.Boolean(help="Receives boletos and other payment documents.")

    @api.model
    def _dispatch_flag_fields(self):
        return {**super()._dispatch_flag_fields(), "nf": "dispatch_nf", "nfse": "dispatch_nfse"}

    @api.model
    def _build_vat_error_message(self, country_code, wrong_vat, record_label):
        """Odoo's check splits letters in front from the number, and knows no other letters: say how to write it.

        :param: as Odoo's own (``account``, ``base_vat``)
        """
        message = super()._build_vat_error_message(country_code, wrong_vat, record_label)
        hint = self._dispatch_explain_cnpj(wrong_vat) if (country_code or "").lower() == "br" else ""
        return f"{message}\n{hint}" if hint else message

    @api.model
    def _dispatch_explain_cnpj(self, vat):
        """What to do about a CNPJ with letters that Odoo refuses, in words; empty for other numbers."""
        number = checks.tax_id(vat)
        if number.isdigit() or not re.fullmatch("[0-9A-Z]{12}[0-9]{2}", number):
            return ""
        return self.env._(
            "Enter a CNPJ with letters without the prefix “BR”: %s. If it is still refused, the server only supports "
            "numeric CNPJs: ask your administrator to install python-stdnum 2.2 or newer.", number)

    @api.model
    def _dispatch_page_files(self, moves):
        """NF-e, NFS-e and boletos that can be sent."""
        files = self.env["document.dispatch.file"].search(
            Domain("move_id", "in", moves.ids) & Domain("kind", "in", PAGE_KINDS))
        return files.filtered(lambda file: not file._is_held()).grouped("move_id")

    def _dispatch_page_records(self, company):
        """NF-e, NFS-e and boletos of their invoices."""
        files = Domain("move_id", "any", self._dispatch_page_domain(company)) & Domain("kind", "in", PAGE_KINDS)
        return {**super()._dispatch_page_records(company), "file": ("document.dispatch.file", files)}
