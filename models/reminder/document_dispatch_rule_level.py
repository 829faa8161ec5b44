from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DocumentDispatchRuleLevel(models.Model):
    """One reminder of a rule: on which day, counted from the due date, and in which words."""

    _name = "document.dispatch.rule.level"
    _inherit = ["document.dispatch.bordered"]
    _description = "Reminder Level"
    _order = "rule_id, days, id"

    rule_id = fields.Many2one("document.dispatch.rule", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    days = fields.Integer(
        required=True, help="Days after the due date; negative: before it. If that is a day off, on the next working "
                            "day.")
    mail_template_id = fields.Many2one(
        "mail.template", string="Text", ondelete="restrict", domain="[('model', '=', 'document.reminder')]",
        help="Empty: the text of the document type.",
    )
    bundle_template_id = fields.Many2one(
        "mail.template", string="Text for several documents", ondelete="restrict",
        domain="[('model', '=', 'document.reminder')]",
        help="Used when several invoices of a customer are due on the same day. Empty: as set on the document type.",
    )

    _days_uniq = models.UniqueIndex("(rule_id, days)", "There is already a level for this day.")

    @api.constrains("mail_template_id", "bundle_template_id")
    def _check_model(self):
        for level in self:
            for template in level.mail_template_id | level.bundle_template_id:
                if template.model != "document.reminder":
                    raise ValidationError(self.env._(
                        "The text “%s” is for another kind of document. Choose one for payment reminders.",
                        template.name))

    @api.depends("days")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for level in self:
            level.display_name = self._describe_days(level.days)

    @api.model
    def _describe_days(self, days):
        """A level in words."""
        if not days:
            return self.env._("on the due date")
        if days < 0:
            return self.env._("1 day before") if days == -1 else self.env._("%s days before", -days)
        return self.env._("1 day after") if days == 1 else self.env._("%s days after", days)
