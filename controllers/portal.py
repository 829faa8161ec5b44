from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.http import request


class DocumentDispatchPortal(CustomerPortal):
    """The customer's pages of Odoo, where documents are opened."""

    def _document_check_access(self, model_name, document_id, access_token=None):
        """Whoever comes by the link of the mail has opened the document."""
        document = super()._document_check_access(model_name, document_id, access_token=access_token)
        preview = request.httprequest.headers.get("Odoo-Link-Preview") == "True"  # as core (sale, portal_order_page)
        if access_token and request.env.user.share and not preview and "dispatch_opened_date" in document._fields:
            document._dispatch_note_opened(request.httprequest.remote_addr)
        return document
