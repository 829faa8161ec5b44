from odoo import models


class SaleOrder(models.Model):
    """A quotation on its customer's page: to look at, for whoever has the page may not accept it."""

    _inherit = "sale.order"

    def _dispatch_page_pdf(self):
        self.ensure_one()
        report = self._dispatch_type().report_id or self._dispatch_default_report()
        return self.env["ir.actions.report"]._render_qweb_pdf(report, self.ids)[0]

    def _dispatch_page_pdf_name(self):
        return f"{self.name.replace('/', '_')}.pdf"
