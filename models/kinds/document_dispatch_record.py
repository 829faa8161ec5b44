from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .document_dispatch_type import RECORD

#: Fields of other models that hold what the document is about, in money; the first that is there
AMOUNTS = ("amount_total", "amount")


class DocumentDispatchRecord(models.Model):
    """A record of another app, as a document that is dispatched: an administrator chose its model.

    It says which record it stands for, and what was read from it last; everything else is asked there. Dispatches point
    here, as they do to a letter or a file, so that they stay readable when the record or its app is gone.
    """

    _name = "document.dispatch.record"
    _description = "Document of Another App"
    # a chatter of its own: what is told of it when the record is gone
    _inherit = ["document.dispatch.mixin", "mail.thread", "document.dispatch.system"]
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, index=True)
    res_model = fields.Char(string="Model of the record", required=True, readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null", ondelete="set null")
    date = fields.Date(readonly=True)
    read_date = fields.Datetime(readonly=True, help="Last modification of the record when it was read.")
    gone = fields.Boolean(readonly=True, help="The record was deleted.")
    currency_id = fields.Many2one("res.currency", compute="_compute_amount")
    amount = fields.Monetary(compute="_compute_amount")

    _once = models.Constraint("UNIQUE (res_model, res_id)", "This record is already a document.")
    # what the scheduler asks for: of this company, nothing done yet
    _due_idx = models.Index("(company_id, res_model) WHERE dispatch_state IS NULL OR dispatch_state = 'to_send'")

    def _compute_amount(self):
        """As the record says; without a currency of its own, the company's."""
        there = set()
        for model, documents in self.grouped("res_model").items():
            if model in self.env:
                # also the database may have deleted them, with what they belong to
                existing = self.env[model].browse(documents.mapped("res_id")).exists()
                there.update((model, res_id) for res_id in existing._ids)
        for document in self:
            original = document._original().sudo()  # sudo: of a document that may be read
            names = original._fields if (document.res_model, document.res_id) in there and original else {}
            document.currency_id = "currency_id" in names and original.currency_id or document.company_id.currency_id
            document.amount = next((original[name] for name in AMOUNTS
                                    if name in names and names[name].type in ("monetary", "float")), 0.0)

    def _original(self):
        """The record for which this document stands, in its environment; empty where it is gone, or its app."""
        if self.gone or self.res_model not in self.env:
            return self.browse()
        ids = [document.res_id for document in self.browse(self._prefetch_ids) if document.res_model == self.res_model]
        return self.env[self.res_model].browse(self.res_id).with_prefetch(ids)

    def _get_records_action(self, **kwargs):
        """Open the record, where it is still there."""
        original = self._original().exists() if len(self) == 1 else self.browse()
        if original:
            return original._get_records_action(**kwargs)
        return super()._get_records_action(**kwargs)

    # ------------------------------------------------------------------
    # What a document says of itself
    # ------------------------------------------------------------------

    def _dispatch_type_code(self):
        return RECORD

    def _dispatch_narrowing(self):
        return {"source_model": self.res_model}

    @api.model
    def _dispatch_narrowing_domain(self, name, value):
        return Domain("res_model", "=", value) if name == "source_model" else super()._dispatch_narrowing_domain(
            name, value)

    def _dispatch_description(self):
        """What its type is called; where it has none any more, its model."""
        # sudo: what is said to the customer
        return self._dispatch_type().sudo().name or self.env["ir.model"].sudo()._get(self.res_model).name or self.env._(
            "Document")

    def _dispatch_thread(self):
        return self._original() or self

    def _dispatch_text_record(self):
        return self._original() or self

    def _dispatch_blocking_reason(self, code):
        """Gone, or not what the type asks for any more."""
        # sudo: whether it may go, not what it says
        document = self.sudo()
        original, dispatch_type = document._original(), document._dispatch_type()
        if document.res_model not in self.env:
            return self.env._("The app of this document is no longer installed.")
        if not original.exists():
            return self.env._("It was deleted.")
        if fault := dispatch_type and dispatch_type._find_source_fault():
            return fault
        if dispatch_type and not dispatch_type._filter_ready(original):
            return self.env._("It does not match the condition of the document type “%s”.", dispatch_type.name)
        if not document.partner_id:
            return self.env._("It has no customer.")
        return super()._dispatch_blocking_reason(code)

    def _dispatch_default_report(self):
        return self.env["ir.actions.report"]  # where neither type nor text names one, the text goes alone

    def _dispatch_open_action(self):
        return self._get_records_action()  # the record may be gone

    def _dispatch_enclosure(self):
        return {"kind": self.dispatch_kind, "name": self.name, "date": self.date,
                "amount": self.amount or False, "currency": self.currency_id}

    def _dispatch_text_amounts(self):
        return {"amount": self.amount}

    def _dispatch_text_values(self):
        return {**super()._dispatch_text_values(), "date": self._dispatch_spell_date(self.date)}

    def _dispatch_is_readers(self):
        """The right to the record counts: not everybody who sends it has ours."""
        original = self._original()
        return self.env.user._is_internal() and bool(original) and original.sudo(False).has_access("read")

    @api.model
    def _dispatch_report_domain(self, code):
        """Records that a rule took or a person sent, and those that are still there."""
        return Domain("dispatch_state", "!=", False) | Domain("gone", "=", False)

    def _dispatch_report_columns(self, query, table=None):
        """Each kind of records by itself: all share one code."""
        columns = super()._dispatch_report_columns(query, table)
        if models_of_types := tuple(self.env["document.dispatch.type"]._get_sources()):
            model = self._field_to_sql(table or query.table, "res_model", query)
            columns["kind"] = SQL("CASE WHEN %s IN %s THEN %s ELSE %s END", model, models_of_types, model, RECORD)
        return columns

    # ------------------------------------------------------------------
    # For rules
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_rule_domain(self, codes):
        """Records that are ready, of all kinds that the company has; which of them a rule takes, its types say."""
        if RECORD not in codes:
            return Domain.FALSE
        types = self._get_types()
        return Domain("gone", "=", False) & Domain("partner_id", "!=", False) & Domain.OR(
            Domain("res_model", "=", model) & self._get_source_domain(model, dispatch_type._get_ready_domain())
            for model, dispatch_type in types.items()
        )

    @api.model
    def _dispatch_preview_domain(self, codes):
        if RECORD not in codes:
            return Domain.FALSE
        return Domain("gone", "=", False) & Domain("res_model", "in", list(self._get_types()))

    @api.model
    def _dispatch_condition_domain(self, condition, model):
        return self._get_source_domain(model, condition)

    @api.model
    def _get_types(self):
        """``{model: document.dispatch.type}`` of the kinds of the present company whose app is there.

        One whose records cannot be asked any more is none: Odoo mails them as before, and the others go on.
        """
        Type = self.env["document.dispatch.type"].sudo()  # sudo: what kinds there are
        models_there = [model for model, active in Type._get_sources().items() if active and model in self.env]
        types = {model: Type._find_narrowest(RECORD, self.env.company, {"source_model": model})
                 for model in models_there}
        return {model: dispatch_type for model, dispatch_type in types.items()
                if dispatch_type and not dispatch_type._find_source_fault()}

    @api.model
    def _get_source_domain(self, model, domain):
        """Documents whose record meets a domain, and may be read by the user.

        A correlated ``EXISTS``, as in :meth:`_dispatch_readable_domain`.

        :param str model: the name of the model of the records
        :param domain: on the records
        """
        originals = self.env[model]

        def exists(_model, alias, _query):
            try:
                query = originals._search(domain)
            except AccessError:  # of this kind the user knows nothing; of others it says nothing
                return SQL("FALSE")
            if query.is_empty():
                return SQL("FALSE")
            # raw SQL: the ORM has no correlated subquery
            query.add_where(SQL("%s = %s", SQL.identifier(query.table, "id"), SQL.identifier(alias, "res_id")))
            return SQL("EXISTS (%s)", query.select(SQL("1")))

        return Domain.custom(to_sql=exists)
