import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column, table_exists

#: What follows from the rows, or is the system's counter
SYSTEM_FIELDS = frozenset((
    "dispatch_state", "dispatch_revision", "dispatch_opened_date", "dispatch_opened_ip", "dispatch_opened_agent",
))


class DocumentDispatchMixin(models.AbstractModel):
    """What a document has that can be dispatched: its rows, its mark and its state.

    A model that inherits this tells its type, its address and its files through the small
    ``_dispatch_…`` methods below.
    """

    _name = "document.dispatch.mixin"
    _description = "Document that can be dispatched"

    dispatch_ids = fields.One2many(
        "document.dispatch", "res_id", string="Dispatches", domain=lambda self: [("res_model", "=", self._name)],
        groups="document_dispatch.group_dispatch_user",
    )
    dispatch_count = fields.Integer(
        compute="_compute_dispatch_count", groups="document_dispatch.group_dispatch_user",
    )
    dispatch_name = fields.Char(
        string="Dispatch number", compute="_compute_dispatch_name",
        help="The number under which the customer knows this document, for texts.",
    )
    dispatch_kind = fields.Char(
        string="Kind of document", compute="_compute_dispatch_name",
        help="What the customer calls this document, for texts.",
    )
    dispatch_mark = fields.Selection(
        [("to_send", "To send"), ("excluded", "Do not send")], copy=False, readonly=True,
    )
    dispatch_exclude_reason = fields.Char(string="Why not to be sent", copy=False, readonly=True)
    dispatch_revision = fields.Integer(
        copy=False, readonly=True, help="Counts how often the document went back to draft.",
    )
    dispatch_state = fields.Selection(
        [
            ("to_send", "To send"), ("excluded", "Not to be sent"), ("review", "In review"),
            ("queued", "Waiting"), ("sent", "Sent"), ("partial", "Sent in part"),
            ("failed", "Failed"), ("unknown", "Unknown"), ("paper", "Paper tray"),
            ("printed", "Printed"), ("handed", "In a mail program"), ("rehearsed", "Rehearsed"),
        ],
        string="Dispatch Status", compute="_compute_dispatch_state", store=True, copy=False,
        help="What became of this document on its way to the customer.",
    )

    def _auto_init(self):
        # Without this the installation would compute the state of every document of the archive,
        # and nothing was dispatched yet.
        cr = self.env.cr
        if not self._abstract and table_exists(cr, self._table) and not column_exists(
            cr, self._table, "dispatch_state"
        ):
            create_column(self.env.cr, self._table, "dispatch_state", "varchar")
        return super()._auto_init()

    @api.depends("dispatch_mark", "dispatch_revision")
    def _compute_dispatch_state(self):
        """The last row of the document's present revision and type, else the clerk's mark.

        New rows and new states of rows trigger it too: ``document.dispatch._documents_changed``.
        """
        last = {}
        # sudo: the state on the document is for everybody who reads it, the rows are not
        rows = self.env["document.dispatch"].sudo().search_fetch(
            self.env["document.dispatch"]._get_document_domain(self._origin)
            & fields.Domain("state", "!=", "cancelled"),
            ["res_id", "type_code", "revision", "state", "rehearsal"],
            order="rehearsal DESC, id",
        )
        for row in rows:
            last[row.res_id, row.type_code, row.revision] = "rehearsed" if row.rehearsal else row.state
        for document in self:
            key = (document._origin.id, document._dispatch_type_code(), document.dispatch_revision)
            state = last.get(key) or document.dispatch_mark or False
            if state == "rehearsed" and document.dispatch_mark == "excluded":
                state = "excluded"
            document.dispatch_state = "queued" if state == "sending" else state

    @api.model_create_multi
    def create(self, vals_list):
        self._dispatch_check_vals(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._dispatch_check_vals(vals)
        return super().write(vals)

    @api.model
    def _dispatch_check_vals(self, *vals_list):
        """The state follows from the rows, the revision is the system's counter."""
        if not self.env.su and any(vals.keys() & SYSTEM_FIELDS for vals in vals_list):
            raise UserError(self.env._("What became of a document is not edited by hand."))

    @api.depends_context("lang")
    def _compute_dispatch_name(self):
        for document in self:
            document.dispatch_name = document._dispatch_name()
            document.dispatch_kind = document._dispatch_description()

    def _compute_dispatch_count(self):
        counts = dict(self.env["document.dispatch"]._read_group(
            self.env["document.dispatch"]._get_document_domain(self), ["res_id"], ["__count"],
        ))
        for document in self:
            document.dispatch_count = counts.get(document.id, 0)

    # ------------------------------------------------------------------
    # What a document says of itself
    # ------------------------------------------------------------------

    def _dispatch_type_code(self):
        """The code of the type under which this document goes now, or ``False`` if it never goes."""
        raise NotImplementedError(self._name)

    def _dispatch_type(self):
        """The type under which this document goes now; empty when there is none."""
        code = self._dispatch_type_code()
        types = self.env["document.dispatch.type"]._get_by_code([code], self.company_id)
        return types.get(code, self.env["document.dispatch.type"])

    def _dispatch_name(self):
        """The number under which the customer knows this document."""
        return self.name

    def _dispatch_description(self):
        """What this document is called on the button in the mail, in the language of the context."""
        return self.type_name

    def _dispatch_partner(self):
        """The partner to whom this document is addressed."""
        return self.partner_id

    def _dispatch_obstacle(self, code):
        """Why this document cannot go now as a document of this type, in words; empty when it can."""
        return ""

    def _dispatch_default_report(self):
        """The report that prints this document when its type names none."""
        raise NotImplementedError(self._name)

    @api.model
    def _dispatch_rule_domain(self, codes):
        """Which documents a rule for types with these codes may take, whatever else it says."""
        raise NotImplementedError(self._name)

    @api.model
    def _dispatch_date_domain(self, day, basis):
        """Documents of this day or later.

        :param str basis: ``issue`` or ``sale``, see ``document.dispatch.rule.date_basis``
        """
        raise NotImplementedError(self._name)

    def _dispatch_make_files(self, template, report):
        """Make the files of these documents: ``{document: ir.attachment}``.

        :param template: the text, which may name reports and files
        :param report: the report to print; empty: the document's own choice

        Raises where one cannot be made; the caller isolates the culprit.
        """
        raise NotImplementedError(self._name)

    def _dispatch_own_text(self, lang):
        """Subject and body, where the document carries a text of its own instead of the type's."""
        return {}

    def _dispatch_accepted(self):
        """The mail server took mails with these documents, or they were posted."""

    def _dispatch_came_back(self):
        """Every mail with these documents came back: nobody has them after all."""

    # ------------------------------------------------------------------
    # Writing the rows
    # ------------------------------------------------------------------

    def _dispatch_create(self, origin, state="queued", **extra):
        """Write the rows for those of these documents that are not on their way yet.

        The number of SQL statements does not depend on the number of documents.

        :param str origin: who asked for it, see ``document.dispatch.origin``
        :param str state: ``queued`` to go at once, ``review`` to wait for a person
        :param extra: more values for every row
        :return: the new rows
        """
        return self._dispatch_insert([
            {**vals, **extra} for vals in self._dispatch_without_row()._dispatch_prepare_rows(origin, state)
        ])

    def _dispatch_prepare_rows(self, origin, state="queued"):
        """Values of the rows of these documents, those that have a type."""
        vals_list = []
        for company, of_company in self.grouped("company_id").items():
            directory = of_company._dispatch_partners().with_company(company)._dispatch_directory()
            codes = {document._dispatch_type_code() for document in of_company}
            types = self.env["document.dispatch.type"]._get_by_code(codes - {False}, company)
            for document in of_company:
                dispatch_type = types.get(document._dispatch_type_code())
                if dispatch_type:
                    vals_list.append(document._dispatch_prepare_vals(dispatch_type, directory, origin, state))
        return vals_list

    def _dispatch_partners(self):
        return self.env["res.partner"].union(*(document._dispatch_partner() for document in self))

    def _dispatch_without_row(self):
        """Leave out documents whose present revision went, or is on its way, under its type."""
        rows = self.env["document.dispatch"].sudo().search_fetch(  # sudo: whoever sent it
            self.env["document.dispatch"]._get_document_domain(self)
            & fields.Domain("state", "!=", "cancelled"),
            ["res_id", "type_code", "revision", "rehearsal"],
        )
        taken = {(row.res_id, row.type_code, row.revision, row.rehearsal) for row in rows}
        return self.filtered(lambda document: (
            document.id, document._dispatch_type_code(), document.dispatch_revision, document._dispatch_rehearses(),
        ) not in taken)

    def _dispatch_rehearses(self):
        # sudo: the switch of a company that the user may only work in
        return self.company_id.sudo().dispatch_mode == "rehearse"

    def _dispatch_prepare_vals(self, dispatch_type, directory, origin, state):
        """Values of one row, with channel, recipients and reasons decided."""
        self.ensure_one()
        partner = self._dispatch_partner()
        resolution = directory.resolve(partner.id, dispatch_type.role)
        reason = self._dispatch_paper_reason(dispatch_type, partner, resolution.chosen)
        vals = {
            "res_model": self._name,
            "res_id": self.id,
            "document_name": self._dispatch_name(),
            "revision": self.dispatch_revision,
            "type_id": dispatch_type.id,
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "user_id": self.env.uid,
            "origin": origin,
            "lang": self._dispatch_lang(partner),
            "mail_server_id": dispatch_type.mail_server_id.id,
            "skipped": self._dispatch_prepare_skipped(resolution),
            "rehearsal": self._dispatch_rehearses(),
        }
        if reason:
            state = "rehearsed" if vals["rehearsal"] else "paper"
            return {**vals, "channel": "paper", "channel_reason": reason, "state": state}
        return {
            **vals, "channel": "email", "state": state,
            "recipient_ids": self._dispatch_prepare_recipients(dispatch_type, resolution, vals["lang"]),
        }

    def _dispatch_paper_reason(self, dispatch_type, partner, chosen):
        """Why the document cannot or must not go by mail: a refusal wins over every flag."""
        if partner._dispatch_refuses(dispatch_type, self.company_id):
            return "refused"
        return False if chosen else "no_address"

    def _dispatch_lang(self, partner):
        return partner.lang or self.company_id.partner_id.lang or self.env.lang or "en_US"

    def _dispatch_prepare_recipients(self, dispatch_type, resolution, lang):
        contacts = {p.id: p for p in self.env["res.partner"].browse(
            [choice.contact_id for choice in resolution.chosen if choice.contact_id]
        )}
        nobody = self.env["res.partner"]
        return [
            fields.Command.create({
                "partner_id": choice.contact_id,
                "email": choice.email,
                "name": choice.name or contacts.get(choice.contact_id, nobody).name,
                "lang": contacts.get(choice.contact_id, nobody).lang or lang,
                "reason": self.env["res.partner"]._dispatch_reason(choice, dispatch_type.role),
            })
            for choice in resolution.chosen
        ]

    def _dispatch_prepare_skipped(self, resolution):
        contacts = self.env["res.partner"].browse([c.contact_id for c in resolution.skipped])
        return [
            {"partner_id": choice.contact_id, "name": contact.name, "email": choice.email,
             "reason": choice.reason}
            for choice, contact in zip(resolution.skipped, contacts, strict=True)
        ]

    @api.model
    def _dispatch_insert(self, vals_list):
        """Create rows; where another transaction was faster with a document, that one is left out."""
        Dispatch = self.env["document.dispatch"]._engine()
        if not vals_list:
            return self.env["document.dispatch"]
        try:
            with self.env.cr.savepoint():
                return Dispatch.create(vals_list).with_env(self.env)
        except psycopg2.errors.UniqueViolation:
            if len(vals_list) == 1:
                return self.env["document.dispatch"]
            return self.env["document.dispatch"].union(
                *(self._dispatch_insert([vals]) for vals in vals_list)
            )

    def action_view_dispatches(self):
        """Open the rows of these documents."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "document_dispatch.document_dispatch_action"
        )
        domain = self.env["document.dispatch"]._get_document_domain(self)
        return {**action, "domain": list(domain), "context": {"create": False}}
