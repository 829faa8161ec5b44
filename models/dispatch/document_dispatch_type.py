from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...tools.mail import addresses


class DocumentDispatchType(models.Model):
    """A kind of document: which text, report and account it goes with, and to whose flag.

    A kind may have several records: general, of one company, and narrowed by journal or sales team. A document takes
    the narrowest that fits it (:meth:`_find_narrowest`).
    """

    _name = "document.dispatch.type"
    _inherit = ["document.dispatch.account.choice"]
    _description = "Document Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(
        selection=[
            ("invoice", "Invoice"),
            ("credit_note", "Credit Note"),
            ("receipt", "Receipt"),
            ("proforma", "Pro-Forma Invoice"),
            ("quotation", "Quotation"),
            ("order", "Order Confirmation"),
            ("statement", "Statement of Account"),
            ("letter", "Electronic Delivery Notice"),
        ],
        string="Kind of document", required=True,
        help="What the customer receives. Several document types may be of one kind: each for a company, a journal or "
        "a sales team of its own.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model = fields.Selection(
        "_get_models", string="Made from", required=True, help="Which of Odoo's documents are sent as this type.")
    is_offered = fields.Boolean(
        compute="_compute_is_offered", search="_search_is_offered",
        help="The kind of document is installed and complete.",
    )
    role_id = fields.Many2one(
        "document.dispatch.role", string="Sent to contacts for", required=True, ondelete="restrict",
        help="Contacts with this flag receive the document. If there are none, it is sent to the customer's general "
             "address.",
    )
    role = fields.Char(related="role_id.code", string="Code of the contact flag")
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, readonly=False, precompute=True,
        help="Only for documents of this company. Empty: for all companies without their own type.",
    )
    journal_id = fields.Many2one(
        "account.journal", ondelete="restrict", index="btree_not_null",
        domain="[('type', '=', 'sale')]",
        help="Only for invoices of this journal and their related documents. Empty: for all journals without their "
             "own type.",
    )
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", ondelete="restrict", index="btree_not_null",
        help="Only for quotations and orders of this team. Empty: for all teams without their own type.",
    )
    text_model = fields.Char(compute="_compute_text_model", help="The model that texts and reports apply to.")
    mail_template_id = fields.Many2one(
        "mail.template", string="E-mail template", domain="[('model', '=', text_model)]", ondelete="restrict",
        help="Subject and text of the e-mail.",
    )
    bundle_template_id = fields.Many2one(
        "mail.template", string="Template for several documents", domain="[('model', '=', text_model)]",
        ondelete="restrict", help="Subject and text when several documents go to a customer in one e-mail.",
    )
    report_id = fields.Many2one(
        "ir.actions.report",
        string="Attached PDF",
        domain="[('model', '=', text_model)]",
        ondelete="restrict",
        help="The report that is printed and attached. Empty: the default of the document "
             "(customer, journal, then Odoo's default).",
    )
    mail_server_id = fields.Many2one(help="Empty: the account Odoo chooses for the sender's address.")
    reply_to = fields.Char(
        string="Reply-to", help="Empty: replies go to the sender, or into the document's chatter."
    )
    bcc = fields.Char(
        string="Always in Bcc",
        help="Comma-separated addresses that receive a copy of each document, without the customer's links, in "
             "addition to those of the company.",
    )
    refusal_applies = fields.Boolean(
        string="Customers can refuse e-mail",
        default=True,
        help="A customer who refused e-mail receives this document on paper. Turn this off where the law requires "
             "electronic delivery.",
    )

    _code_narrowing_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0), COALESCE(journal_id, 0), COALESCE(team_id, 0)) WHERE active",
        "There is already a document type of this kind for this company, journal and sales team.",
    )

    @api.model
    def _get_reported_kinds(self):
        """What the report tells apart: ``[(value, label)]``."""
        return self._fields["code"]._description_selection(self.env)

    @api.model
    def _get_models(self):
        """All kinds; one that is switched off keeps its types, so that its module can be installed and mended."""
        return [(name, self.env[name]._dispatch_kind_name()) for name in self.env["document.dispatch"]._get_kinds()]

    @api.depends("model")
    def _compute_is_offered(self):
        names = self.env["document.dispatch"]._get_dispatched_models()
        for dispatch_type in self:
            dispatch_type.is_offered = dispatch_type.model in names

    @api.model
    def _search_is_offered(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("model", "in", self.env["document.dispatch"]._get_dispatched_models())

    @api.depends("model")
    def _compute_text_model(self):
        for dispatch_type in self:
            dispatch_type.text_model = dispatch_type.model

    @api.depends("journal_id", "team_id")
    def _compute_company_id(self):
        """A journal belongs to a company, a team may belong to one: so does what is narrowed by it."""
        for dispatch_type in self:
            owner = dispatch_type._get_owner()
            if owner and owner not in dispatch_type.company_id.parent_ids:
                dispatch_type.company_id = owner

    def _get_owner(self):
        """The company whose journal or sales team narrows this; empty where everybody's does, or nothing."""
        return self.journal_id.company_id or self.team_id.company_id

    @api.depends("name", "journal_id.name", "team_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Records of one kind are told apart by what narrows them, where people choose among them."""
        for dispatch_type in self:
            # sudo: to name it
            limits = [dispatch_type.sudo()[name].name for name in self._get_narrowing_models()]
            dispatch_type.display_name = " – ".join(filter(None, [dispatch_type.name, *limits]))

    @api.constrains("bcc")
    def _check_bcc(self):
        for dispatch_type in self:
            self.env["res.partner"]._dispatch_typed_addresses(dispatch_type.bcc)

    def _get_standing_bcc(self, company):
        """The addresses that always get a copy of these documents of a company, see ``tools.mail.addresses``."""
        # sudo: what the administrator decided, whoever sends
        texts = (company.sudo().dispatch_bcc, self.sudo().bcc)
        return [address for text in texts for address in addresses.parse(text).valid]

    @api.constrains("journal_id", "team_id", "model", "company_id")
    def _check_narrowing(self):
        for dispatch_type in self:
            for name, of_models in self._get_narrowing_models().items():
                if dispatch_type[name] and dispatch_type.model not in of_models:
                    raise ValidationError(self.env._(
                        "“%(type)s” cannot be limited by “%(field)s”: its documents have none.",
                        type=dispatch_type.name, field=self._fields[name]._description_string(self.env),
                    ))
            owner = dispatch_type._get_owner()
            # of a company below another one documents may stand in the upper one's journals
            if owner and owner not in dispatch_type.company_id.parent_ids:
                raise ValidationError(self.env._(
                    "“%(type)s” is for documents of %(company)s: choose a journal and a sales team of that company.",
                    type=dispatch_type.name, company=dispatch_type.company_id.name or self.env._("every company"),
                ))

    @api.constrains("mail_template_id", "bundle_template_id", "report_id", "model")
    def _check_models(self):
        for dispatch_type in self:
            for template in dispatch_type.mail_template_id | dispatch_type.bundle_template_id:
                if template.model != dispatch_type.text_model:
                    raise ValidationError(self.env._(
                        "The text “%(template)s” is for another kind of document. Choose one for “%(type)s”.",
                        template=template.name, type=dispatch_type.name,
                    ))
            if dispatch_type.report_id and dispatch_type.report_id.model != dispatch_type.text_model:
                raise ValidationError(self.env._(
                    "The report “%(report)s” is for another kind of document. Choose one for “%(type)s”.",
                    report=dispatch_type.report_id.name, type=dispatch_type.name,
                ))

    # ------------------------------------------------------------------
    # Which record is a document's
    # ------------------------------------------------------------------

    @api.model
    def _get_narrowing_models(self):
        """By which fields a type can be narrowed, and for which models: ``{field: models}``.

        What a document has there, it says itself: ``document.dispatch.mixin._dispatch_narrowing``.
        """
        return {"journal_id": ("account.move",), "team_id": ("sale.order",)}

    def _is_narrowed(self):
        """Tell whether this record is for some documents of its kind and company only."""
        return any(self[name] for name in self._get_narrowing_models())

    def _covers(self, other):
        """Tell whether what is said of this record holds for documents of another one: the same kind, as wide.

        :param other: ``document.dispatch.type``
        """
        return self == other or bool(
            self and self.code == other.code and not self._is_narrowed() and not other._is_narrowed())

    @api.model
    def _find_narrowest(self, code, company, narrowing):
        """The record of a kind that fits a document best: narrowed, then its company's own, then the general one.

        :param str code: of the kind; ``False`` finds nothing
        :param company: ``res.company`` of the document
        :param dict narrowing: ``{field: id}``, what the document says
        """
        for type_id, limits in self._get_candidates(company.id).get(code, ()):
            if all(narrowing.get(name) == value for name, value in limits):
                return self.browse(type_id)
        return self.browse()

    @api.model
    def _get_by_code(self, codes, company):
        """Return ``{code: type}`` for a company's documents that nothing narrows: its own record, else the general."""
        types = {code: self._find_narrowest(code, company, {}) for code in codes}
        return {code: dispatch_type for code, dispatch_type in types.items() if dispatch_type}

    @api.model
    @tools.ormcache("company_id")
    def _get_candidates(self, company_id):
        """The records that a company's documents may take, the narrowest first: ``{code: [(id, limits)]}``."""
        # sudo: cached for everybody; each record is read with the reader's own rights
        candidates = self.sudo().search([("company_id", "in", [False, company_id]), ("is_offered", "=", True)])
        found = {}
        for dispatch_type in candidates.sorted(lambda record: (-len(record._get_limits()), not record.company_id)):
            found.setdefault(dispatch_type.code, []).append((dispatch_type.id, dispatch_type._get_limits()))
        return found

    @api.model
    def _check_narrows_none(self, name, records):
        """Raise where a type is for these records alone: without them it would be everybody's.

        :param str name: the field that narrows types
        :param records: that shall be deleted
        """
        # sudo: types of all companies, archived ones among them
        found = self.sudo().with_context(active_test=False).search([(name, "in", records.ids)], limit=1)
        if found:
            raise UserError(self.env._(
                "The document type “%(type)s” is for “%(record)s” alone. Delete or change that type first, or archive "
                "this instead.", type=found.name, record=found[name].display_name,
            ))

    def _get_limits(self):
        """What a document must have to be of this record: ``((field, id), …)``."""
        return tuple((name, self[name].id) for name in self._get_narrowing_models() if self[name])

    def _get_fitting_domain(self):
        """Which documents of their model these records are for, whatever their code says; all where one is general."""
        if not all(dispatch_type._is_narrowed() for dispatch_type in self):
            return Domain.TRUE
        Model = self.env[self[0].model]
        return Domain.OR(
            Domain.AND(Model._dispatch_narrowing_domain(name, value) for name, value in dispatch_type._get_limits())
            for dispatch_type in self
        )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        # no company: that of the journal or the team, also where a copy, an import or a form says "none"
        return super().create([
            {name: value for name, value in self._name_role(vals).items() if name != "company_id" or value}
            for vals in vals_list
        ])

    @api.model
    def _name_role(self, vals):
        """Imports and other modules name the contact flag by its code."""
        if "role" not in vals:
            return vals
        role = self.env["document.dispatch.role"]._get_by_code(vals["role"])
        return {**{name: value for name, value in vals.items() if name != "role"}, "role_id": role.id}

    def write(self, vals):
        vals = self._name_role(vals)
        if vals.keys() & {"code", "company_id", "active", "sequence", *self._get_narrowing_models()}:
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def copy_data(self, default=None):
        """A copy is archived: it has the same documents as its original until somebody narrows it."""
        return [
            {**vals, "active": False, "name": self.env._("%s (copy)", dispatch_type.name), **(default or {})}
            for dispatch_type, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def action_open_template(self):
        """Open the text of this type, for those who may change it: Odoo's settings may restrict that."""
        self.ensure_one()
        if not self.mail_template_id.has_access("write"):
            raise AccessError(self.env._(
                "You are not allowed to change the text “%(template)s”: Odoo's settings reserve this for the group "
                "“%(group)s”. Ask an administrator to add you.", template=self.mail_template_id.name,
                # sudo: the name of a group
                group=self.env.ref("mail.group_mail_template_editor").sudo().display_name,
            ))
        return self.mail_template_id._get_records_action(name=self.env._("Text of “%s”", self.name))
