from odoo import models

from ...tools.mail import addresses


class IrMailServer(models.Model):
    """The account as a sender."""

    _inherit = "ir.mail_server"

    def _dispatch_address(self):
        """The address that mails of this account come from, if it has one of its own."""
        for text in (self.from_filter, self.smtp_user):
            parsed = addresses.parse(text)
            if len(parsed.valid) == 1 and not parsed.invalid:
                return parsed.valid[0].email
        return False
