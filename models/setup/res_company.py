from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import formataddr

from ...tools.mail import addresses
from ..delivery.document_dispatch_mailer import Sessions


class ResCompany(models.Model):
    """What a company tries and decides before its first document goes."""

    _inherit = "res.company"

    dispatch_general_address = fields.Boolean(
        string="Use general addresses",
        help="Documents are meant to go to the general address of each customer. A contact that is ticked for a kind "
        "of document still gets it instead.",
    )
    # What came of the last test mail
    dispatch_test_state = fields.Selection(
        [("sent", "Accepted"), ("deferred", "Not accepted for now"), ("failed", "Refused"), ("unknown", "Unknown")],
        string="Test mail", readonly=True, copy=False,
    )
    dispatch_test_date = fields.Datetime(readonly=True, copy=False)
    dispatch_test_email = fields.Char(readonly=True, copy=False, groups="base.group_user")
    dispatch_test_reply = fields.Char(
        readonly=True, copy=False, groups="base.group_user", help="What the mail server said.")
    dispatch_test_server_id = fields.Many2one(
        "ir.mail_server", readonly=True, copy=False, groups="base.group_user", ondelete="set null")

    def _dispatch_send_test(self, user):
        """Send a test mail to the user's own address, the way documents go, and keep what the server answered."""
        self.ensure_one()
        parsed = addresses.parse(user.email)
        if not parsed.valid:
            raise UserError(self.env._("You have no e-mail address: write one into your preferences first."))
        if not self.email:
            raise UserError(self.env._("%s has no e-mail address to send from: write one first.", self.name))
        sessions, mailer = Sessions(insist=True), self.env["document.dispatch.mailer"]
        try:
            outcome = mailer._hand_over(
                self.env["document.dispatch.recipient"], self._dispatch_prepare_test(parsed.valid[0].email), sessions)
        finally:
            sessions.close()
        # sudo: accounts are for administrators to read
        server = self.env["ir.mail_server"].sudo().browse(sessions.chosen_server() or ())
        mailer._note_account(server, outcome)
        # sudo: who sets up the sending may not edit companies
        self.sudo().write({
            "dispatch_test_state": outcome.state, "dispatch_test_date": fields.Datetime.now(),
            "dispatch_test_email": parsed.valid[0].email, "dispatch_test_reply": outcome.reply,
            "dispatch_test_server_id": server.id,
        })

    def _dispatch_prepare_test(self, email):
        """The mail, from the account and the sender of the company's invoices."""
        invoice = self.env["document.dispatch.type"]._get_by_code(["invoice"], self).get("invoice")
        # sudo: to use, not to read
        account = self.env["ir.mail_server"].sudo()
        if invoice:
            account = self.env["account.move"]._dispatch_choose_account(invoice, invoice.mail_template_id).sudo()
        address = account._dispatch_address()
        return {
            "subject": self.env._("Test mail of %s", self.name),
            "body_html": Markup("<p>%s</p>") % self.env._(
                "This mail went the way that invoices and other documents go. If you read it, they arrive."),
            "email_from": formataddr((self.name, address)) if address else self.email_formatted,
            "email_to": email, "auto_delete": True,
            "mail_server_id": account.id,
            "record_company_id": self.id, "record_alias_domain_id": self.alias_domain_id.id,
        }

    # ------------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------------

    def _dispatch_unreachable_domain(self):
        """Customers without an address, and without one for invoices: their documents go to the paper tray."""
        invoice_address = [("type", "=", "invoice"), ("email", "!=", False)]
        return self.env["res.partner"]._dispatch_customer_domain(self) & Domain([
            ("email", "=", False), ("child_ids", "not any", invoice_address),
        ])
