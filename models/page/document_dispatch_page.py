import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models

from ...tools.page import links


class DocumentDispatchPage(models.Model):
    """One link to a customer's page, as it stands in one mail.

    Each mail has a token of its own, of which only the hash is kept: whoever reads the database, or a copy
    of it, cannot open the page. For the same reason the link is put into the mail when it is handed over
    (``mail.mail._prepare_outgoing_body``), and stands in no text that is kept.
    """

    _name = "document.dispatch.page"
    _inherit = ["document.dispatch.system"]
    _description = "Customer Page Link"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True, index=True,
                                 ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    recipient_id = fields.Many2one(
        "document.dispatch.recipient", readonly=True, index="btree_not_null", ondelete="cascade",
        help="The e-mail that contains the link. Empty: it was created from the contact form.",
    )
    lang = fields.Char(string="Language", readonly=True)
    token_hash = fields.Char(required=True, readonly=True, help="SHA-256 of the token; the token itself is not "
                                                                "stored.")

    # ------------------------------------------------------------------
    # Making links
    # ------------------------------------------------------------------

    @api.model
    def _make__(self, partner, company, lang, recipient=None):
        """Make a link to the page of this customer and return its path, which nobody can find out later.

        :param partner: the commercial entity
        :param company: at which the page looks
        :param str lang: code of the language of the page
        :param recipient: in whose mail it stands; ``None``: a person makes it
        """
        token = secrets.token_urlsafe(32)
        # sudo: the links are the system's
        link = self.sudo().create({
            "partner_id": partner.id, "company_id": company.id, "lang": lang, "token_hash": self._hash(token),
            "recipient_id": recipient.id if recipient else False,
        })
        return f"/dispatch/page/{link.id}/{token}"

    @api.model
    def _hash(self, token):
        # without salt and stretching: nobody guesses 256 random bits
        return hashlib.sha256(links.encode(token)).hexdigest()

    # ------------------------------------------------------------------
    # Following them
    # ------------------------------------------------------------------

    @api.model
    def _find(self, link_id, token):
        """The link with this number and token that still opens; empty for a wrong, an old and a missing one.

        Compared in constant time, whether there is such a link or not.
        """
        # sudo: the token is the right to see this customer's page
        link = self.sudo().browse(link_id).exists()
        right = links.same(link.token_hash if link else "0" * 64, self._hash(token))
        return link if right and link and link._opens() else self.browse()

    def _opens(self):
        """Tell whether there is a page behind this link today."""
        partner, company = self.partner_id, self.company_id
        return (
            company.active and company.dispatch_customer_page and partner.active
            and partner.commercial_partner_id == partner and not self._is_expired()
        )

    def _is_expired(self):
        days = self.company_id.dispatch_page_days
        return days > 0 and self.create_date + timedelta(days=days) < fields.Datetime.now()

    def _is_customers_own(self):
        """Tell whether only the customer can have this link: nobody of the house made it, or got the mail."""
        recipient = self.recipient_id
        return bool(recipient) and recipient._reaches_customer_only()

    def _customer(self):
        """The customer, in their company and the language of the mail."""
        lang = self.lang or self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang
        return self.partner_id.with_company(self.company_id).with_context(
            lang=lang, allowed_company_ids=self.company_id.ids)

    def _note_opened(self, ip, user_agent):
        """Keep on the mail's recipient when the page was first opened by its link."""
        recipient = self.recipient_id
        if recipient and not recipient.page_opened_date and not recipient.dispatch_id.rehearsal:
            # of several who share the mail it was somebody
            recipient._same_mail()._with_bundled()._with_system_write().write({
                "page_opened_date": fields.Datetime.now(), "page_opened_ip": ip, "page_opened_agent": user_agent,
            })

    @api.autovacuum
    def _gc(self):
        """Links that do not open any more are kept no longer."""
        for company in self.env["res.company"].search([("dispatch_page_days", ">", 0)]):
            limit = fields.Datetime.now() - timedelta(days=company.dispatch_page_days)
            self.search([("company_id", "=", company.id), ("create_date", "<", limit)]).unlink()
