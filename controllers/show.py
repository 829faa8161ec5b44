from odoo import http
from odoo.http import request

from .private import Guard, nothing_there, secret_route, visitor

PAGE = "/dispatch/show/<dispatch_id:recipient_id>/<string:token>"


class DocumentDispatchShow(Guard, http.Controller):
    """Shows what was sent to one recipient, and nothing more: nobody accepts or pays here."""

    @secret_route(PAGE)
    def show(self, recipient_id, token, **_others):
        """The page with the files that were sent."""
        recipient = self._find(recipient_id, token)
        dispatch = recipient.dispatch_id
        if seen := visitor():
            dispatch._document()._dispatch_note_opened(**seen)
        return request.render("document_dispatch.show_page", {
            "dispatch": dispatch, "recipient": recipient, "files": self._files(dispatch), "token": token,
            "company": dispatch.company_id, "res_company": dispatch.company_id,
        })

    @secret_route(f"{PAGE}/<dispatch_id:file_id>")
    def file(self, recipient_id, token, file_id, **_others):
        """One of these files."""
        recipient = self._find(recipient_id, token)
        file = self._files(recipient.dispatch_id).filtered(lambda file: file.id == file_id)
        if not file:
            raise nothing_there()
        stream = request.env["ir.binary"]._get_stream_from(file)
        return stream.get_response(as_attachment=file.mimetype != "application/pdf")

    def _find(self, recipient_id, token):
        """The recipient with this token; one answer for “wrong”, “old”, “expired” and “not there”."""
        self._check_blocked()
        # sudo: the token is the right to see what this recipient was sent
        recipient = request.env["document.dispatch.recipient"].sudo().browse(recipient_id)
        if not recipient._check_show_token(token):
            self._turn_away(f"show {recipient_id}")
        lang = recipient.lang or request.env.lang
        request.update_context(lang=lang)
        return recipient.with_context(lang=lang)

    def _files(self, dispatch):
        return dispatch.attachment_ids
