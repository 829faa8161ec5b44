from odoo import api, models
from odoo.fields import Command

from ...tools.mail import addresses
from ..delivery.document_dispatch import OUR_LAYOUT


class DocumentConsent(models.Model):
    """What the customer does on his page, and the mails that tell him."""

    _inherit = "document.consent"

    @api.model
    def _page_text(self, partner, company, kind):
        """The text that the customer answers, whole: the question, and what his button says.

        :param partner: the commercial entity
        :param company: who asks
        :param str kind: what he answers, see ``document.consent.kind``
        """
        return f"{company._dispatch_consent_question()}\n\n{self._page_statements()[kind]}"

    @api.model
    def _page_statements(self):
        """What each button says, in the language of the context."""
        return {
            "accepted": self.env._("I accept to receive documents by e-mail."),
            "refused": self.env._("I refuse e-mail and want my documents on paper."),
            "withdrawn": self.env._("I withdraw my refusal: documents may come by e-mail again."),
            "address": self.env._("I ask that documents go to another address."),
        }

    @api.model
    def _page_hash(self, company):
        """Proves that the customer read the question that is asked now."""
        return self._hash(self.env.lang, company._dispatch_consent_question())

    @api.model
    def _declare_on_page(self, partner, company, kind, vals):
        """Write what the customer says on his page, and tell his addresses.

        :param partner: the commercial entity
        :param company: to whom he says it
        :param str kind: what he says, see ``document.consent.kind``
        :param dict vals: more values of the entry: who, from where, by which link
        """
        entry = self._with_system_write().create({
            "partner_id": partner.id, "company_id": company.id, "kind": kind, "channel": "page",
            "text": self._page_text(partner, company, kind), "lang": self.env.lang,
            "step": "asked" if kind == "address" else False, **vals,
        }).with_env(self.env)
        entry._send_mails("document_dispatch.template_consent_noted", partner._dispatch_consent_emails())
        if kind == "address":
            entry._send_mails("document_dispatch.template_consent_verify", [entry.email_normalized])
        return entry

    def _send_mails(self, template, emails):
        """Queue a mail to each of these addresses, and have the queue looked at soon."""
        company = self.company_id
        if company.dispatch_mode == "off":
            return  # nothing leaves this company
        if company.dispatch_mode == "rehearse":
            emails = addresses.parse(company.dispatch_rehearsal_email).emails
        # sudo: texts are for their editors to read; the customer, who is nobody's user, made the mail go
        text = self.env.ref(template).sudo()
        Mail = self.env["mail.mail"].sudo()  # sudo: the same
        for email in emails:
            mail = Mail.browse(text.send_mail(
                self.id, email_values={"email_to": email, "recipient_ids": [Command.clear()]},
                email_layout_xmlid=text.email_layout_xmlid or OUR_LAYOUT))
            if company.dispatch_mode == "send":
                mail._dispatch_put_seal__()
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # sudo: the same

    def _consent_url(self):
        """The link for the mails' texts: its place, see ``document_dispatch_place``."""
        return self.partner_id._dispatch_consent_url(self.company_id or self.env.company)

    def _mail_links__(self):
        """``{place: path}`` for the mails of this entry."""
        partner, company = self.partner_id, self.company_id or self.env.company
        return {
            partner._dispatch_consent_place(company): partner._dispatch_consent_path__(company),
            self._address_place(): self._address_path__(),
        }
