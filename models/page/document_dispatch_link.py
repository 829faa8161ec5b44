import re
from datetime import timedelta

from odoo import fields, models
from odoo.tools import hmac

from ...tools.dispatch.steering import OutgoingMail
from ...tools.mail import addresses
from ...tools.page import links

#: Purpose of the token, so that none made for something else opens a page (odoo.tools.hmac)
SCOPE = "document_dispatch-show"


class DocumentDispatchRecipient(models.Model):
    """The link in a recipient's mail: the customer's people open his page, others only see what was sent.

    Whoever has the token of a quotation's page can accept it in the customer's name
    (sale.controllers.portal ``portal_quote_accept``): it must not go to an address that was only typed.
    """

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch.recipient"

    def _shows_only(self):
        """Tell whether the link of this recipient shows the document, and nothing more."""
        self.ensure_one()
        if self.env.context.get("dispatch_shared"):
            return True  # one text for several people; from a client no more than a link that opens less
        if self.company_id.sudo().dispatch_extra_accept:  # sudo: a company's choice that the worker follows
            return False
        return not self._is_customers()

    def _is_customers(self):
        """Tell whether this is one of the customer's people, at an address of his: not one that was typed."""
        partner = self.partner_id
        return (
            bool(partner) and partner.commercial_partner_id == self.dispatch_id.partner_id.commercial_partner_id
            and self.email in addresses.parse(partner.email).emails
        )

    def _link(self, document):
        """The link to the document, for this recipient."""
        base = document.get_base_url()
        if self._shows_only():
            return f"{base}/dispatch/show/{self.id}/{self._show_token()}"
        params = {"model": document._name, "res_id": document.id, "access_token": document._portal_ensure_token()}
        if self.partner_id:
            params.update(pid=self.partner_id.id, hash=document._sign_token(self.partner_id.id))
        return document._notify_get_action_link("view", **params)

    def _show_token(self):
        # sudo: the secret is the system's, nobody reads it; where there is none yet the key of the database is enough
        secret = self.dispatch_id.partner_id.commercial_partner_id.sudo().dispatch_token
        # superuser: the key of the database signs it, nobody reads that
        return hmac(self.env(su=True), SCOPE, (self.id, self.email, *filter(None, [secret])))

    def _check_show_token(self, token):
        """Tell in constant time whether this is the token of a recipient whose link still opens."""
        exists = bool(self.exists())
        right = links.same(self._show_token() if exists else "0" * 64, token)
        return right and exists and self.dispatch_id.state != "cancelled" and not self._is_link_expired()

    def _is_link_expired(self):
        """As the links to the customer's page: so many days after the mail was sent."""
        days = self.company_id.dispatch_page_days
        return days > 0 and (self.sent_date or self.create_date) + timedelta(days=days) < fields.Datetime.now()

    def _mail_key(self):
        """Recipients with the same key get the same text around: language, buttons, link."""
        return self.lang, self.partner_id.id, self._shows_only() and self.id

    def _set_link(self, groups, document):
        """Give this recipient his button, instead of what core gives to a contact like him."""
        if self.partner_id and self.partner_id.main_user_id and not self.partner_id.main_user_id.share:
            return groups  # a colleague opens the document in Odoo
        if self.dispatch_id.rider_ids:  # a link for each document stands in the text
            return [("dispatch_recipient", lambda data: True, {"active": True, "has_button_access": False}), *groups]
        core = next((data for name, _match, data in groups if name == "portal_customer"), None)
        shows_only = self._shows_only()
        if core is None or not shows_only and self.partner_id == document._mail_get_partners(
            introspect_fields=False
        )[document.id]:
            return groups
        button = {"url": self._link(document)}
        if not shows_only and core.get("button_access", {}).get("title"):
            button["title"] = core["button_access"]["title"]
        own = ("dispatch_recipient", lambda data: True,
               {**core, "active": True, "has_button_access": True, "button_access": button})
        return [own, *groups]

    def _drop_tokens(self, body, document):
        """Links in the text that carry the document's token lead to the page that only shows."""
        if "access_token" not in document._fields:
            return body
        token = document.sudo().access_token  # sudo: to find it, not to show it
        if not token or not self._shows_only() or token not in body:
            return body
        return re.sub(rf'href="[^"]*{re.escape(token)}[^"]*"', f'href="{self._link(document)}"', body)


class DocumentDispatchMixin(models.AbstractModel):
    # see above  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch.mixin"

    def _dispatch_link_groups(self, groups):
        """Called last in ``_notify_get_recipients_groups`` of each document: each recipient has his own link."""
        outgoing = OutgoingMail.of(self.env)
        recipient = self.env["document.dispatch.recipient"].browse(outgoing and outgoing.recipient_id or ())
        return recipient._set_link(groups, self) if self and recipient else groups
