from odoo import api, fields, models
from odoo.tools import hmac

from ...tools.consent import consent
from ...tools.page import links
from ..page.document_dispatch_place import CONSENT, make_place
from .document_consent_address import STEPS

#: Purpose of the token, so that none made for something else opens the page (odoo.tools.hmac)
SCOPE = "document_dispatch-consent"
#: The same of a link on paper, which the house has had in its hands
PAPER = "document_dispatch-consent-paper"


class ResPartner(models.Model):
    """The customer's own page, where they say how documents reach them."""

    _inherit = "res.partner"

    dispatch_address_request_id = fields.Many2one(
        "document.consent", string="New address requested", compute="_compute_dispatch_address_request",
        groups="document_dispatch.group_dispatch_user",
    )
    dispatch_new_email = fields.Char(
        string="New address", compute="_compute_dispatch_address_state", compute_sudo=True,
        groups="document_dispatch.group_dispatch_user",
    )
    dispatch_address_state = fields.Selection(
        STEPS, string="Status of the change", compute="_compute_dispatch_address_state", compute_sudo=True,
        groups="document_dispatch.group_dispatch_user",
    )

    @api.depends("consent_ids")
    def _compute_dispatch_address_request(self):
        for partner in self:
            partner.dispatch_address_request_id = self.env["document.consent"]._open_request(
                partner.commercial_partner_id._origin)

    @api.depends("dispatch_address_request_id")  # what it asks for never changes, and need not be searched for
    def _compute_dispatch_address_state(self):
        for partner in self:
            partner.dispatch_new_email = partner.dispatch_address_request_id.new_email
            partner.dispatch_address_state = partner.dispatch_address_request_id.address_state

    # ------------------------------------------------------------------
    # The link
    # ------------------------------------------------------------------

    def _dispatch_consent_url(self, company):
        """What stands in texts for the link to the customer's page in the name of ``company``."""
        customer = self.commercial_partner_id
        return f"{customer.get_base_url()}{customer._dispatch_consent_place(company)}"

    def _dispatch_consent_place(self, company):
        return make_place(self.env, CONSENT, company.id, self.commercial_partner_id.id)

    def _dispatch_consent_url__(self, company, paper=False):
        """The link itself, for the customer's eyes only.

        :param bool paper: the one that is printed; what is said by it counts as said by letter
        """
        return f"{self.commercial_partner_id.get_base_url()}{self._dispatch_consent_path__(company, paper)}"

    def _dispatch_consent_path__(self, company, paper=False):
        customer = self.commercial_partner_id
        token = customer._dispatch_consent_token__(company, PAPER if paper else SCOPE)
        return f"/dispatch/consent/{company.id}/{customer.id}/{token}"

    def _dispatch_consent_token__(self, company, scope):
        # sudo: the key of the database signs it, with the customer's secret
        return hmac(self.env(su=True), scope, (company.id, self.id, self.sudo().dispatch_token or ""))

    @api.model
    def _dispatch_consent_find(self, company_id, partner_id, token):
        """What a link opens: ``(company, partner, channel)``, or ``None`` for a wrong one.

        Compared in constant time, whether there is such a customer or not. ``channel``: how what is said there was
        said, see ``document.consent``.

        :param int company_id: as in the link
        :param int partner_id: as in the link
        :param str token: as in the link
        """
        # sudo: the token is the right to see this page
        company = self.env["res.company"].sudo().browse(company_id).exists()
        partner = self.sudo().browse(partner_id).exists()
        exists = company and partner and partner.commercial_partner_id == partner
        channels = {
            channel: links.same(partner._dispatch_consent_token__(company, scope) if exists else "0" * 64, token)
            for channel, scope in (("page", SCOPE), ("letter", PAPER))
        }
        channel = next((channel for channel, right in channels.items() if right), None)
        if not exists or not channel:
            return None
        lang = partner.lang or company.partner_id.lang or self.env.lang
        partner = partner.with_company(company).with_context(lang=lang)
        return company.with_env(partner.env), partner, channel

    def action_dispatch_view_consent(self):
        """Open the customer's entries in the ledger."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_consent_action")
        customer = self.commercial_partner_id
        return {**action, "domain": [("partner_id", "=", customer.id)], "context": {"default_partner_id": customer.id}}

    def action_dispatch_use_address(self):
        """A clerk checked the new address: see ``document.consent.action_use_address``."""
        return self.dispatch_address_request_id.action_use_address()

    def action_dispatch_discard_address(self):
        """It is not the customer's."""
        return self.dispatch_address_request_id.action_discard_address()

    # ------------------------------------------------------------------
    # What the page says
    # ------------------------------------------------------------------

    def _dispatch_consent_emails(self):
        """Where documents go now, addresses of the customer and their contacts only, without doubles."""
        directory = self._dispatch_directory()
        roles = self.env["document.dispatch.role"]._get_codes()
        chosen = {
            choice.email: choice.contact_id
            for role in roles for choice in directory.resolve(self.id, role).chosen
        }
        contacts = {contact.id: contact.commercial_partner_id for contact in self.browse(chosen.values())}
        return [email for email, contact in chosen.items() if contacts[contact] == self.commercial_partner_id]

    def _dispatch_consent_masked(self):
        """The same, as the page shows them: the link may have been forwarded."""
        return list(map(consent.mask, self._dispatch_consent_emails()))

    def _dispatch_invoice_flags(self):
        """The flags by which invoices find their people; empty where they go to the general address."""
        directory = self._dispatch_directory()
        flagged = [
            role for role in ("invoice", "financial")
            if any(choice.reason == "flag" for choice in directory.resolve(self.id, role).chosen)
        ]
        return [self._dispatch_flag_fields()[role] for role in flagged] if "invoice" in flagged else []

    def _dispatch_consent_last(self, company):
        """The customer's last word about all documents, said to this company; empty when there is none."""
        # sudo: the page shows them their own word
        return self.env["document.consent"].sudo().search([
            ("partner_id", "=", self.id), ("kind", "in", ("accepted", "refused", "withdrawn")),
            ("type_ids", "=", False), ("company_id", "in", [False, company.id]),
        ], order="date desc, id desc", limit=1)
