from email.utils import getaddresses

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import hmac

from ...tools.mail import envelope

#: Purpose of the token, so that none made for something else is one (odoo.tools.hmac)
SCOPE = "document_dispatch.bounce"


class MailAliasDomain(models.Model):
    """An address for the bounces of each mail (VERP), where the way back was tried.

    Whether a mail system brings ``bounce+…@`` to the mailbox of ``bounce@`` is its own affair, and where it does not,
    bounces are lost that came before. So it is used only after a mail to such an address has come in.
    """

    _inherit = "mail.alias.domain"

    dispatch_bounce_extension = fields.Boolean(
        string="Bounce address per document", readonly=True, copy=False,
        help="Bounces are assigned to their e-mail by address, even if a mail server has changed everything else. "
             "Enabled once a test e-mail to such an address has been received.",
    )

    def write(self, vals):
        # another address: nobody knows about the way back
        if vals.keys() & {"name", "bounce_alias"}:
            vals = {**vals, "dispatch_bounce_extension": False}
        return super().write(vals)

    def _dispatch_bounce_token(self, number):
        """The token of a recipient's mails, or (number 0) of the domain's trial mail."""
        # sudo: the database's secret, of which nothing is told
        return hmac(self.env(su=True), SCOPE, (number, 0 if number else self.id))

    @api.model
    def _dispatch_bounce_address(self, bounce_email, recipient_id):
        """The sender for the envelopes of a recipient's mails; empty where it is the one for all bounces.

        :param str bounce_email: the sender that Odoo would take
        """
        name, at, domain = (bounce_email or "").partition("@")
        own_and_tried = [("bounce_alias", "=", name), ("name", "=", domain), ("dispatch_bounce_extension", "=", True)]
        if not at or not self.search_count(own_and_tried, limit=1):
            return ""
        return envelope.extend(bounce_email, recipient_id, self._dispatch_bounce_token(recipient_id))

    @api.model
    def _dispatch_bounced(self, message_dict):
        """Find out by its address whose mail came back.

        :param dict message_dict: a mail that came in, see ``mail.thread.message_parse``
        :return: whether it came to an address for bounces; the recipient that it proves; the domain whose trial mail
            it proves
        """
        domains = {domain.bounce_email.lower(): domain for domain in self.search([]) if domain.bounce_email}
        emails = [email for _name, email in getaddresses([message_dict.get("recipients") or ""])]
        found = envelope.split(emails, domains)
        for bounce_email, number, token in found:
            domain = domains[bounce_email]
            if token and envelope.proves(token, domain._dispatch_bounce_token(number)):
                recipient = self.env["document.dispatch.recipient"].browse(number or []).exists()
                return True, recipient, self.browse() if number else domain
        return bool(found), self.env["document.dispatch.recipient"], self.browse()

    def action_dispatch_try_extension(self):
        """Send a mail to an address for bounces; when it comes in, such addresses are used."""
        self.ensure_one()
        self.check_access("write")
        address = envelope.extend(self.bounce_email, 0, self._dispatch_bounce_token(0))
        if not address:
            raise UserError(self.env._("The bounce alias is too long for a bounce address per document."))
        server = self.env["ir.mail_server"]
        message = server._build_email__(
            email_from=address, email_to=[address], subject=self.env._("Test of the bounce address"),
            body=self.env._("Once this e-mail is received, bounces of documents are returned to addresses like this "
                            "one."),
            headers={"Return-Path": address, "Auto-Submitted": "auto-generated"},
        )
        try:
            server.with_context(domain_bounce_address=address).send_email(message)
        except Exception as error:
            raise UserError(self.env._("The mail server did not accept the test e-mail: %s", error)) from error
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"type": "info", "sticky": True, "message": self.env._(
                "An e-mail was sent to %s. Once Odoo has fetched it, each document gets its own bounce address. If "
                "this does not happen, your mail system does not support such addresses, and nothing "
                "changes.", address)},
        }

    def action_dispatch_stop_extension(self):
        """Let all bounces come to the one address again; what is on its way is still understood."""
        self.dispatch_bounce_extension = False
