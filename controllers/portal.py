from odoo.addons.portal.controllers.portal import CustomerPortal

from .private import visitor


class DocumentDispatchPortal(CustomerPortal):
    """The customer's pages of Odoo, where documents are opened."""

    def _document_check_access(self, model_name, document_id, access_token=None):
        """Whoever comes by the link of the mail has opened the document."""
        if not (access_token or "").isascii():
            access_token = None  # a wrong one: core fails when it compares it
        document = super()._document_check_access(model_name, document_id, access_token=access_token)
        if access_token and "dispatch_opened_date" in document._fields and (seen := visitor()):
            document._dispatch_note_opened(**seen)
        return document
