from odoo import api, fields, models


class DocumentDispatchType(models.Model):
    """Payment reminders; they are of an invoice, and are narrowed by its journal."""

    _inherit = "document.dispatch.type"

    code = fields.Selection(
        selection_add=[("reminder", "Payment Reminder"), ("letter",)], ondelete={"reminder": "cascade"})

    @api.model
    def _get_narrowing_models(self):
        models_by_field = super()._get_narrowing_models()
        return {**models_by_field, "journal_id": (*models_by_field["journal_id"], "document.reminder")}
