from odoo import http
from odoo.http import request

from ..models.setup.document_dispatch_home_address import HERE


class DocumentDispatchHere(http.Controller):
    """Which database is here: asked by the addon itself, at the address that its reports load from."""

    @http.route(f"{HERE}/<string(length=32):nonce>", type="http", auth="public", methods=["GET"], save_session=False)
    def here(self, nonce):
        """An answer that only this database knows, and nothing else."""
        # sudo: only administrators may read it
        answer = request.env["document.dispatch.home"].sudo()._answer_here(nonce)
        return request.make_response(answer, [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
