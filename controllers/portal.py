from contextlib import suppress

from odoo import http
from odoo.addons.account.controllers.download_docs import AccountDocumentDownloadController
from odoo.addons.account.controllers.portal import PortalAccount
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from .private import not_yet, visitor


def check_shown(moves):
    """Raise the answer for customers where one of these invoices has to be taken by a network first.

    :param moves: ``account.move`` that they may see
    """
    # sudo: what a network said of it is for nobody outside; whether it is shown follows from it
    if not request.env.user._is_internal() and any(move._dispatch_page_blocking_reason() for move in moves.sudo()):
        raise not_yet(framed=True)  # Odoo's page shows the invoice in a frame


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
                check_shown(self._document_check_access("account.move", invoice_id, access_token))
        return super().portal_my_invoice_detail(
            invoice_id, access_token=access_token, report_type=report_type, download=download, **kw)


class DocumentDispatchDownloads(AccountDocumentDownloadController):
    """Files of invoices: customers who log in get none before it counts."""

    @http.route()
    def download_invoice_attachments(self, attachments):
        attachments.check_access("read")
        check_shown(request.env["account.move"].browse(set(attachments.mapped("res_id"))))
        return super().download_invoice_attachments(attachments)

    @http.route()
    def download_invoice_documents_filetype(self, invoices, filetype, allow_fallback=True):
        check_shown(invoices)
        return super().download_invoice_documents_filetype(invoices, filetype, allow_fallback=allow_fallback)

    @http.route()
    def download_move_attachments(self, moves):
        check_shown(moves)
        return super().download_move_attachments(moves)
