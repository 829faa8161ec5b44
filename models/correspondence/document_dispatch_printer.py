from odoo import api, models

from ...tools.pdf import merge as pdf_merge

#: Letters that are made and merged in one transaction: short, alike, and drawn together
BLOCK = 40


class DocumentDispatchPrinter(models.AbstractModel):
    """Letters are printed in larger blocks, and with less ado: to start and to end one takes longer than a letter."""

    _inherit = "document.dispatch.printer"

    @api.model
    def _block_size(self, dispatches):
        return BLOCK if self._are_letters(dispatches) else super()._block_size(dispatches)

    def _check_files(self, contents, dispatches):
        if not self._are_letters(dispatches):
            super()._check_files(contents, dispatches)
            return
        for content in contents:
            pdf_merge.read(content)  # in this process: wkhtmltopdf has just drawn it

    @staticmethod
    def _are_letters(dispatches):
        return set(dispatches.mapped("res_model")) == {"document.letter"}
