import re
from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import hmac

from ...tools.mail import addresses
from ...tools.page import links
from .document_dispatch_place import PAGE, make_place

#: What the day says on which a page was opened
OPENED = (
    "When the link to the customer page in this e-mail was first opened in a browser. Mail scanners that identify "
    "themselves do not count, others do: this is an indication, not a proof. If several recipients share the e-mail, "
    "it was one of them."
)
#: Purpose of the token, so that none made for something else opens a page (odoo.tools.hmac)
SCOPE = "document_dispatch-show"


class DocumentDispatchRecipient(models.Model):
    """The link to the customer's page in a recipient's mail, and when it was opened."""

    _inherit = "document.dispatch.recipient"

    page_opened_date = fields.Datetime(string="Page opened", readonly=True, help=OPENED)
    page_opened_ip = fields.Char(
        string="Page opened from", readonly=True, groups="document_dispatch.group_dispatch_manager")
    page_opened_agent = fields.Char(
        string="Page opened with", readonly=True, groups="document_dispatch.group_dispatch_manager")

    def _gets_page(self):
        """Tell whether this mail carries the link: to the customer's own people, not to addresses that were typed."""
        self.ensure_one()
        dispatch = self.dispatch_id
        return (
            # sudo: a company's choice that the worker follows
            dispatch.company_id.sudo().dispatch_customer_page and dispatch._document()._dispatch_carries_page()
            and self._reaches_customer()
            # a draft goes through the hands of a person
            and (not dispatch.draft_id or dispatch.draft_id.create_uid._dispatch_may_open_pages())
        )

    def _reaches_customer(self):
        """Tell whether all who read this mail are the customer's people, at addresses of theirs."""
        readers = self.dispatch_id.recipient_ids if self.env.context.get("dispatch_shared") else self._same_mail()
        return all(reader._is_customers() for reader in readers)

    def _reaches_customer_only(self):
        """The same, and nobody of the house reads it: no supervisor of a rehearsal, no draft of a person's."""
        dispatch = self.dispatch_id
        return not dispatch.rehearsal and not dispatch.draft_id and self._reaches_customer()

    def _page_place(self):
        # of the dispatch: contacts with the same text around share it
        return make_place(self.env, PAGE, self.dispatch_id.id)

    def _prepare_body(self, text):
        """The text of this recipient's mail: in their language, with the place of the link to their page below."""
        document = self.dispatch_id._document()
        text = links.take_out(self.body or text, keep=document._dispatch_places())
        if not self._gets_page():
            return text
        company = self.dispatch_id.company_id
        words = self.with_context(lang=self.lang).env._("All your documents at %s", company.name)
        url = f"{document.get_base_url()}{self._page_place()}"
        return text + Markup('<p style="margin: 16px 0px 0px 0px;"><a href="%s">%s</a></p>') % (url, words)

    def _make_links(self):
        """Make the links for the mail that is about to go: ``{place: path}``; empty where it may have none.

        Of several who share it the first one stands for all (:meth:`_same_mail`).
        """
        self = self[:1]
        body, dispatch, made = self.mail_body or "", self.dispatch_id, {}
        if (place := self._page_place()) in body and self._gets_page():
            made[place] = self.env["document.dispatch.page"]._make__(
                dispatch.partner_id.commercial_partner_id, dispatch.company_id, self.lang, self)
        document = dispatch._document()
        if any(place in body for place in document._dispatch_places()) and self._reaches_customer_only():
            made.update(document._dispatch_links__())
        return made

    # ------------------------------------------------------------------
    # The link in a recipient's mail: the customer's people open their page, others only see what was sent
    # ------------------------------------------------------------------
    # Whoever has the token of a quotation's page can accept it in the customer's name
    # (sale.controllers.portal ``portal_quote_accept``): it must not go to an address that was only typed.

    def _shows_only(self):
        """Tell whether the link of this recipient shows the document, and nothing more."""
        self.ensure_one()
        if self.env.context.get("dispatch_shared"):
            return True  # one text for several people; from a client no more than a link that opens less
        if self.company_id.sudo().dispatch_extra_accept:  # sudo: a company's choice that the worker follows
            return False
        return not self._reaches_customer()

    def _is_customers(self):
        """Tell whether this is one of the customer's people, at an address of theirs: not one that was typed."""
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
        # what several share is the customer's link, and nobody's own
        if self.partner_id and not self.in_common:
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
        who = "common" if self.in_common else self.partner_id.id
        return self.lang, who, self._shows_only() and self.id

    def _set_link(self, groups, document):
        """Give this recipient their button, instead of what core gives to a contact like them."""
        colleague = not self.in_common and self.partner_id.main_user_id
        if colleague and not colleague.share:
            return groups  # a colleague opens the document in Odoo
        if self.dispatch_id.bundled_ids:  # a link for each document stands in the text
            return [("dispatch_recipient", lambda data: True, {"active": True, "has_button_access": False}), *groups]
        core = next((data for name, _match, data in groups if name == "portal_customer"), None)
        shows_only = self._shows_only()
        if core is None or not shows_only and not self.in_common and self.partner_id == document._mail_get_partners(
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
