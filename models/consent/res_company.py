from odoo import fields, models
from odoo.fields import Domain

from ...tools.legal import gates


class ResCompany(models.Model):
    """What the company asks its customers about e-mail."""

    _inherit = "res.company"

    dispatch_consent_text = fields.Text(
        string="Question on the customer's page", translate=True,
        help="The question about e-mail. Empty: the default text.",
    )

    def _dispatch_consent_question(self):
        """What the customer is asked on their page, in the language of the context."""
        if self.dispatch_consent_text:
            return self.dispatch_consent_text.strip()
        text = self.env._(
            "%s sends invoices and other documents by e-mail. You may refuse this at any time, free of charge: they "
            "are then sent on paper, unless the law requires the electronic form.", self.name,
        )
        if gates.is_mandatory(self.country_code, fields.Date.context_today(self)):
            text += "\n" + self.env._(
                "Where the law requires electronic invoices between companies, no consent is needed: these are always "
                "sent electronically. Your answer applies to everything else."
            )
        # sudo: groups of countries, whoever asks
        elif self.country_id in self.env.ref("base.europe").sudo().country_ids:
            text += "\n" + self.env._(
                "Your acceptance can be tacit (Directive 2006/112/EC, article 232): as long as you do not refuse, we "
                "take it as given."
            )
        return text

    def _dispatch_duties(self):
        """The kinds of documents that this company mails to those who refuse, too, in words: the law asks for it."""
        return ", ".join(self._dispatch_duty_types().mapped("name"))

    def _dispatch_duty_types(self):
        """Document types of this company to which no refusal applies; rooms above leave out other countries' duties."""
        return self.env["document.dispatch.type"].search([
            ("refusal_applies", "=", False), ("company_id", "in", [False, self.id])])

    def _dispatch_unreachable_domain(self):
        """Who refuses e-mail needs no address."""
        return super()._dispatch_unreachable_domain() & Domain("dispatch_refusals", "=", False)
