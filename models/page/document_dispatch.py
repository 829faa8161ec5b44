from odoo import api, fields, models
from odoo.fields import Domain

from .document_dispatch_recipient import OPENED


class DocumentDispatch(models.Model):
    """What the customer opened of a dispatch."""

    _inherit = "document.dispatch"

    document_opened_date = fields.Datetime(
        string="Document opened", compute="_compute_document_opened", search="_search_document_opened",
        help="When the document was first opened in a browser, by its link or on the customer page. Mail scanners "
             "that identify themselves do not count, others do: this is an indication, not a proof.",
    )
    document_opened_ip = fields.Char(
        string="Document opened from", compute="_compute_document_opened",
        groups="document_dispatch.group_dispatch_manager")
    document_opened_agent = fields.Char(
        string="Document opened with", compute="_compute_document_opened",
        groups="document_dispatch.group_dispatch_manager")
    page_opened_date = fields.Datetime(
        compute="_compute_page_opened", search="_search_page_opened", string="Page opened", help=OPENED)

    @api.depends("res_model", "res_id")
    def _compute_document_opened(self):
        for model, dispatches in self.grouped("res_model").items():
            # sudo: whoever sees the dispatch sees what became of it; the rights on the fields are these fields'
            documents = self.env[model].sudo().browse(dispatches.mapped("res_id")).exists()
            by_id = {document.id: document for document in documents}  # they are read together
            for dispatch in dispatches:
                document = by_id.get(dispatch.res_id, documents.browse())
                dispatch.document_opened_date = document.dispatch_opened_date
                dispatch.document_opened_ip = document.dispatch_opened_ip
                dispatch.document_opened_agent = document.dispatch_opened_agent

    @api.model
    def _search_document_opened(self, operator, value):
        return Domain.OR(
            Domain("res_model", "=", model) & Domain(
                # sudo: see above
                "res_id", "in", self.env[model].sudo()._search([("dispatch_opened_date", operator, value)]))
            for model in self._get_dispatched_models()
        )

    @api.depends("recipient_ids.page_opened_date", "bundle_id")
    def _compute_page_opened(self):
        for dispatch in self:
            opened = [day for day in dispatch.recipient_ids.mapped("page_opened_date") if day]
            dispatch.page_opened_date = min(opened, default=False)

    @api.model
    def _search_page_opened(self, operator, value):
        if operator in ("=", "in") and not any(value if isinstance(value, (list, set, tuple)) else [value]):
            return Domain("recipient_ids", "not any", [("page_opened_date", "!=", False)])
        return Domain("recipient_ids", "any", [("page_opened_date", operator, value)])
