from odoo import http
from odoo.http import content_disposition, request


class DocumentDispatchExport(http.Controller):
    """The export of a customer's personal data."""

    @http.route("/dispatch/export/<int:partner_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def export(self, partner_id):
        """The customer's declarations and dispatches, with the rights of who asks."""
        partner = request.env["res.partner"].browse(partner_id).exists()
        if not partner:
            raise request.not_found()
        content = "\ufeff" + partner._dispatch_export_csv()  # so that spreadsheets read it as UTF-8
        return request.make_response(content, [
            ("Content-Type", "text/csv; charset=utf-8"), ("Cache-Control", "private, no-store"),
            ("Content-Disposition", content_disposition(f"personal-data-{partner_id}.csv")),
        ])
