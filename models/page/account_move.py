from odoo import models


class AccountMove(models.Model):
    """An invoice on its customer's page."""

    _inherit = "account.move"

    # what the page asks for: the customer's posted documents of a company, the newest first
    _dispatch_page_idx = models.Index(
        "(commercial_partner_id, company_id, invoice_date DESC, id DESC) WHERE state = 'posted'"
    )

    def _dispatch_page_blocking_reason(self):
        """Why the customer does not see the PDF of this invoice yet, in words for them; empty when they do.

        Rooms above know what comes first.
        """
        return ""

    def _dispatch_page_pdf(self):
        """The PDF of a posted invoice: the one that was made for it, else one made now, which is not kept."""
        self.ensure_one()
        if kept := self.invoice_pdf_report_id:
            return kept.raw
        report = self._dispatch_type().report_id or self._dispatch_default_report()
        Report = self.env["ir.actions.report"].with_context(report_pdf_no_attachment=True)
        return Report._render_qweb_pdf(report, self.ids)[0]

    def _dispatch_page_pdf_name(self):
        return self.invoice_pdf_report_id.name or self._get_invoice_report_filename()

    def _dispatch_filter_payable(self):
        """Those of one company that can be paid online: core asks what is open, and not whether anybody takes it."""
        due = self.filtered(lambda move: move._has_to_be_paid())
        return due.browse().union(*(
            moves for (_customer, currency), moves in due.grouped(lambda move: (
                move.commercial_partner_id, move.currency_id)).items()
            if moves._dispatch_find_payment_methods(currency)))

    def _dispatch_find_payment_methods(self, currency):
        """How these invoices of one customer may be paid, as core's own page asks (``payment.pay``).

        :param currency: of all of them
        """
        company, partner = self.company_id, self.commercial_partner_id
        # sudo: what the visitor would be offered there, as core does; of the smallest of them
        providers = self.env["payment.provider"].sudo()._get_compatible_providers(
            company.id, partner.id, min(self.mapped("amount_residual")), currency_id=currency.id)
        # sudo: as above
        return providers and self.env["payment.method"].sudo()._get_compatible_payment_methods(
            providers.ids, partner.id, currency_id=currency.id)
