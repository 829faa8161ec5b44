from odoo import api, fields, models
from odoo.exceptions import UserError


class DocumentStatementWindow(models.TransientModel):
    """Sends statements of account to many customers, or to one."""

    _name = "document.statement.window"
    _description = "Send Statements"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    # To whom
    customers = fields.Selection(
        [("open", "All customers with an open "
                  "balance"), ("chosen", "Selected customers")], required=True, default="open",
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Selected", domain="['|', ('is_company', '=', True), ('parent_id', '=', False)]",
    )
    # What
    date_from = fields.Date(string="Start date", required=True, default=lambda self: self._get_first_day())
    date_to = fields.Date(string="Until", required=True, default=fields.Date.context_today)
    # How
    channel = fields.Selection(
        [("email", "E-mail"), ("paper", "Print")], string="Method", required=True, default="email",
    )
    # What will happen
    count = fields.Integer(string="Statements", compute="_compute_count")
    count_email = fields.Integer(string="by e-mail", compute="_compute_count")
    count_print = fields.Integer(string="on paper", compute="_compute_count")

    @api.model
    def _get_first_day(self):
        return fields.Date.context_today(self).replace(month=1, day=1)

    def _find_customers(self):
        """The customers, by name."""
        if self.customers == "chosen":
            partners = self.partner_ids.commercial_partner_id._origin
        else:
            partners = self.env["res.partner"]._dispatch_with_balance(self.company_id)
        return partners.sorted(lambda partner: ((partner.name or "").casefold(), partner.id))

    @api.depends("company_id", "customers", "partner_ids", "channel")
    def _compute_count(self):
        for window in self:
            partners = window._find_customers()
            window.count = len(partners)
            on_paper = self.env["document.dispatch.channel"]._is_for_paper(window.channel)
            window.count_email = 0 if on_paper else window._count_by_mail(partners)
            window.count_print = window.count - window.count_email

    def _count_by_mail(self, partners):
        """How many of these customers would get a mail."""
        dispatch_type = self._get_type()
        partners = partners.with_company(self.company_id)
        directory = partners._dispatch_directory()
        return sum(
            bool(directory.resolve(partner.id, dispatch_type.role).chosen)
            and not partner._dispatch_refuses(dispatch_type, self.company_id) for partner in partners
        )

    def _get_type(self):
        types = self.env["document.dispatch.type"]._get_by_code(["statement"], self.company_id)
        if not types:
            raise UserError(self.env._("There is no document type “statement”. Create one under Document Types."))
        return types["statement"]

    def _check(self):
        self.ensure_one()
        if self.date_from > self.date_to:
            raise UserError(self.env._("The period ends before it begins."))
        partners = self._find_customers()
        if not partners:
            raise UserError(self.env._("There is no recipient: no customer has an open balance, or none was "
                                       "selected."))
        return partners

    def action_send(self):
        """Make the statements, and open the page that says what became of them."""
        partners = self._check()
        self._get_type()
        batch = self.env["document.statement"]._issue(
            partners, self.company_id, self.date_from, self.date_to, self.channel)
        run = batch.dispatch_ids.print_id[:1]
        on_paper = self.env["document.dispatch.channel"]._is_for_paper(self.channel)
        return run._open() if on_paper and run else batch._open()

    def action_preview(self):
        """Draw the statement of the first customer; nothing is kept of it."""
        partner = self._check()[0]
        vals = self.env["document.statement"]._prepare_vals(partner, self.company_id, self.date_from, self.date_to)
        report = self.env.ref("document_dispatch.action_report_statement")
        return report.report_action(None, data={"statement": vals}, config=False)
