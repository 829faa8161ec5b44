from odoo import api, fields, models
from odoo.tools import SQL

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
#: What each kind says itself of its documents (``_dispatch_report_columns``), and the type of the column; ``kind``
#: besides, where one code stands for several kinds (``_get_reported_kinds``)
COLUMNS = {
    "document_name": "varchar", "date": "date", "company_id": "int", "partner_id": "int", "user_id": "int",
    "amount": "numeric",
}


class DocumentDispatchReport(models.Model):
    """Every posted invoice, every confirmed order, every finished document of another kind, with what became of it.

    The sum of all outcomes is the number of documents: a document without a dispatch is there too.
    """

    _name = "document.dispatch.report"
    _description = "Dispatch Report"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "document_name"

    document_name = fields.Char(string="Number", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    kind = fields.Selection("_get_codes", readonly=True)
    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    count = fields.Integer(
        string="Documents", readonly=True, help="Each document once, by its own date, whatever was sent of it.")
    outcome = fields.Selection(
        [("sent", "Sent"), ("waiting", "Waiting"), ("review", "In review"), ("failing", "Failing"),
         ("unknown", "Unknown"), ("handed", "In another program"),
         ("tray", "In the paper tray"), ("printed", "Printed"), ("sent_by_post", "Sent by post"),
         ("excluded", "Not to be sent"), ("open", "Not planned")],
        readonly=True,
    )
    reason = fields.Char(string="Why not to be sent, or reported later", readonly=True)

    @api.model
    def _get_codes(self):
        return self.env["document.dispatch.type"]._get_reported_kinds()

    @property
    def _table_query(self):
        """The documents of all kinds: those of other modules need no view of ours to be made anew."""
        # sudo: which types there are, for everybody; archived ones too, for their documents are there
        types = self.env["document.dispatch.type"].sudo().with_context(active_test=False)
        codes = types._read_group([], ["model", "code"], order="model, code")
        kinds = self.env["document.dispatch"]._get_dispatched_models()
        parts = [self._select(self.env[model], code, kinds) for model, code in codes if model in kinds]
        return SQL(" UNION ALL ").join(filter(None, parts)) or self._select_nothing()

    def _select_nothing(self):
        """SQL: no line, where there is no type of document."""
        columns = [field for field in self._fields.values() if field.store and field.column_type]
        return SQL("SELECT %s WHERE FALSE", SQL(", ").join(
            SQL("NULL::%s AS %s", SQL(field.column_type[1]), SQL.identifier(field.name)) for field in columns))

    def _select(self, documents, code, kinds):
        """SQL: a line for each document that goes under a code; nothing where none of them is told of.

        :param documents: of the kind; empty
        :param list kinds: names of all kinds, which share the ids of the lines
        """
        # sudo: the rights on the lines are the report's own
        documents = documents.sudo().with_context(active_test=False)
        query = documents._search(documents._dispatch_report_domain(code))
        if query.is_empty():
            return None
        columns = documents._dispatch_report_columns(query)
        return query.select(
            # an id of a document may be near the largest that its column takes
            SQL("%s::bigint * %s + %s AS id",
                SQL.identifier(query.table, "id"), len(kinds), kinds.index(documents._name)),
            SQL("%s::varchar AS res_model", documents._name), SQL("%s AS res_id", SQL.identifier(query.table, "id")),
            SQL("(%s)::varchar AS kind", columns.get("kind", SQL("%s", code))), SQL("1 AS count"),
            SQL("%s AS outcome", self._case(columns["dispatch_state"])),
            SQL("(%s)::varchar AS reason", columns["dispatch_exclude_reason"]),
            SQL("(SELECT currency_id FROM res_company WHERE id = %s) AS currency_id", columns["company_id"]),
            *(SQL("(%s)::%s AS %s", columns[name], SQL(kind), SQL.identifier(name)) for name, kind in COLUMNS.items()),
        )

    def _case(self, column):
        whens = SQL(" ").join(
            SQL("WHEN %s IN %s THEN %s", column, states, outcome) for outcome, states in OUTCOMES.items()
        )
        return SQL("CASE %s ELSE %s END", whens, OPEN)

    def action_open(self):
        """Open the document."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)._dispatch_open_action()
