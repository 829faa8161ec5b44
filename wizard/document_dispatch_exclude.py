from odoo import fields, models


class DocumentDispatchExclude(models.TransientModel):
    """Asks why documents are not to be sent."""

    _name = "document.dispatch.exclude"
    _description = "Do Not Send"

    reason = fields.Char(required=True)

    def action_exclude(self):
        """Mark the documents, and keep the reason on them."""
        documents = self.env[self.env.context["active_model"]].browse(self.env.context["active_ids"])
        documents._dispatch_exclude(self.reason)  # asks for the right to write whatever the context names
        return {"type": "ir.actions.act_window_close"}
