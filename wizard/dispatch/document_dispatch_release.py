from odoo import api, fields, models


class DocumentDispatchRelease(models.TransientModel):
    """Asks before several dispatches are released at once: how many, and what becomes of them."""

    _name = "document.dispatch.release"
    _description = "Release"

    dispatch_ids = fields.Many2many("document.dispatch", string="Documents", required=True)
    announcement = fields.Char(compute="_compute_announcement")

    @api.depends("dispatch_ids")
    def _compute_announcement(self):
        for window in self:
            window.announcement = window.dispatch_ids._announce(**window.dispatch_ids._count_outcomes())

    def action_release(self):
        """Release them; the rights to each are asked for, whatever a client says."""
        self.dispatch_ids.action_release()
        return {"type": "ir.actions.act_window_close"}
