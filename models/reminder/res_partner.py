from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    """Customers whom nobody reminds; each company decides that by itself."""

    _inherit = "res.partner"

    dispatch_no_reminder = fields.Boolean(
        string="No reminders", company_dependent=True, groups="base.group_user",
        help="This customer is not reminded of invoices.")
    dispatch_no_reminder_reason = fields.Char(
        string="Why no reminders", company_dependent=True, groups="base.group_user")
    dispatch_no_reminder_until = fields.Date(
        string="No reminders until", company_dependent=True, groups="base.group_user",
        help="Empty: with no end date.")

    @api.constrains("dispatch_no_reminder", "dispatch_no_reminder_reason")
    def _check_no_reminder_reason(self):
        for partner in self.sudo():  # sudo: portal users change their address
            if partner.dispatch_no_reminder and not (partner.dispatch_no_reminder_reason or "").strip():
                raise ValidationError(self.env._("Enter the reason why %s is not reminded.", partner.name or ""))
