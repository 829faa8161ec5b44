from contextlib import suppress

from odoo import http
from odoo.addons.account.controllers.portal import PortalAccount
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from .private import not_yet, visitor


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


class DocumentDispatchPortalInvoice(PortalAccount):
    """An invoice on Odoo's pages: no picture of it before it counts."""

    @http.route()
    def portal_my_invoice_detail(self, invoice_id, access_token=None, report_type=None, download=False, **kw):
        if report_type:
            with suppress(AccessError, MissingError):  # core says so
                invoice = self._document_check_access("account.move", invoice_id, access_token)
                if invoice._dispatch_page_blocking_reason() and not request.env.user._is_internal():
                    raise not_yet(framed=True)  # Odoo's page shows the invoice in a frame
        return super().portal_my_invoice_detail(
            invoice_id, access_token=access_token, report_type=report_type, download=download, **kw)
