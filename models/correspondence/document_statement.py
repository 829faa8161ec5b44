from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

#: The report that draws it, by its name
REPORT = "document_dispatch.report_statement"


class DocumentStatement(models.Model):
    """The statement of account of one customer for a period.

    The record says what was asked for; the figures are those of the books on the day when it is drawn, and
    what went out is kept on its dispatch.
    """

    _name = "document.statement"
    _description = "Statement of Account"
    _inherit = ["document.dispatch.written"]
    _number_prefix = "S"

    date_from = fields.Date(string="From date", required=True, readonly=True)
    date_to = fields.Date(string="Until", required=True, readonly=True)
    rule_id = fields.Many2one(
        "document.dispatch.rule", readonly=True, index="btree_not_null", ondelete="set null",
        help="The rule that wrote it.",
    )

    _once_a_period = models.UniqueIndex(
        "(rule_id, partner_id, date_to) WHERE rule_id IS NOT NULL", "The customer has a statement of this period.")

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for statement in self:
            if statement.date_from > statement.date_to:
                raise UserError(self.env._("The period ends before it begins."))

    # ------------------------------------------------------------------
    # Making statements
    # ------------------------------------------------------------------

    @api.model
    def _issue(self, partners, company, date_from, date_to, channel):
        """Write a statement for each of these customers, and send or print it.

        :param partners: commercial entities, in the order in which they are printed
        :param company: whose books are read
        :param date date_from: first day of the period
        :param date date_to: last day of the period
        :param str channel: ``email``, or ``paper`` for everybody
        :return: see ``document.dispatch.written._write_and_send``
        """
        return self._write_and_send(partners, company, channel, "batch", date_from=date_from, date_to=date_to)

    @api.model
    def _prepare_written(self, partners, company, date_from, date_to):
        return (self._prepare_vals(partner, company, date_from, date_to) for partner in partners)

    @api.model
    def _prepare_vals(self, partner, company, date_from, date_to):
        return {
            "partner_id": partner.id, "company_id": company.id, "user_id": self.env.uid,
            "date": fields.Date.context_today(self), "date_from": date_from, "date_to": date_to,
            "lang": partner.lang or company.partner_id.lang or self.env.lang,
        }

    @api.model
    def _draw_pdf(self, partner, company, date_from, date_to):
        """The PDF of a statement that is not kept.

        :param partner: the commercial entity
        :param company: whose books are read
        :param date date_from: first day of the period
        :param date date_to: last day of the period
        """
        # the values are read by report/document_statement_report.py
        vals = self._prepare_vals(partner, company, date_from, date_to)
        return self.env["ir.actions.report"]._render_qweb_pdf(REPORT, data={"statement": vals})[0]

    def _get_figures(self):
        """The figures of the books, see ``res.partner._dispatch_statement``."""
        self.ensure_one()
        return self.partner_id._dispatch_statement(self.company_id, self.date_from, self.date_to)

    def _get_line_kind(self, line):
        """What a line of the books is, in the customer's words."""
        if line.move_id.move_type == "entry":
            paid = line.payment_id or line.statement_line_id
            return self.env._("Payment") if paid else self.env._("Entry")
        return line.move_id._dispatch_description()

    # ------------------------------------------------------------------
    # As a document
    # ------------------------------------------------------------------

    def _dispatch_type_code(self):
        return "statement"

    def _dispatch_description(self):
        return self.env._("Statement of account")

    def _dispatch_mail_head(self):
        """The period and what is open at its end."""
        head = super()._dispatch_mail_head()
        head["name"] = " – ".join(format_date(self.env, day) for day in (self.date_from, self.date_to))
        sections = self._get_figures()["currencies"]
        balances = [self._dispatch_format_amount(section["closing"], section["currency"]) for section in sections]
        if len(balances) == 1:
            head["amount"] = balances[0]
        else:
            head["details"] += [(self.env._("Balance"), balance) for balance in balances]
        head["details"] += [
            (self.env._("Overdue"), self._dispatch_format_amount(section["overdue"], section["currency"]))
            for section in sections if section["overdue"]
        ]
        return head

    def _dispatch_default_report(self):
        return self.env.ref("document_dispatch.action_report_statement")

    @api.model
    def _dispatch_rule_domain(self, codes):
        """Those that rules wrote: each takes its own."""
        return Domain("rule_id", "!=", False) if "statement" in codes else Domain.FALSE

    @api.model
    def _dispatch_report_domain(self, code):
        return Domain.FALSE  # what it tells is how documents of the books went
