from odoo import fields, models


class DocumentDispatchType(models.Model):
    """NFS-e and their events."""

    _inherit = "document.dispatch.type"

    code = fields.Selection(
        selection_add=[("nfse", "NFS-e"), ("nfse_event", "Event of an NFS-e"), ("boleto",)],
        ondelete={"nfse": "cascade", "nfse_event": "cascade"},
    )
