from odoo import api, models


class AccountJournal(models.Model):
    """A journal that document types are narrowed by."""

    _inherit = "account.journal"

    @api.ondelete(at_uninstall=False)
    def _unlink_not_of_dispatch_types(self):
        self.env["document.dispatch.type"]._check_narrows_none("journal_id", self)
