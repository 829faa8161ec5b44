from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

#: Statements that are written in one go
BLOCK = 200
#: The report that draws it, by its name
REPORT = "document_dispatch.report_statement"


class DocumentStatement(models.Model):
    """The statement of account of one customer for a period.

    The record says what was asked for; the figures are those of the books on the day when it is drawn, and
    what went out is kept on its dispatch.
    """

    _name = "document.statement"
    _description = "Statement of Account"
    _inherit = ["mail.thread", "document.dispatch.mixin"]
    _order = "id desc"

    name = fields.Char(string="Number", compute="_compute_name")
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True, ondelete="restrict",
                                 index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Made by", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="Until", required=True, readonly=True)
    lang = fields.Char(string="Language", readonly=True)

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for statement in self:
            if statement.date_from > statement.date_to:
                raise UserError(self.env._("The period ends before it begins."))

    def _compute_name(self):
        for statement in self:
            statement.name = f"S-{statement.id:06}" if isinstance(statement.id, int) else False

    # ------------------------------------------------------------------
    # Making statements
    # ------------------------------------------------------------------

    @api.model
    def _send(self, partners, company, date_from, date_to, output):
        """Write a statement for each of these customers, and send or print it.

        :param partners: commercial entities
        :param str output: ``email``, or ``print`` for everybody
        :return: ``document.dispatch.batch`` with the rows; printed ones are also in a ``document.dispatch.print``
        """
        batch = self.env["document.dispatch.batch"]._open_batch(company, "all", partners)
        made = self.env["document.dispatch"]
        for block in split_every(BLOCK, partners.ids, self.env["res.partner"].browse):
            # sudo: a statement is written by sending it, never edited by hand
            written = self.sudo().create([
                self._prepare_vals(partner, company, date_from, date_to) for partner in block
            ]).with_env(self.env)
            rows = batch._insert(written, [
                self.env["document.letter"]._prepare_output(vals, output)
                for vals in written._dispatch_prepare_rows("batch")
            ])
            rows.filtered(lambda row: row.channel == "email")._deliver_soon()
            made |= rows
        if output == "print" and made._printable():
            self.env["document.dispatch.print"]._start(made, covers=False)
        return batch

    @api.model
    def _prepare_vals(self, partner, company, date_from, date_to):
        return {
            "partner_id": partner.id, "company_id": company.id, "user_id": self.env.uid,
            "date": fields.Date.context_today(self), "date_from": date_from, "date_to": date_to,
            "lang": partner.lang or company.partner_id.lang or self.env.lang,
        }

    @api.model
    def _draw(self, partner, company, date_from, date_to):
        """The PDF of a statement that is not kept."""
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

    def _dispatch_default_report(self):
        return self.env.ref("document_dispatch.action_report_statement")

    @api.model
    def _dispatch_rule_domain(self, codes):
        return Domain.FALSE  # statements are sent by a person

    @api.model
    def _dispatch_date_domain(self, day, basis):
        return Domain("date", ">=", day)

    def _dispatch_make_files(self, template, report):
        return self.env["document.dispatch.content"]._make_template_files(self, template, report)

    def _dispatch_date(self):
        return self.date

    def _dispatch_enclosure(self):
        return {"kind": self.dispatch_kind, "name": self.name, "date": self.date, "amount": False, "currency": False}

    def _dispatch_window_action(self):
        return self._get_records_action()

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        return self._dispatch_link_groups(super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals))
