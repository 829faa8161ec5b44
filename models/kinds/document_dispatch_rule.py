from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .document_dispatch_type import RECORDS


class DocumentDispatchRule(models.Model):
    """Rules that send records of other apps: by schedule, for nothing there is posted."""

    _inherit = "document.dispatch.rule"

    takes_records_only = fields.Boolean(
        compute="_compute_takes_records_only", help="All documents of the rule are records of other apps.")

    @api.depends("type_ids.source_model")
    def _compute_takes_records_only(self):
        for rule in self:
            rule.takes_records_only = bool(rule.type_ids) and all(rule.type_ids.mapped("source_model"))

    @api.constrains("type_ids", "trigger", "journal_ids", "mail_template_id", "text_ids")
    def _check_records(self):
        for rule in self:
            of_records = rule.type_ids.filtered("source_model")[:1]
            if of_records and rule.trigger == "post":
                raise ValidationError(self.env._(
                    "“%s” is a document of another app, which cannot be posted. Let the rule run on a schedule.",
                    of_records.name))
            if of_records and rule.sudo().journal_ids:  # sudo: a manager may have no right to accounting
                raise ValidationError(self.env._(
                    "“%s” is a document of another app, which has no journal. Leave the journals empty.",
                    of_records.name))
            for dispatch_type in rule.type_ids.filtered("source_model"):
                if not (rule._get_text(dispatch_type) or dispatch_type.mail_template_id):
                    raise ValidationError(self.env._(
                        "“%s” has no text. Choose one on the document type, or on the rule.", dispatch_type.name))

    def _get_preview_domain(self, model, types):
        """Of records only those of the rule's types: all kinds of them share one model."""
        domain = super()._get_preview_domain(model, types)
        return domain & types._get_fitting_domain() if model._name == RECORDS else domain

    def _get_problem(self):
        gone = self.type_ids.filtered(lambda record: record.source_model and record.source_model not in self.env)
        if gone:
            return self.env._(
                "The app of “%s” is no longer installed. Remove that document from the rule.", gone[0].name)
        if problem := super()._get_problem():
            return problem
        faults = (dispatch_type._find_source_fault() for dispatch_type in self.type_ids.filtered("source_model"))
        return next(filter(None, faults), False)

    def _get_models_to_read(self):
        return [*super()._get_models_to_read(), *self.type_ids.filtered("source_model").mapped("source_model")]
