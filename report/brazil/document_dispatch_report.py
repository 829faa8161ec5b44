from odoo import fields, models, tools


class DocumentDispatchReport(models.Model):
    """NF-e, NFS-e, their events and boletos among the documents."""

    _inherit = "document.dispatch.report"

    kind = fields.Selection(selection_add=[
        ("nfe", "NF-e"), ("event", "Event of an NF-e"), ("nfse", "NFS-e"), ("nfse_event", "Event of an NFS-e"),
        ("boleto", "Boleto"), ("sale",),
    ])

    def _get_queries(self):
        return [*super()._get_queries(), self._select_files]

    def _select_files(self, step, place):
        """NF-e and boletos that can be sent; in reais, as they are."""
        return tools.SQL(
            """
            SELECT f.id * %s + %s AS id, f.name AS document_name, 'document.dispatch.file' AS res_model, f.id AS res_id,
                   f.kind, COALESCE(m.invoice_date, m.date) AS date, f.company_id, m.partner_id,
                   m.invoice_user_id AS user_id, c.currency_id, f.amount, 1 AS count, %s AS outcome,
                   f.dispatch_exclude_reason AS reason
              FROM document_dispatch_file f
              JOIN account_move m ON m.id = f.move_id
              JOIN res_company c ON c.id = f.company_id
             WHERE m.state = 'posted'
               AND (f.state NOT IN ('error', 'reading', 'foreign') OR f.dispatch_state IS NOT NULL)
            """,
            step, place, self._case(tools.SQL("f.dispatch_state")),
        )
