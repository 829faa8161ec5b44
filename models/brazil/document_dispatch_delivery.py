from odoo import models
from odoo.fields import Domain


class DocumentDispatchDelivery(models.AbstractModel):
    """A file waits for its page, or for its new content to be read."""

    _inherit = "document.dispatch.delivery"

    def _get_waiting_domain(self):
        unread = Domain("danfe_state", "=", "waiting") | Domain("reading", "=", True)
        return super()._get_waiting_domain() | Domain("file_id", "any", unread)
