import base64

from odoo import api, fields, models
from odoo.exceptions import UserError


class DocumentStatementWindow(models.TransientModel):
    """Sends statements of account to many customers, or to one."""

    _name = "document.statement.window"
    _inherit = ["document.dispatch.written.window"]
    _description = "Send Statements"

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
    # What will happen
    count = fields.Integer(string="Statements")
    preview = fields.Binary(
        compute="_compute_preview", store=True, attachment=False, compute_sudo=False,  # drawn once, and kept so long
        help="The statement of one customer, in their language.")

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
        return super()._compute_count()

    @api.depends("company_id", "customers", "partner_ids")
    def _compute_preview_partner(self):
        return super()._compute_preview_partner()

    @api.depends("step", "preview_partner_id", "company_id", "date_from", "date_to")
    def _compute_preview(self):
        for window in self:
            drawn = window.step == "look" and window.preview_partner_id and self.env["document.statement"]._draw_pdf(
                window.preview_partner_id, window.company_id, window.date_from, window.date_to)
            window.preview = drawn and base64.b64encode(drawn)

    def _find_mailed(self, partners):
        dispatch_type = self._get_type()
        partners = partners.with_company(self.company_id)
        directory = partners._dispatch_directory()
        return [
            partner.id for partner in partners if directory.resolve(partner.id, dispatch_type.role).chosen
            and not partner._dispatch_refuses(dispatch_type, self.company_id)
        ]

    def _get_type(self):
        types = self.env["document.dispatch.type"]._get_by_code(["statement"], self.company_id)
        if not types:
            raise UserError(self.env._("There is no document type “statement”. Create one under Document Types."))
        return types["statement"]

    def _check(self):
        self.ensure_one()
        self._get_type()
        if self.date_from > self.date_to:
            raise UserError(self.env._("The period ends before it begins."))
        partners = self._find_customers()
        if not partners:
            raise UserError(self.env._("There is no recipient: no customer has an open balance, or none was "
                                       "selected."))
        return partners

    def _issue_to(self, partners):
        return self.env["document.statement"]._issue(
            partners, self.company_id, self.date_from, self.date_to, self.channel)
