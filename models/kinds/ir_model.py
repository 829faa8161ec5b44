from odoo import api, models


class IrModel(models.Model):
    """A model that an administrator made, whose records are documents by configuration, is deleted."""

    _inherit = "ir.model"

    @api.ondelete(at_uninstall=False)
    def _unlink_release_kinds(self):
        """Let go of its texts and reports, which go with it and which types keep; what was sent stays readable."""
        # sudo: types of all companies
        types = self.env["document.dispatch.type"].sudo().with_context(active_test=False)
        types.search([("source_model", "in", self.mapped("model"))])._release_texts()
