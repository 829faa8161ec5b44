from odoo import models


class DocumentDispatch(models.Model):
    """Documents that a person sends from a program of their own: the house only writes the text."""

    _inherit = "document.dispatch"

    def action_open_whatsapp(self):
        """Open WhatsApp once more, with the text and a new link."""
        self.ensure_one()
        self._check_handed()
        self._channel()._check_offers("open_whatsapp", self)
        return self._document()._dispatch_whatsapp_action()
