from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.pdf import reader as pdf_reader


class DocumentDispatchFileUnlock(models.TransientModel):
    """Asks for the password of a PDF on an invoice."""

    _name = "document.dispatch.file.unlock"
    _description = "File Password"

    file_id = fields.Many2one("document.dispatch.file", required=True, ondelete="cascade")
    # in no table: it is used where it is written
    password = fields.Char(compute="_compute_password", inverse="_inverse_password", store=False, readonly=False)

    def _compute_password(self):
        self.password = False

    def _inverse_password(self):
        for window in self.filtered("password"):
            window._unlock(window.password)

    def _unlock(self, password):
        file = self.file_id
        file.check_access("read")
        file.move_id.check_access("write")
        if file.reference != pdf_reader.PASSWORD:
            raise UserError(self.env._("This file is not password-protected."))
        file.sudo()._unlock(password)  # sudo: the records are the system's; the invoice was checked

    def action_unlock(self):
        """The file is read: nothing is left to do."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}
