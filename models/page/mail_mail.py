from odoo import models

from ...tools.dispatch.steering import OutgoingMail
from ...tools.page import links


class MailMail(models.Model):
    """Secret links are put in where a mail leaves."""

    _inherit = "mail.mail"

    def _prepare_outgoing_body(self):
        """Put the real links where their places are, on the way out only."""
        body = super()._prepare_outgoing_body()
        outgoing = OutgoingMail.of(self.env)
        return links.put_in(body, outgoing and outgoing.links)
