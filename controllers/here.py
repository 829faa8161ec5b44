from odoo import http
from odoo.http import request

from ..models.setup.document_dispatch_home_address import HERE
from .private import secret_route


class DocumentDispatchHere(http.Controller):
    """Which database is here: asked by the addon itself, at the address that its reports load from."""

    # without a user: it asks who is there, and nobody's data
    @secret_route(f"{HERE}/<string(length=32):nonce>", auth="none", website=False, save_session=False)
    def here(self, nonce):
        """An answer that only this database knows, and nothing else."""
        # sudo: only administrators may read it
        answer = request.env["document.dispatch.home"].sudo()._answer_here(nonce)
        return request.make_response(answer, [("Content-Type", "text/plain")])
