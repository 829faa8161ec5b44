from odoo import api, fields, models


class DocumentDispatchTray(models.TransientModel):
    """The window before printing: how many documents for whom, with cover letters or without."""

    _name = "document.dispatch.tray"
    _description = "Print the Paper Tray"

    dispatch_ids = fields.Many2many("document.dispatch", string="Selected")
    documents = fields.Integer(compute="_compute_counts")
    customers = fields.Integer(compute="_compute_counts")
    envelopes = fields.Integer(compute="_compute_counts")
    homeless = fields.Text(string="Without postal address", compute="_compute_counts")
    covers = fields.Boolean(string="With cover letters", default=True)

    @api.depends("dispatch_ids")
    def _compute_counts(self):
        for window in self:
            # sudo: postal address and date of what the user may print; a window that is not saved may say any id
            dispatches = window.dispatch_ids._origin._filtered_access("read").sudo()
            window.documents = len(dispatches)
            window.customers = len(dispatches.commercial_partner_id)
            window.envelopes = len(dispatches._envelopes())
            homeless = dispatches.partner_id.filtered(lambda partner: not partner._dispatch_has_postal_address())
            window.homeless = ", ".join(homeless.mapped("display_name"))

    @api.model
    def _open(self, dispatches):
        window = self.create({"dispatch_ids": [fields.Command.set(dispatches._printable().ids)]})
        return {
            "type": "ir.actions.act_window", "name": self.env._("Print"), "res_model": self._name,
            "res_id": window.id, "view_mode": "form", "target": "new",
        }

    def action_print(self):
        """Make the one PDF."""
        self.ensure_one()
        self.dispatch_ids.check_access("write")
        return self.env["document.dispatch.print"]._start(self.dispatch_ids, self.covers)._open_result()
