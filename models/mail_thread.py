from odoo import api, models

from ..tools.dsn import read_report


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Let the recipient know that his mail came back; core counts it on the partner."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        # sudo: the mail gateway acts for nobody, the row belongs to the worker
        self.env["document.dispatch.recipient"].sudo()._receive_report(
            message_dict["bounced_msg_ids"] or [], message_dict["bounced_email"], read_report(email_message),
        )
        return result
