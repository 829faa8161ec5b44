from odoo import api, fields, models


class ReportStatement(models.AbstractModel):
    """What the page of a statement shows: of records, or of one that is not kept."""

    _name = "report.document_dispatch.report_statement"
    _description = "Statement of Account Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        Statement = self.env["document.statement"]
        vals = (data or {}).get("statement")
        if not docids and vals:
            # the figures are read with the rights of who asks
            docs = Statement.new({name: vals[name] for name in (
                "partner_id", "company_id", "user_id", "lang")} | {name: fields.Date.to_date(vals[name]) for name in (
                    "date", "date_from", "date_to")})
        else:
            docs = Statement.browse(docids)
        return {"doc_ids": docids, "doc_model": Statement._name, "docs": docs, "data": data}
