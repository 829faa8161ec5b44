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
