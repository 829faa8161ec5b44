from odoo import models


class MailScheduledMessage(models.Model):
    """A quotation that is sent later."""

    _inherit = "mail.scheduled.message"

    def _notification_parameters_whitelist(self):
        """Addresses that were typed into the window stay with a quotation that is sent later."""
        return super()._notification_parameters_whitelist() | {"outgoing_email_to"}
