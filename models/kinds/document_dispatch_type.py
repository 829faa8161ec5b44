from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.rule import conditions

#: The kind and the model of documents that stand for records of any model
RECORD, RECORDS = "record", "document.dispatch.record"
#: What says which records of other apps are documents, and what is read from them
SOURCE_FIELDS = frozenset({"source_model", "ready_domain", "partner_field", "date_field"})
DATES = ("date", "datetime")


class DocumentDispatchType(models.Model):
    """A kind of document that nobody programmed: records of a model that an administrator chose."""

    _inherit = "document.dispatch.type"

    code = fields.Selection(
        selection_add=[(RECORD, "Document of Another App")], ondelete={RECORD: "cascade"},
    )
    source_model = fields.Selection(
        "_get_source_models", string="Record",
        help="Any model that has a chatter and a contact.",
    )
    ready_domain = fields.Char(
        string="Condition",
        help="Records that do not match this condition are not treated as these documents: Odoo's own window sends "
             "them as before, rules ignore them, and waiting dispatches are stopped. Checked again before delivery. "
             "Dates may be relative, like “today -30d”.",
    )
    partner_field = fields.Char(
        string="Customer", help="The field that contains the customer. Empty: the contact that Odoo would write to.",
    )
    date_field = fields.Char(
        string="Date of the document", help="For the start date of rules. Empty: the creation date of the record.",
    )

    # as in the room of types, with the model of the records
    _code_narrowing_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0), COALESCE(journal_id, 0), COALESCE(team_id, 0), COALESCE(source_model, '')) "
        "WHERE active",
        "There is already a document type of this kind for this company, journal and sales team.",
    )

    @api.depends("model", "source_model")
    def _compute_text_model(self):
        of_records = self.filtered(lambda dispatch_type: dispatch_type.model == RECORDS)
        for dispatch_type in of_records:
            dispatch_type.text_model = dispatch_type.source_model
        return super(DocumentDispatchType, self - of_records)._compute_text_model()

    # ------------------------------------------------------------------
    # Which models can be chosen
    # ------------------------------------------------------------------

    @api.model
    @tools.ormcache("self.env.lang")
    def _get_source_models(self):
        """Models with a chatter whose records belong to a contact, and are no documents: ``[(name, label)]``."""
        registry = self.env.registry
        kinds = registry.descendants(["document.dispatch.mixin"], "_inherit")
        names = [
            name for name in registry.descendants(["mail.thread"], "_inherit")
            if name not in kinds and self.env[name]._auto and not self.env[name]._abstract
            and not self.env[name]._transient and self._get_partner_fields(name)
        ]
        # sudo: names of models, which every menu shows
        found = self.env["ir.model"].sudo().search([("model", "in", names)])
        return sorted(((model.model, model.name) for model in found), key=lambda choice: (choice[1], choice[0]))

    @api.model
    def _get_partner_fields(self, model):
        """The names of the fields of a model that hold a contact."""
        return [name for name, field in self.env[model]._fields.items()
                if field.type == "many2one" and field.comodel_name == "res.partner"]

    @api.model
    @tools.ormcache()
    def _get_sources(self):
        """Models whose records are documents by configuration: ``{name: is there an active type}``."""
        # sudo: cached for everybody
        types = self.sudo().with_context(active_test=False).search([("source_model", "!=", False)], order="active")
        return {dispatch_type.source_model: dispatch_type.active for dispatch_type in types}

    @api.model
    def _get_reported_kinds(self):
        """Records of other apps by the names of their types."""
        # sudo: names, for everybody who may read the report; archived types too, for their documents are there
        types = self.sudo().with_context(active_test=False).search(
            [("source_model", "!=", False)], order="active, sequence desc, id desc")
        names = {dispatch_type.source_model: dispatch_type.name for dispatch_type in types}
        return [*super()._get_reported_kinds(), *names.items()]

    def _get_source(self):
        """The empty recordset of the records of this type; ``None`` where their app is not installed any more."""
        return self.env[self.source_model] if self.source_model and self.source_model in self.env else None

    # ------------------------------------------------------------------
    # What must fit together
    # ------------------------------------------------------------------

    @api.constrains("code", "model", "source_model")
    def _check_source(self):
        for dispatch_type in self:
            of_record = {dispatch_type.code == RECORD, dispatch_type.model == RECORDS, bool(dispatch_type.source_model)}
            if len(of_record) > 1:
                raise ValidationError(self.env._(
                    "“%s”: choose the source document, or a document supported by this app.",
                    dispatch_type.name))

    @api.constrains("source_model", "partner_field", "date_field", "ready_domain", "active")
    def _check_source_fields(self):
        choices = dict(self._get_source_models())
        # archived ones are asked when somebody takes them out again: their table may be gone
        for dispatch_type in self.filtered(lambda record: record.source_model and record.active):
            source = dispatch_type._get_source()
            if source is None:
                raise ValidationError(self.env._(
                    "“%(type)s”: there is no “%(model)s” in this database. Is its app installed?",
                    type=dispatch_type.name, model=dispatch_type.source_model))
            if source._name not in choices:
                raise ValidationError(self.env._(
                    "“%(type)s”: “%(model)s” cannot be chosen. Its records have no chatter or no contact, or are "
                    "already documents.", type=dispatch_type.name, model=source._name))
            partner_fields = self._get_partner_fields(source._name)
            if dispatch_type.partner_field and dispatch_type.partner_field not in partner_fields:
                raise ValidationError(self.env._(
                    "“%(type)s”: the field “%(field)s” is not a contact field. Choose one of: %(names)s.",
                    type=dispatch_type.name, field=dispatch_type.partner_field,
                    names=", ".join(source.fields_get(partner_fields, ["string"])[name]["string"]
                                    for name in partner_fields)))
            if not dispatch_type.partner_field and not source._mail_get_partner_fields():
                raise ValidationError(self.env._(
                    "“%s”: Odoo cannot determine the customer. Choose the customer field.",
                    dispatch_type.name))
            date = source._fields.get(dispatch_type.date_field or "create_date")
            if date is None or date.type not in DATES or not date.store:
                raise ValidationError(self.env._(
                    "“%(type)s”: the field “%(field)s” is not a date field. Choose a date field.",
                    type=dispatch_type.name, field=dispatch_type.date_field))
            dispatch_type._check_ready_domain(source.sudo())  # sudo: only whether it can be asked

    def _check_ready_domain(self, source):
        """Raise where the condition cannot be asked of these records.

        :param source: the empty recordset of the records
        """
        try:
            condition = self._get_ready_domain()
            source.search(condition, limit=1).filtered_domain(condition)
        except Exception as error:
            raise ValidationError(self.env._(
                "“%(type)s”: the condition “%(domain)s” cannot be used: %(error)s",
                type=self.name, domain=self.ready_domain, error=error)) from error

    def _check_rights_on_source(self):
        """Raise where who sets up a kind may not read its records, or what the condition asks: answers would tell it.

        No constraint, for these run as superuser.
        """
        for dispatch_type in self.filtered("source_model"):
            if (source := dispatch_type._get_source()) is not None:
                source.check_access("read")
                dispatch_type._check_ready_domain(source)

    # ------------------------------------------------------------------
    # Reading the records
    # ------------------------------------------------------------------

    def _get_ready_domain(self):
        """The condition on the records.

        :raise UserError: it is no domain
        """
        try:
            return Domain(conditions.read(self.ready_domain))
        except ValueError as error:
            raise UserError(self.env._(
                "The condition “%s” is not valid. Enter it again; dates may be relative, like “today -30d”.",
                self.ready_domain)) from error

    def _find_source_fault(self):
        """What this type asks its records for, and they do not have any more, in words; empty when nothing.

        A field of one's own may be deleted, and an update of an app may take one away.
        """
        source = self._get_source()
        if source is None:
            return ""
        source, names = source.sudo(), (self.partner_field, self.date_field)  # sudo: only whether it can be asked
        if gone := [name for name in names if name and name not in source._fields]:
            return self.env._("“%(type)s”: the field “%(field)s” no longer exists.", type=self.name, field=gone[0])
        try:
            self._get_ready_domain().validate(source)
        except (ValueError, TypeError, KeyError, NotImplementedError, UserError) as error:
            return self.env._(
                "“%(type)s”: the condition “%(domain)s” cannot be used: %(error)s",
                type=self.name, domain=self.ready_domain, error=error)
        return ""

    @api.model
    def _describe_source_faults(self):
        """What is wrong with the kinds by configuration, a sentence each."""
        # sudo: types of all companies
        types = self.sudo().search([("source_model", "!=", False)])
        return list(filter(None, (dispatch_type._find_source_fault() for dispatch_type in types)))

    def _filter_ready(self, originals):
        """Those of these records that are documents of this type.

        sudo: whether they are, not what they say.
        """
        ready = originals.sudo().filtered_domain(self.sudo()._get_ready_domain())
        return originals.browse(ready.ids)

    def _get_partners_of(self, originals):
        """``{id: res.partner}``, to whom these records are addressed; empty where to nobody."""
        if name := self.partner_field:
            return {original.id: original[name] for original in originals}
        return {res_id: partners[:1] for res_id, partners in originals._mail_get_partners().items()}

    def _get_source_date_domain(self, day, to_moment):
        """Records of this day or later.

        :param date day: the first
        :param to_moment: function that makes the day's first moment of a day, in UTC
        """
        name = self.date_field or "create_date"
        is_moment = self._get_source()._fields[name].type == "datetime"
        return Domain(name, ">=", to_moment(day) if is_moment else day)

    # ------------------------------------------------------------------
    # Which record of a type is a document's: also its model tells
    # ------------------------------------------------------------------

    def _is_narrowed(self):
        return bool(self.source_model) or super()._is_narrowed()

    def _get_limits(self):
        return (*super()._get_limits(), *((("source_model", self.source_model),) if self.source_model else ()))

    def _covers(self, other):
        if self.source_model or other.source_model:
            return self == other or bool(
                self.source_model == other.source_model and not self._get_owner() and not other._get_owner())
        return super()._covers(other)

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create([self._name_kind(vals) for vals in vals_list])
        types._check_rights_on_source()
        return types

    @api.model
    def _name_kind(self, vals):
        """Who names a model, in an import, means this kind."""
        return {"code": RECORD, "model": RECORDS, **vals} if vals.get("source_model") else vals

    def write(self, vals):
        if vals.keys() & SOURCE_FIELDS:
            if "source_model" in vals and self._is_used_with_another(vals["source_model"]):
                raise UserError(self.env._(
                    "Documents were already sent with this type: its model can no longer be changed. Archive it, and "
                    "create a new one."))
            self.env.registry.clear_cache()
        result = super().write(vals)
        if vals.keys() & SOURCE_FIELDS:
            self._check_rights_on_source()
        return result

    def _is_used_with_another(self, source_model):
        changed = self.filtered(lambda dispatch_type: dispatch_type.source_model != source_model)
        # sudo: dispatches of all companies
        return bool(changed and self.env["document.dispatch"].sudo().search_count(
            [("type_id", "in", changed.ids)], limit=1))

    @api.onchange("source_model")
    def _onchange_source_model(self):
        """Begin with what suits most; for the rest a person knows."""
        if not self.source_model:
            return
        self.update({
            "code": RECORD, "model": RECORDS, "mail_template_id": False, "bundle_template_id": False,
            "report_id": False, "ready_domain": False, "partner_field": False, "date_field": False,
            **self._get_suggested_vals(self.source_model),
        })
        self.name = self.name or dict(self._get_source_models())[self.source_model]

    @api.onchange("model")
    def _onchange_model(self):
        if self.model == RECORDS:
            self.code = RECORD
        else:
            self.source_model = False
            self.code = False if self.code == RECORD else self.code

    def _release_texts(self):
        """Let go of texts and reports whose app is about to be uninstalled; what was sent under these types stays."""
        if not self:
            return
        # sudo: rules of all companies
        rules = self.env["document.dispatch.rule"].sudo().with_context(active_test=False).search(
            [("type_ids", "in", self.ids)])
        lost = {"mail_template_id": False, "report_company_id": False, "report_foreign_id": False, "domain": False}
        rules.text_ids.filtered(lambda line: line.type_id in self).unlink()
        rules.filtered(lambda rule: rule.model in self.mapped("source_model")).write({
            **lost, "active": False, "report_mode_company": "default", "report_mode_foreign": "default"})
        self.write({
            "active": False, "mail_template_id": False, "bundle_template_id": False, "report_id": False})
