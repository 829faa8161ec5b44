from odoo import api, fields, models


class AccountMoveSendBatchWizard(models.TransientModel):
    """NF-e, NFS-e and boletos beside the invoices of the window."""

    _inherit = "account.move.send.batch.wizard"

    dispatch_with_files = fields.Boolean(string="With their NF-e and boletos", default=True)
    dispatch_file_summary = fields.Char(string="NF-e and boletos", compute="_compute_dispatch_file_summary")

    @api.depends("move_ids", "dispatch_again")
    def _compute_dispatch_file_summary(self):
        for wizard in self:
            files = wizard._dispatch_files()
            if not wizard.dispatch_again:
                files = files._dispatch_not_dispatched()
            kinds = [f"{kind} ({len(of_kind)})" for kind, of_kind in files.grouped("dispatch_kind").items()]
            wizard.dispatch_file_summary = self.env._(
                "%(count)s: %(kinds)s", count=len(files), kinds=", ".join(kinds)) if files else False

    def _dispatch_files(self):
        """What goes beside these invoices: NF-e, events and boletos; those with warnings wait for a look at each."""
        files = self._dispatch_ours().dispatch_file_ids
        return files.filtered(lambda file: file._dispatch_type_code() and not file._dispatch_warnings()
                              and not file._dispatch_blocking_reason(file._dispatch_type_code()))

    def _dispatch_get_beside(self):
        return self._dispatch_files() if self.dispatch_with_files else super()._dispatch_get_beside()
