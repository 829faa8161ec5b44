from odoo import api, fields, models


class AccountMoveSendWizard(models.TransientModel):
    """NF-e, NFS-e and boletos beside the invoice of the window."""

    _inherit = "account.move.send.wizard"

    dispatch_file_ids = fields.One2many(
        "account.move.send.wizard.file", "window_id", string="NF-e and boletos", compute="_compute_dispatch_file_ids",
        store=True, readonly=False, compute_sudo=False,
    )

    @api.depends("move_id")
    def _compute_dispatch_file_ids(self):
        for wizard in self:
            lines = self.env["account.move.send.wizard.file"]._prepare_lines(wizard.move_id) if wizard.move_id else ()
            wizard.dispatch_file_ids = [fields.Command.clear(), *map(fields.Command.create, lines)]

    def _dispatch_send_beside(self):
        others = super()._dispatch_send_beside()
        chosen = self.dispatch_file_ids.filtered("chosen")
        chosen._send_chosen()
        return others or bool(chosen)
