from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount, split_every

from .document_dispatch_written import BLOCK


class _NothingKept(Exception):
    """Ends a look at what would be: nothing of it stays."""


class DocumentDispatchRule(models.Model):
    """Rules that write statements of account to those who owe, once a period."""

    _inherit = "document.dispatch.rule"

    takes_statements = fields.Boolean(compute="_compute_takes_statements", help="The rule sends statements of "
                                                                                "account.")
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    statement_minimum = fields.Monetary(
        string="Minimum balance", currency_field="company_currency_id",
        help="In the company's currency. Customers who owe less get no statement.",
    )
    statement_overdue = fields.Boolean(string="Only with overdue amounts")

    @api.depends("type_ids.code")
    def _compute_takes_statements(self):
        for rule in self:
            rule.takes_statements = set(rule.type_ids.mapped("code")) == {"statement"}

    @api.onchange("type_ids")
    def _onchange_takes_statements(self):
        """Statements go once a month unless somebody says once a week."""
        if self.takes_statements and self.period == "day":
            self.update({"trigger": "schedule", "period": "month", "interval": "0"})

    @api.constrains("type_ids", "trigger", "period", "domain", "selection", "journal_ids")
    def _check_statements(self):
        for rule in self.filtered(lambda rule: "statement" in rule.type_ids.mapped("code")):
            if not rule.takes_statements:
                raise ValidationError(self.env._("Statements of account need a rule of their own."))
            if rule.trigger != "schedule" or rule.period == "day":
                raise ValidationError(self.env._(
                    "Statements are sent once a week or once a month. Choose a day for the rule “%s”.", rule.name))
            if rule.selection != "all" or not rule._get_condition().is_true():
                raise ValidationError(self.env._(
                    "The rule “%s” creates statements itself, so marks and conditions do not apply. Select customers, "
                    "or set a minimum balance.", rule.name))

    # ------------------------------------------------------------------
    # Writing them
    # ------------------------------------------------------------------

    def _get_statement_period(self):
        """First and last day of the period that has come last."""
        now = fields.Datetime.context_timestamp(self.with_context(tz=self.tz), fields.Datetime.now())
        last = self._get_last_day(now.date())
        return self._get_last_day(last - timedelta(days=1)) + timedelta(days=1), last

    def _write_statements(self):
        """Write the statements of this period that are not written yet, for those who owe now.

        A worker that was killed has written all or nothing; one of the same period is written once.
        """
        date_from, date_to = self._get_statement_period()
        env = self._operator_env()
        Statement = env["document.statement"]
        partners = env["res.partner"]._dispatch_owing(self.company_id, self.statement_minimum, self.statement_overdue)
        if self.partner_ids:
            partners = partners.search(
                Domain("id", "in", partners.ids) & Domain("id", "child_of", self.partner_ids.ids))
        # sudo: they are this rule's, whoever was its operator then
        written = Statement.sudo().search([("rule_id", "=", self.id), ("date_to", "=", date_to)])
        partners = (partners - written.partner_id.with_env(env)).sorted(
            lambda partner: ((partner.name or "").casefold(), partner.id))
        company = self.company_id.with_env(env)
        for block in split_every(BLOCK, partners.ids, env["res.partner"].browse):
            # sudo: they are written by sending them, never edited by hand
            Statement.sudo().create([
                {**Statement._prepare_vals(partner, company, date_from, date_to), "rule_id": self.id}
                for partner in block
            ])

    def _write_documents(self):
        if self.takes_statements and self.period != "day":  # as before there were periods: it takes nothing
            self._write_statements()
        return super()._write_documents()

    def _get_models_to_read(self):
        names = super()._get_models_to_read()
        return [*names, "account.move.line"] if self.takes_statements else names

    # ------------------------------------------------------------------
    # Which of them
    # ------------------------------------------------------------------

    def _get_kind_domain(self, model, types):
        """Of statements only this rule's own, of this period: an older one says what is not true any more."""
        domain = super()._get_kind_domain(model, types)
        return domain & self._get_statement_domain() if model._name == "document.statement" else domain

    def _get_preview_domain(self, model, types):
        domain = super()._get_preview_domain(model, types)
        return domain & self._get_statement_domain() if model._name == "document.statement" else domain

    def _get_statement_domain(self):
        return Domain("rule_id", "=", self.id) & Domain("date_to", "=", self._get_statement_period()[1])

    def _preview(self):
        """What is written for it is not kept: such a line leads to the customer."""
        if not self.takes_statements or self._get_problem():
            return super()._preview()
        found = []
        try:
            with self.env.cr.savepoint():
                self._write_statements()
                found = super()._preview()
                raise _NothingKept
        except _NothingKept:
            self.env.invalidate_all()
        lines, count = found
        kept = set(self.env["document.statement"].sudo().browse(  # sudo: whether they are there
            line["res_id"] for line in lines).exists().ids)
        return [line if line["res_id"] in kept else {
            **line, "res_model": "res.partner", "res_id": line["partner_id"],
            "document_name": self.env._("Statement of account"),
        } for line in lines], count

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------

    def _describe_which(self):
        parts = [super()._describe_which()]
        if self.takes_statements:
            parts.append(self.env._("for customers with something overdue") if self.statement_overdue
                         else self.env._("for customers who owe something"))
            if self.statement_minimum:
                parts.append(self.env._("%s at least", format_amount(
                    self.env, self.statement_minimum, self.company_currency_id)))
        return ", ".join(filter(None, parts))
