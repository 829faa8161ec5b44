from odoo import api, fields, models


class DocumentDispatchOverview(models.TransientModel):
    """Asks managers about a database that looks like a copy."""

    _inherit = "document.dispatch.overview"

    looks_like_copy = fields.Boolean(compute="_compute_looks_like_copy")

    @api.depends_context("uid")
    def _compute_looks_like_copy(self):
        self.looks_like_copy = self.env["document.dispatch.home"]._is_elsewhere()

    def action_send_from_here(self):
        """Ask what becomes of what waits."""
        return self._open_copy("here")

    def action_is_copy(self):
        """Ask whether it rehearses, or sends nothing at all."""
        return self._open_copy("copy")

    def _open_copy(self, answer):
        self.env["document.dispatch.setup"]._check_manager()
        return self.env["document.dispatch.copy"]._open(answer)
