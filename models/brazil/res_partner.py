from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _dispatch_page_files(self, moves):
        """NF-e and boletos that can be sent."""
        files = self.env["document.dispatch.file"].search(
            Domain("move_id", "in", moves.ids) & Domain("kind", "in", ("nfe", "boleto")))
        return files.filtered(lambda file: not file._is_held()).grouped("move_id")
