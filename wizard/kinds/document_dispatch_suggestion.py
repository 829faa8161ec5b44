from odoo import api, fields, models
from odoo.exceptions import UserError


class DocumentDispatchSuggestion(models.TransientModel):
    """Kinds of documents that many send, and that this database could: each in one click."""

    _name = "document.dispatch.suggestion"
    _description = "Suggested Kinds of Documents"

    line_ids = fields.One2many("document.dispatch.suggestion.line", "suggestion_id")

    def _compute_display_name(self):
        self.display_name = self.env._("Suggested Kinds")

    @api.model
    def _open(self):
        """Return the action that shows the window; only who may make types sees it."""
        Type = self.env["document.dispatch.type"]
        Type.check_access("create")
        window = self.create({"line_ids": [fields.Command.create({
            "source_model": model, "name": Type._get_suggested_name(model),
            "model_name": dict(Type._get_source_models()).get(model),
        }) for model in Type._get_suggestions()]})
        return {
            "type": "ir.actions.act_window", "name": self.env._("Suggested Kinds"), "res_model": self._name,
            "res_id": window.id, "view_mode": "form", "target": "new",
        }


class DocumentDispatchSuggestionLine(models.TransientModel):
    """A kind of document that is suggested."""

    _name = "document.dispatch.suggestion.line"
    _description = "Suggested Kind of Document"
    _order = "id"

    suggestion_id = fields.Many2one("document.dispatch.suggestion", required=True, ondelete="cascade", index=True)
    name = fields.Char(string="Document", readonly=True)
    source_model = fields.Char(readonly=True)
    model_name = fields.Char(string="Created from", readonly=True)

    def action_add(self):
        """Make the document type, and show it."""
        self.ensure_one()
        Type = self.env["document.dispatch.type"]
        if self.source_model not in Type._get_suggestions():  # the line may say any
            raise UserError(self.env._("This document type already exists."))
        return Type._add_suggested(self.source_model)._get_records_action(name=self.env._("Document Type"))
