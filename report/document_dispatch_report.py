from odoo import fields, models, tools

#: What became of a posted document, from its ``dispatch_state``; each state stands in one of them
OUTCOMES = {
    "sent": ("sent",),
    "waiting": ("to_send", "queued"),
    "review": ("review",),
    "failing": ("failed", "partial"),
    "unknown": ("unknown",),
    "handed": ("handed",),
    "tray": ("paper",),
    "printed": ("printed",),
    "sent_by_post": ("sent_by_post",),
    "excluded": ("excluded",),
}
#: Nothing was decided about it; a rehearsal counts for nothing
OPEN = "open"


class DocumentDispatchReport(models.Model):
    """Every posted invoice, its NF-e and boletos, and every confirmed order, each once, with what became of it.

    The sum of all outcomes is the number of documents: a document without a dispatch is there too.
    """

    _name = "document.dispatch.report"
    _description = "What Became of the Documents"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "document_name"

    document_name = fields.Char(string="Number", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    kind = fields.Selection(
        [("out_invoice", "Invoice"), ("out_refund", "Credit Note"), ("out_receipt", "Receipt"),
         ("nfe", "NF-e"), ("event", "Event of an NF-e"), ("nfse", "NFS-e"), ("nfse_event", "Event of an NFS-e"),
         ("boleto", "Boleto"), ("sale", "Order Confirmation"), ("record", "Document of Another App")],
        readonly=True,
    )
    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    count = fields.Integer(string="Documents", readonly=True)
    outcome = fields.Selection(
        [("sent", "Sent"), ("waiting", "Waiting"), ("review", "In review"), ("failing", "Failing"),
         ("unknown", "Unknown"), ("handed", "In another program"),
         ("tray", "In the paper tray"), ("printed", "Printed"), ("sent_by_post", "Sent by post"),
         ("excluded", "Not to be sent"), ("open", "Nothing planned")],
        readonly=True,
    )
    reason = fields.Char(string="Why not to be sent", readonly=True)

    def init(self):
        """Make the view. Raw SQL: Odoo's reports are views."""
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(tools.SQL(
            "CREATE VIEW %s AS (%s UNION ALL %s UNION ALL %s UNION ALL %s)",
            tools.SQL.identifier(self._table), self._select_invoices(), self._select_orders(), self._select_files(),
            self._select_records(),
        ))

    def _select_invoices(self):
        return tools.SQL(
            """
            SELECT m.id * 4 AS id, m.name AS document_name, 'account.move' AS res_model, m.id AS res_id,
                   m.move_type AS kind, COALESCE(m.invoice_date, m.date) AS date, m.company_id, m.partner_id,
                   m.invoice_user_id AS user_id, c.currency_id, m.amount_total_signed AS amount, 1 AS count,
                   %s AS outcome, m.dispatch_exclude_reason AS reason
              FROM account_move m
              JOIN res_company c ON c.id = m.company_id
             WHERE m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
            """,
            self._case(tools.SQL("m.dispatch_state")),
        )

    def _select_orders(self):
        return tools.SQL(
            """
            SELECT o.id * 4 + 1 AS id, o.name AS document_name, 'sale.order' AS res_model, o.id AS res_id,
                   'sale' AS kind, o.date_order::date AS date, o.company_id, o.partner_id,
                   o.user_id, c.currency_id, o.amount_total / COALESCE(NULLIF(o.currency_rate, 0), 1) AS amount,
                   1 AS count, %s AS outcome, o.dispatch_exclude_reason AS reason
              FROM sale_order o
              JOIN res_company c ON c.id = o.company_id
             WHERE o.state = 'sale'
            """,
            self._case(tools.SQL("o.dispatch_state")),
        )

    def _select_files(self):
        """NF-e and boletos that can be sent; in reais, as they are."""
        return tools.SQL(
            """
            SELECT f.id * 4 + 2 AS id, f.name AS document_name, 'document.dispatch.file' AS res_model, f.id AS res_id,
                   f.kind, COALESCE(m.invoice_date, m.date) AS date, f.company_id, m.partner_id,
                   m.invoice_user_id AS user_id, c.currency_id, f.amount, 1 AS count, %s AS outcome,
                   f.dispatch_exclude_reason AS reason
              FROM document_dispatch_file f
              JOIN account_move m ON m.id = f.move_id
              JOIN res_company c ON c.id = f.company_id
             WHERE m.state = 'posted'
               AND (f.state NOT IN ('error', 'reading', 'foreign') OR f.dispatch_state IS NOT NULL)
            """,
            self._case(tools.SQL("f.dispatch_state")),
        )

    def _select_records(self):
        """Records of other apps that a rule took or a person sent; how much each is about, only its app knows."""
        return tools.SQL(
            """
            SELECT d.id * 4 + 3 AS id, d.name AS document_name, 'document.dispatch.record' AS res_model, d.id AS res_id,
                   'record' AS kind, d.date, d.company_id, d.partner_id,
                   NULL::integer AS user_id, c.currency_id, NULL::numeric AS amount, 1 AS count, %s AS outcome,
                   d.dispatch_exclude_reason AS reason
              FROM document_dispatch_record d
              JOIN res_company c ON c.id = d.company_id
             WHERE d.dispatch_state IS NOT NULL OR d.gone IS NOT TRUE
            """,
            self._case(tools.SQL("d.dispatch_state")),
        )

    def _case(self, column):
        whens = tools.SQL(" ").join(
            tools.SQL("WHEN %s IN %s THEN %s", column, states, outcome) for outcome, states in OUTCOMES.items()
        )
        return tools.SQL("CASE %s ELSE %s END", whens, OPEN)

    def action_open(self):
        """Open the document."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)._dispatch_thread()._get_records_action()
