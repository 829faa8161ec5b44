from odoo import fields, models
from odoo.exceptions import UserError


class DocumentDispatchExclude(models.TransientModel):
    """Asks why documents are not to be sent."""

    _name = "document.dispatch.exclude"
    _description = "Do Not Send"

    reason = fields.Char(required=True)

    def action_exclude(self):
        """Mark the documents, and keep the reason on them."""
        Model = self.env.get(self.env.context.get("active_model"))
        if not isinstance(Model, self.env.registry["document.dispatch.mixin"]):
            raise UserError(self.env._("Choose documents first."))
        # asks for the right to write whatever the context names
        Model.browse(self.env.context.get("active_ids"))._dispatch_exclude(self.reason)
        return {"type": "ir.actions.act_window_close"}
