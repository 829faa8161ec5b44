from odoo import fields, models
from odoo.tools import consteq, hmac

from ...tools.page import links

#: Purpose of the seal, so that no other signature is one (odoo.tools.hmac)
SCOPE = "document_dispatch-seal"


class MailMail(models.Model):
    """The links in mails that tell customers what was declared."""

    _inherit = "mail.mail"

    dispatch_seal = fields.Char(
        string="Seal of the customer's links", readonly=True, copy=False,
        help="Only e-mails created by the customer page contain the customer's links, not those sent manually with "
             "the same template.",
    )

    def _dispatch_put_seal__(self):
        for mail in self:
            mail.dispatch_seal = mail._dispatch_make_seal__()

    def _dispatch_make_seal__(self):
        # superuser: the key of the database signs it, nobody reads that
        return hmac(self.env(su=True), SCOPE, (self.id, self.email_to))

    def _prepare_outgoing_body(self):
        """Put the customer's links where their places are, on the way out only."""
        body = super()._prepare_outgoing_body()
        if not self.dispatch_seal or not consteq(self.dispatch_seal, self._dispatch_make_seal__()):
            return body
        # sudo: the mail was made by the entry
        entry = self.env["document.consent"].sudo().browse(self.res_id).exists()
        return links.put_in(body, entry._mail_links__()) if entry else body
