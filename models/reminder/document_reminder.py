from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

#: Code of its document type
REMINDER = "reminder"


class DocumentReminder(models.Model):
    """A payment reminder: one invoice, one due date of it, one level of a rule. Each is sent once.

    The rule that finds it due writes it (``_write_due``). Whether it may go is asked of the books whenever something is
    done with it, last right before it is handed over: nobody is reminded of what they paid, nor of what never arrived.
    """

    _name = "document.reminder"
    _description = "Payment Reminder"
    _inherit = ["document.dispatch.mixin", "document.dispatch.system", "document.dispatch.readable"]
    _order = "id desc"
    _dispatch_date_field = "date"

    move_id = fields.Many2one("account.move", string="Invoice", required=True, readonly=True, ondelete="cascade")
    name = fields.Char(
        string="Number", compute="_compute_name", store=True, index=True,
        help="That of the invoice, with the level behind it; of an invoice with instalments the due date, too.",
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="move_id.partner_id", store=True, index=True)
    journal_id = fields.Many2one(related="move_id.journal_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    date_due = fields.Date(string="Due date", required=True, readonly=True)
    level_id = fields.Many2one(
        "document.dispatch.rule.level", readonly=True, ondelete="set null", index="btree_not_null")
    days = fields.Integer(required=True, readonly=True, help="Days after the due date; before it where negative.")
    date = fields.Date(required=True, readonly=True, help="When it was found due.")
    superseded = fields.Boolean(readonly=True, help="A later level took its place before it went.")
    looked_at = fields.Boolean(readonly=True, help="A person decides whether it goes: it went to review.")
    amount = fields.Monetary(readonly=True, help="Open when the text was made.")
    amount_open = fields.Monetary(compute="_compute_amount_open", help="Open now, of what is due on that day.")
    has_unmatched_credit = fields.Boolean(
        compute="_compute_has_unmatched_credit",
        help="The customer paid something, or got a credit note, that is matched with no invoice.",
    )

    _once = models.Constraint(
        "UNIQUE (move_id, date_due, days)", "The customer was reminded of this invoice at this level already.")
    # what the scheduler asks for: of this company, nothing done yet
    _due_idx = models.Index("(company_id) WHERE dispatch_state IS NULL OR dispatch_state = 'to_send'")

    @api.depends("move_id.name", "date_due", "days")
    def _compute_name(self):
        """By which Send Again finds it, and not its invoice: no digit at the end, which people type for others."""
        for reminder in self:
            # sudo: of an invoice whose reminder may be read
            lines = reminder.move_id.sudo().line_ids.filtered(lambda line: line.display_type == "payment_term")
            parts = [reminder.move_id.name or ""]
            if len(set(lines.mapped("date_maturity"))) > 1:
                parts.append(fields.Date.to_string(reminder.date_due))
            reminder.name = "/".join((*parts, f"{reminder.days:+d}d"))

    def _compute_amount_open(self):
        for reminder in self:
            lines = reminder._get_lines()
            reminder.amount_open = sum(lines.mapped("amount_residual_currency"))

    def _compute_has_unmatched_credit(self):
        # sudo: the books of a customer whose reminder may be read
        reminders = self.sudo()
        found = set(self.env["account.move.line"].sudo()._read_group([
            ("partner_id.commercial_partner_id", "in", reminders.partner_id.commercial_partner_id.ids),
            ("company_id", "in", reminders.company_id.ids), ("account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"), ("reconciled", "=", False), ("amount_residual", "<", 0),
        ], ["partner_id", "company_id"]))
        customers = {(partner.commercial_partner_id, company) for partner, company in found}
        for reminder in self:
            owner = reminder.sudo()  # sudo: as above
            reminder.has_unmatched_credit = (owner.partner_id.commercial_partner_id, owner.company_id) in customers

    def _get_lines(self):
        """What the customer owes of the invoice on that day."""
        # sudo: of an invoice whose reminder may be read
        return self.move_id.sudo().line_ids.filtered(
            lambda line: line.display_type == "payment_term" and line.date_maturity == self.date_due)

    @api.model
    def _get_access_domain(self, operation):
        """Reminders of invoices that the user may read; nobody edits one."""
        return self.env["account.move"]._dispatch_readable_domain("move_id") if operation == "read" else Domain.FALSE

    # ------------------------------------------------------------------
    # Whether it may go
    # ------------------------------------------------------------------

    def _dispatch_blocking_reason(self, code):
        """Asked last right before it is handed over, of the books as they are then."""
        if code != REMINDER:
            return self.env._("It is not to be sent as it is now.")
        # sudo: whether it may go, whoever asks
        reminder = self.sudo()
        move = reminder.move_id
        if move.state != "posted":
            return self.env._("The invoice is not posted.")
        if not move._is_owed() or reminder.amount_open <= 0:
            return self.env._("Nothing is open: it was paid, or the payment is on its way.")
        return move._get_reminder_stop() or move._explain_not_arrived()

    def _get_lapse(self):
        """Why this reminder is of no use any more, in words; also of one that went with its invoice."""
        return self._dispatch_blocking_reason(REMINDER) if self else self.env._("The invoice was deleted.")

    def _dispatch_warnings(self):
        """A payment that nobody matched may be of this very invoice: a person looks first."""
        return self.env._(
            "The customer has payments or credit notes that are matched with no invoice. Match them first, or release "
            "this reminder.") if self.has_unmatched_credit else ""

    def _is_outdated(self):
        """Tell whether the text names another amount than is open now."""
        self.ensure_one()
        reminder = self.sudo()  # sudo: as above
        told, is_open = reminder.amount, reminder.amount_open
        return bool(told) and reminder.currency_id.compare_amounts(told, is_open) != 0

    def _note_amounts(self):
        """The texts are made now: keep what they say is open."""
        for reminder in self._with_system_write():
            reminder.amount = reminder.amount_open

    # ------------------------------------------------------------------
    # As a document
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_kind_name(self):
        return self.env._("Payment reminder")

    def _dispatch_type_code(self):
        return REMINDER

    def _dispatch_is_collected(self):
        return False  # its day is that of its level: later its words may not be true any more

    def _dispatch_description(self):
        return self.env._("Payment reminder")

    def _dispatch_name(self):
        return self.move_id.name

    def _dispatch_thread(self):
        """Mails stand in the chatter of the invoice, and lead to its page."""
        return self.move_id

    def _dispatch_narrowing(self):
        return self.move_id._dispatch_narrowing()

    @api.model
    def _dispatch_narrowing_domain(self, name, value):
        return Domain("move_id", "any", self.env["account.move"]._dispatch_narrowing_domain(name, value))

    @api.model
    def _dispatch_date_domain(self, day, basis):
        """By the due date: what is due from that day on."""
        return Domain("date_due", ">=", day)

    @api.model
    def _dispatch_rule_domain(self, codes):
        """Of open invoices that arrived, the last level that is due."""
        if REMINDER not in codes:
            return Domain.FALSE
        return Domain("superseded", "=", False) & Domain("move_id", "any", self._get_remindable_domain())

    @api.model
    def _dispatch_report_domain(self, code):
        return Domain("dispatch_state", "!=", False)

    @api.model
    def _dispatch_report_columns(self, query, table=None):
        table = table or query.table
        move = query.join(table, "move_id", "account_move", "id", "report_move")
        columns = self.env["account.move"]._dispatch_report_columns(query, move)
        return {
            **super()._dispatch_report_columns(query, table), "user_id": columns["user_id"],
            # in the company's currency, as the invoice was
            "amount": SQL("%s * ABS(%s) / NULLIF(%s, 0)", SQL.identifier(table, "amount"),
                          SQL.identifier(move, "amount_total_signed"), SQL.identifier(move, "amount_total")),
        }

    def _dispatch_prepare_vals_list(self, origin, state="queued", chosen=None):
        """Those of a customer go in one mail, where their rule wants that."""
        vals_list = super()._dispatch_prepare_vals_list(origin, state, chosen)
        bundling = self.env["document.dispatch.channel"]._get_codes("_can_bundle")
        # sudo: who sends one again may not read the rule's levels
        together = {one.id for one in self.sudo() if origin == "rule" and one.level_id.rule_id.one_mail}
        return [
            {**vals, "in_bundle": True} if vals["res_id"] in together and vals["channel"] in bundling else vals
            for vals in vals_list
        ]

    def _dispatch_default_report(self):
        return self.env["ir.actions.report"]  # nothing is printed of it but its invoice

    def _dispatch_make_files(self, template, report):
        """The page of the invoice as it was sent; nothing where it went without one, and what the text always adds."""
        # sudo: the files of documents that the operator may read
        always = template.sudo().attachment_ids
        return {reminder: reminder.move_id.sudo().invoice_pdf_report_id | always for reminder in self}

    def _dispatch_draw_files(self, template, report):
        """Nothing is to be drawn: the page of the invoice is there."""

    def _dispatch_enclosure(self):
        return {"kind": self.dispatch_kind, "name": self._dispatch_name(), "date": self.date,
                "amount": self.amount_open, "currency": self.currency_id}

    def _dispatch_mail_head(self):
        head = super()._dispatch_mail_head()
        return {**head, "details": [(self.env._("Due date"), format_date(self.env, self.date_due))]}

    def _dispatch_text_amounts(self):
        return {"amount": self.move_id.amount_total, "residual": self.amount_open}

    def _dispatch_text_values(self):
        return {
            **super()._dispatch_text_values(),
            "due_date": self._dispatch_spell_date(self.date_due),
            "date": self._dispatch_spell_date(self.date),
        }

    def _get_level_name(self):
        """What people call its level."""
        return self.env["document.dispatch.rule.level"]._describe_days(self.days)

    @api.depends("move_id.name", "date_due", "days")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reminder in self:
            reminder.display_name = self.env._(
                "%(invoice)s, due %(date)s: %(level)s", invoice=reminder.move_id.name or "",
                date=format_date(self.env, reminder.date_due), level=reminder._get_level_name())
