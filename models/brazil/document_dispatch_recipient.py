from odoo import fields, models


class DocumentDispatchRecipient(models.Model):
    """Why somebody gets an NFS-e."""

    _inherit = "document.dispatch.recipient"

    reason = fields.Selection(
        selection_add=[("flag_nfse", "NFS-e flag on the contact"), ("flag_financial",)],
        ondelete={"flag_nfse": "set default"},
    )
