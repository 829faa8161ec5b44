import re
from urllib.parse import quote

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ...tools.dispatch import states

#: WhatsApp's own address for a chat with a text (faq.whatsapp.com, "click to chat"): no service and no account of ours
CHAT = "https://wa.me/"


class AccountMove(models.Model):
    """An invoice that a person sends by their own WhatsApp: a text with a link to the customer's page."""

    _inherit = "account.move"

    def action_dispatch_whatsapp(self):
        """Open the person's WhatsApp with the text, and keep that it waits there until they say that it went."""
        self.ensure_one()
        self.check_access("read")
        self.env["document.dispatch"].check_access("read")  # who only looks at invoices sends none
        self._dispatch_check_whatsapp()
        if self._dispatch_rehearses():
            raise UserError(self.env._("%s is in rehearsal: nothing is sent to customers.", self.company_id.name))
        dispatch = self._dispatch_create_whatsapp()
        if dispatch.state == states.QUEUED:
            dispatch._set_state(states.HANDED, self.env._("Opened in WhatsApp by %s.", self.env.user.name))
        return self._dispatch_whatsapp_action()

    def _dispatch_check_whatsapp(self):
        code = self._dispatch_type_code()
        if self.state != "posted" or not code:
            raise UserError(self.env._("Post the invoice first."))
        if reason := self._dispatch_blocking_reason(code):
            raise UserError(reason)
        self._dispatch_check_switch()

    def _dispatch_create_whatsapp(self):
        """The dispatch that waits in WhatsApp: the one that is there, or a new one, beside what went before."""
        before = self._dispatch_find_current()
        waiting = before.filtered(
            lambda one: "open_whatsapp" in one._channel()._get_actions() and one.state == states.HANDED)[:1]
        if waiting:
            return waiting.with_env(self.env)
        vals_list = self._dispatch_prepare_vals_list("resend" if before else "manual")
        channel = self.env["document.dispatch.channel.whatsapp"]._code()
        return self._dispatch_insert([{
            **{name: value for name, value in vals.items() if name != "recipient_ids"},
            "channel": channel, "channel_reason": False, "state": states.QUEUED, "skipped": [],
            "state_message": False, "resend_of_id": before[:1].id,
        } for vals in vals_list])

    def _dispatch_whatsapp_action(self):
        """Open WhatsApp; the link in the text is made now, and kept nowhere."""
        self.ensure_one()
        text = self.with_context(lang=self.partner_id.lang)._dispatch_whatsapp_text(self._dispatch_whatsapp_link())
        return {
            "type": "ir.actions.act_url", "target": "new",
            "url": f"{CHAT}{self._dispatch_whatsapp_number()}?text={quote(text, safe='')}",
        }

    def _dispatch_whatsapp_text(self, link):
        """The text, in the language of the environment; the person can change it in WhatsApp."""
        values = {
            "number": self.name, "company": self.company_id.name,
            "amount": format_amount(self.env, self.amount_total, self.currency_id),
        }
        lines = [self.env._("Hello, here is %(number)s of %(company)s, %(amount)s.", **values)]
        if self.invoice_date_due and self.amount_residual:
            lines.append(self.env._("Due date: %s", format_date(self.env, self.invoice_date_due)))
        if self.dispatch_payment_code:
            lines.append(f"{self.dispatch_payment_code_name}: {self.dispatch_payment_code}")
        return "\n".join([*lines, link])

    def _dispatch_whatsapp_link(self):
        """The customer's page, where the company has it and the person may open it; else the invoice's own page."""
        customer, company = self.commercial_partner_id, self.company_id
        # sudo: a switch
        if company.sudo().dispatch_customer_page and self.env.user._dispatch_may_open_pages():
            path = self.env["document.dispatch.page"]._make__(customer, company, self.partner_id.lang)
        else:
            path = self.get_portal_url()
        return self.get_base_url() + path

    def _dispatch_whatsapp_number(self):
        """The customer's telephone as WhatsApp wants it: digits with the country, or nothing: then one is chosen."""
        for partner in self.partner_id | self.commercial_partner_id:
            number = partner.phone and partner._phone_format(number=partner.phone, country=partner.country_id
                                                             or self.company_id.country_id)
            if number:
                return re.sub("[^0-9]", "", number)
        return ""
