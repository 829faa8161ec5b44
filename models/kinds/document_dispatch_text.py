from odoo import api, models
from odoo.fields import Domain

from .document_dispatch_type import RECORDS


class DocumentDispatchText(models.Model):
    """Texts for records of other apps: who reads one kind of them reads the texts of that kind."""

    _inherit = "document.dispatch.text"

    @api.model
    def _get_document_access_domain(self, model, operation, narrow=Domain.TRUE):
        access = super()._get_document_access_domain
        if model not in self.env:
            return Domain.FALSE  # its app was uninstalled
        if model != RECORDS or not narrow.is_true():
            return access(model, operation, narrow)
        sources = [source for source in self.env["document.dispatch.type"]._get_sources() if source in self.env]
        return Domain.OR(
            Domain("type_id.source_model", "=", source)
            & access(model, operation, Domain("res_model", "=", source))
            for source in sources
        )
