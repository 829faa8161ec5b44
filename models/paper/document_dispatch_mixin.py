from odoo import models


class DocumentDispatchMixin(models.AbstractModel):
    _inherit = "document.dispatch.mixin"

    def _dispatch_printed(self):
        """These documents were printed; nobody has them yet."""

    def _dispatch_not_sent_by_post(self):
        """Somebody takes back that these documents were sent by post, and nobody has them by mail."""
        self._dispatch_came_back()

    def _dispatch_date(self):
        """The date that stands on this document."""
        raise NotImplementedError(self._name)

    def _dispatch_enclosure(self):
        """What a cover letter says of this document, in the language of the context."""
        return {
            "kind": self.dispatch_kind, "name": self._dispatch_name(), "date": self._dispatch_date(),
            "amount": self.amount_total, "currency": self.currency_id,
        }
