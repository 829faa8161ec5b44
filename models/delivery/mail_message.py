from odoo import api, models

from ...tools.dispatch.steering import OutgoingMail, SendRequest
from ...tools.mail import addresses


class MailMessage(models.Model):
    """The Message-ID of what is sent."""

    _inherit = "mail.message"

    @api.model
    def _get_message_id(self, values):
        """Let the Message-ID of what is being sent end with the sender's domain.

        Core ends it with ``socket.gethostname()`` (``tools.mail.generate_tracking_message_id``), which
        outside of the house is no domain, and tells what the machine is called inside.
        """
        message_id = super()._get_message_id(values)
        request = SendRequest.of(self.env)
        if not (OutgoingMail.of(self.env) or request and request.posting):
            return message_id
        sender = addresses.parse(values.get("email_from")).emails
        return f"{message_id.partition('@')[0]}@{sender[0].partition('@')[2]}>" if sender else message_id
