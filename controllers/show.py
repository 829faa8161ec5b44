from odoo import http
from odoo.http import request

from .private import FRONTEND, keep_private, nothing_there, visitor


class DocumentDispatchShow(http.Controller):
    """Shows what was sent to one recipient, and nothing more: nobody accepts or pays here."""

    @http.route("/dispatch/show/<int:recipient_id>/<string:token>", type="http", auth="public", methods=["GET"],
                **FRONTEND)
    def show(self, recipient_id, token):
        """The page with the files that were sent."""
        recipient = self._find(recipient_id, token)
        if not recipient:
            raise nothing_there()
        dispatch = recipient.dispatch_id
        if seen := visitor():
            dispatch._document()._dispatch_note_opened(**seen)
        return keep_private(request.render("document_dispatch.show_page", {
            "dispatch": dispatch, "recipient": recipient, "files": self._files(dispatch), "token": token,
            "company": dispatch.company_id, "res_company": dispatch.company_id,
        }))

    @http.route("/dispatch/show/<int:recipient_id>/<string:token>/<int:file_id>", type="http", auth="public",
                methods=["GET"], sitemap=False)
    def file(self, recipient_id, token, file_id):
        """One of these files."""
        recipient = self._find(recipient_id, token)
        file = recipient and self._files(recipient.dispatch_id).filtered(lambda file: file.id == file_id)
        if not file:
            raise nothing_there()
        stream = request.env["ir.binary"]._get_stream_from(file)
        return keep_private(stream.get_response(as_attachment=file.mimetype != "application/pdf"))

    def _find(self, recipient_id, token):
        """The recipient with this token; one answer for “wrong” and “not there”."""
        # sudo: the token is the right to see what this recipient was sent
        recipient = request.env["document.dispatch.recipient"].sudo().browse(recipient_id)
        if not recipient._check_show_token(token) or recipient.dispatch_id.state == "cancelled":
            return None
        return recipient.with_context(lang=recipient.lang or request.env.lang)

    def _files(self, dispatch):
        return dispatch.attachment_ids
