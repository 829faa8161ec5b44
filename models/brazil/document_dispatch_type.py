from odoo import api, fields, models


class DocumentDispatchType(models.Model):
    """NF-e, NFS-e, their events, and boletos; they go beside an invoice, and are narrowed by its journal."""

    _inherit = "document.dispatch.type"

    code = fields.Selection(
        selection_add=[
            ("nfe", "NF-e"), ("nfe_event", "Event of an NF-e"), ("nfse", "NFS-e"),
            ("nfse_event", "Event of an NFS-e"), ("boleto", "Boleto"), ("quotation",),
        ],
        ondelete={
            "nfe": "cascade", "nfe_event": "cascade", "nfse": "cascade", "nfse_event": "cascade", "boleto": "cascade",
        },
    )

    @api.model
    def _get_narrowing_models(self):
        models_by_field = super()._get_narrowing_models()
        return {**models_by_field, "journal_id": (*models_by_field["journal_id"], "document.dispatch.file")}
