from odoo import fields, models


class DocumentDispatchSchedule(models.TransientModel):
    """Asks for another time for dispatches that wait for one."""

    _name = "document.dispatch.schedule"
    _description = "Another Time"

    dispatch_ids = fields.Many2many("document.dispatch", string="Documents", required=True)
    date = fields.Datetime(string="Send on", required=True)

    def action_move(self):
        """Have the documents go at that time; the rights to each are asked for, whatever a client says."""
        self.dispatch_ids._check_time(self.date)
        self.dispatch_ids._reschedule(self.date)
        return {"type": "ir.actions.act_window_close"}
