from odoo import api, fields, models


class DocumentDispatchSchedule(models.TransientModel):
    """Asks for another time for dispatches that wait for one."""

    _name = "document.dispatch.schedule"
    _description = "Reschedule"

    dispatch_ids = fields.Many2many("document.dispatch", string="Documents", required=True)
    date = fields.Datetime(
        string="Send on", required=True, compute="_compute_date", store=True, readonly=False,
        compute_sudo=False)
    collected = fields.Boolean(compute="_compute_collected")

    @api.depends("dispatch_ids")
    def _compute_date(self):
        """At first the time that they wait for, the earliest of them."""
        for window in self:
            window.date = min(filter(None, window.dispatch_ids.mapped("scheduled_date")), default=False)

    @api.depends("dispatch_ids")
    def _compute_collected(self):
        for window in self:
            window.collected = any(window.dispatch_ids.mapped("collected"))

    def action_move(self):
        """Have the documents go at that time; the rights to each are asked for, whatever a client says."""
        self.dispatch_ids._check_time(self.date)
        self.dispatch_ids._reschedule(self.date)
        return {"type": "ir.actions.act_window_close"}
