from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain


class DocumentDispatchType(models.Model):
    """A kind of document: which text, report and account it goes with, and to whose flag."""

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
            ("nfe", "NF-e"),
            ("nfe_event", "Event of an NF-e"),
            ("boleto", "Boleto"),
            ("quotation", "Quotation"),
            ("order", "Order Confirmation"),
            ("statement", "Statement of Account"),
            ("letter", "Letter of Dematerialisation"),
        ],
        required=True,
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model = fields.Selection(
        selection=[
            ("account.move", "Invoice"), ("document.dispatch.file", "NF-e or boleto"),
            ("sale.order", "Quotation / Order"), ("document.letter", "Letter"),
            ("document.statement", "Statement of Account"),
        ],
        string="Document",
        required=True,
    )
    role = fields.Selection(
        selection=[
            ("invoice", "Invoices"),
            ("financial", "Payment documents"),
            ("nf", "NF-e"),
            ("quote", "Quotations"),
            ("order", "Orders"),
        ],
        string="Contact flag",
        required=True,
        help="Contacts with this flag get the document. Without any, the general address gets it.",
    )
    company_id = fields.Many2one(
        "res.company",
        help="Only for documents of this company. Empty: for every company without its own record.",
    )
    mail_template_id = fields.Many2one(
        "mail.template", string="Text", domain="[('model', '=', model)]", ondelete="restrict"
    )
    bundle_template_id = fields.Many2one(
        "mail.template", string="Text for several", domain="[('model', '=', model)]", ondelete="restrict",
        help="The text when several documents go to a customer in one mail.",
    )
    report_id = fields.Many2one(
        "ir.actions.report",
        domain="[('model', '=', model)]",
        ondelete="restrict",
        help="The page that goes with the mail. Empty: as the document itself decides "
        "(customer, journal, then Odoo's default).",
    )
    mail_server_id = fields.Many2one(help="Empty: the account that Odoo chooses for the sender's address.")
    reply_to = fields.Char(
        string="Answers to", help="Empty: answers go to the sender, or into the document's chatter."
    )
    refusal_applies = fields.Boolean(
        string="A refusal of e-mail applies",
        default=True,
        help="A customer who refused e-mail gets this document on paper. Switch off where the law "
        "asks for electronic delivery.",
    )

    _code_company_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE active",
        "There is already a document type with this code for this company.",
    )

    @api.constrains("mail_template_id", "bundle_template_id", "report_id", "model")
    def _check_models(self):
        for dispatch_type in self:
            for template in dispatch_type.mail_template_id | dispatch_type.bundle_template_id:
                if template.model != dispatch_type.model:
                    raise ValidationError(self.env._(
                        "The text “%(template)s” is written for another kind of document. "
                        "Choose one for “%(type)s”.",
                        template=template.name, type=dispatch_type.name,
                    ))
            if dispatch_type.report_id and dispatch_type.report_id.model != dispatch_type.model:
                raise ValidationError(self.env._(
                    "The report “%(report)s” prints another kind of document. "
                    "Choose one for “%(type)s”.",
                    report=dispatch_type.report_id.name, type=dispatch_type.name,
                ))

    @api.model
    def _get_by_code(self, codes, company):
        """Return ``{code: type}`` for a company: its own record of a code, else the general one."""
        ids = self._get_ids_by_code(company.id)
        return {code: self.browse(ids[code]) for code in codes if code in ids}

    @api.model
    @tools.ormcache("company_id")
    def _get_ids_by_code(self, company_id):
        # sudo: cached for everybody; each record is read with the reader's own rights
        candidates = self.sudo().search(Domain("company_id", "in", [False, company_id]))
        # the company's own record comes last and wins
        ordered = candidates.sorted(lambda dispatch_type: bool(dispatch_type.company_id))
        return {dispatch_type.code: dispatch_type.id for dispatch_type in ordered}

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"code", "company_id", "active", "sequence"}:
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def action_open_template(self):
        """Open the text of this type, for those who may change it: Odoo's settings may restrict that."""
        self.ensure_one()
        if not self.mail_template_id.has_access("write"):
            raise AccessError(self.env._(
                "You may not change the text “%(template)s”: Odoo's settings leave that to the group “%(group)s”. Ask "
                "an administrator to add you.", template=self.mail_template_id.name,
                # sudo: the name of a group
                group=self.env.ref("mail.group_mail_template_editor").sudo().display_name,
            ))
        return self.mail_template_id._get_records_action(name=self.env._("Text of “%s”", self.name))
