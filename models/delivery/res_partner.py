from odoo import models

from .document_dispatch_mail_preview import LOOKING


class ResPartner(models.Model):
    """A customer whose mail is only looked at."""

    _inherit = "res.partner"

    def signup_prepare(self, signup_type="signup"):
        """Nothing is written of who may sign up by the link in a mail that does not go."""
        if self.env.context.get("dispatch_looking") is LOOKING:
            return None
        return super().signup_prepare(signup_type)
