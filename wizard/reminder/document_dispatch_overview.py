from odoo import api, fields, models


class DocumentDispatchOverview(models.TransientModel):
    """Where reminders are on: what is due, and nobody is reminded of, for it never arrived."""

    _inherit = "document.dispatch.overview"

    never_arrived_count = fields.Integer(compute="_compute_never_arrived_count")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_never_arrived_count(self):
        # sudo: whether reminders are on, whoever may see the rules
        rules = self.env["document.dispatch.rule"].sudo().search([
            ("active", "=", True), ("type_ids.code", "=", "reminder"), ("company_id", "in", self.env.companies.ids)])
        readable = rules and self.env["account.move"].has_access("read")
        self.never_arrived_count = readable and self.env["account.move"].search_count(
            self.env["document.reminder"]._get_never_arrived_domain(rules.company_id))

    def action_view_never_arrived(self):
        """Open the invoices that are due, and never arrived."""
        return self.env["account.move"].action_view_never_arrived()
