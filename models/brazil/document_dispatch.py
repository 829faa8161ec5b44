from odoo import api, fields, models


class DocumentDispatch(models.Model):
    """The NF-e, NFS-e or boleto that a dispatch is of, and its invoice."""

    _inherit = "document.dispatch"

    file_id = fields.Many2one(
        "document.dispatch.file", compute="_compute_document_links", store=True, index="btree_not_null",
        ondelete="set null", string="NF-e or boleto",
    )

    @api.model
    def _get_document_links(self):
        return {**super()._get_document_links(), "file_id": "document.dispatch.file"}

    def _compute_document_links(self):
        result = super()._compute_document_links()
        for dispatch in self.filtered("file_id"):
            # sudo: the invoice of a file is where the log of both is looked for
            dispatch.move_id = dispatch.file_id.sudo().move_id
        return result
