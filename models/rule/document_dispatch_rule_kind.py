from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DocumentDispatchRuleKind(models.Model):
    """The text of a rule for one more kind of document: each text belongs to the kind that it was written for."""

    _name = "document.dispatch.rule.kind"
    _inherit = ["document.dispatch.bordered"]
    _description = "Rule Text"
    _order = "rule_id, id"

    rule_id = fields.Many2one("document.dispatch.rule", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    type_id = fields.Many2one(
        "document.dispatch.type", string="Document", required=True, ondelete="cascade",
        domain="[('company_id', 'in', (False, company_id)), ('code', '!=', 'letter'), ('is_offered', '=', True)]",
    )
    model = fields.Char(related="type_id.text_model", string="Model of the document")
    mail_template_id = fields.Many2one(
        "mail.template", string="Text", required=True, ondelete="restrict", domain="[('model', '=', model)]",
    )

    _type_uniq = models.UniqueIndex("(rule_id, type_id)", "There is already a text for this document.")

    @api.constrains("type_id", "mail_template_id")
    def _check_model(self):
        for line in self:
            if line.mail_template_id.model != line.type_id.text_model:
                raise ValidationError(self.env._(
                    "The text “%(template)s” is for another kind of document. Choose one for “%(type)s”.",
                    template=line.mail_template_id.name, type=line.type_id.name,
                ))
