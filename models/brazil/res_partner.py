from odoo import api, models
from odoo.fields import Domain

from .document_dispatch_file_checks import HELD


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _dispatch_page_files(self, moves):
        """NF-e and boletos that can be sent."""
        files = self.env["document.dispatch.file"].search(
            Domain("move_id", "in", moves.ids) & Domain("kind", "in", ("nfe", "boleto")))
        return files.filtered(lambda file: file.state not in HELD).grouped("move_id")
