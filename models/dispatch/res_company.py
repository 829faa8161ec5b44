from odoo import api, fields, models
from odoo.addons.base.models import ir_actions_report
from odoo.exceptions import ValidationError

from ...tools.mail import addresses
from ...tools.paper import envelopes

#: How much larger letters are drawn where wkhtmltopdf shrinks them
UNPATCHED_ZOOM = 1.6


class ResCompany(models.Model):
    _inherit = "res.company"

    dispatch_mode = fields.Selection(
        [("send", "Send"), ("rehearse", "Rehearse"), ("off", "Off")],
        string="Sending mode", required=True, default="send",
        help="Rehearse: everything goes to the supervisor only, and counts for nothing.\n"
        "Off: nothing goes by mail; what is there waits.",
    )
    dispatch_open_on_post = fields.Boolean(
        string="Send when posted", help="Posting an invoice opens the window that sends it.",
    )
    dispatch_copy_to_me = fields.Boolean(
        string="Copy to the sender", help="“Send me a copy” is ticked when the window opens.",
    )
    dispatch_extra_accept = fields.Boolean(
        string="Everybody may accept", help="Whoever gets a quotation by an address that was only typed may accept it "
        "in the customer's name, too. Else the link shows it, and nothing more.",
    )
    dispatch_print_asks = fields.Boolean(
        string="Print asks how", help="“Print” on an invoice opens the window: by e-mail or on paper.",
    )
    dispatch_rehearsal_email = fields.Char(string="Supervisor", help="The one address that a rehearsal goes to.")

    dispatch_envelope = fields.Selection(
        [("din", "European (DIN 5008, window on the left)"), ("french", "French (window on the right)"),
         ("us", "North American (#10, letter paper)")],
        string="Window envelope", compute="_compute_dispatch_envelope", store=True, readonly=False,
        help="Where the address stands on letters, so that it shows in the window.",
    )

    dispatch_consent_text = fields.Text(
        string="Question on the customer's page", translate=True,
        help="What the customer is asked about e-mail. Empty: the usual text.",
    )

    @api.depends("partner_id.country_id")
    def _compute_dispatch_envelope(self):
        for company in self:
            company.dispatch_envelope = envelopes.of_country(company.partner_id.country_id.code)

    @api.constrains("dispatch_mode", "dispatch_rehearsal_email")
    def _check_dispatch_rehearsal(self):
        for company in self:
            parsed = addresses.parse(company.dispatch_rehearsal_email)
            if company.dispatch_mode == "rehearse" and len(parsed.valid) != 1:
                raise ValidationError(self.env._(
                    "A rehearsal goes to one address: write the supervisor's, like name@company.com."
                ))

    # ------------------------------------------------------------------
    # Letters
    # ------------------------------------------------------------------

    def _dispatch_letter_paper(self):
        """The paper format of letters: without room for a head, so that a millimetre is a millimetre."""
        paper = envelopes.ENVELOPES[self.dispatch_envelope or envelopes.DEFAULT].paper.lower()
        return self.env.ref(f"document_dispatch.paperformat_letter_{paper}")

    def _dispatch_letter(self, partner):
        """What ``document_dispatch.letter_layout`` places: boxes, and lines that fit into them."""
        self.ensure_one()
        margin = self._dispatch_letter_paper().margin_top
        envelope = envelopes.ENVELOPES[self.dispatch_envelope or envelopes.DEFAULT]
        lines, size = envelopes.fit(partner._dispatch_postal_lines(self), envelope.address)
        sender, sender_size = envelopes.fit_line(" · ".join(self._dispatch_sender_lines()), envelope.sender)
        return {
            "head": envelope.head.moved(margin), "date": envelope.date.moved(margin),
            "address": envelope.address.moved(margin), "lines": lines, "size": size,
            "sender_box": envelope.sender.moved(margin), "sender": sender, "sender_size": sender_size,
            "text": envelope.text - margin, "margins": envelope.margins,
            "folds": [fold - margin for fold in envelope.folds],
            # unpatched Qt draws a page on 1.25 to 2 times its width and shrinks that: by how much is certain
            # only where the page asks for more than the least
            "zoom": 1 if ir_actions_report._wkhtml().is_patched_qt else UNPATCHED_ZOOM, "width": envelope.width,
        }

    def _dispatch_sender_lines(self):
        """Name, street and place of the company, for the small line above the address."""
        place = " ".join(filter(None, (self.zip, self.city)))
        return [part for part in (self.name, self.street, place) if part]

    def _dispatch_duties(self):
        """The kinds of documents that this company mails to those who refuse, too, in words: the law asks for it."""
        types = self.env["document.dispatch.type"].search([
            ("refusal_applies", "=", False), ("company_id", "in", [False, self.id])])
        if self.country_id.code != "BR":
            types = types.filtered(lambda dispatch_type: dispatch_type.role != "nf")
        return ", ".join(types.mapped("name"))

    def _dispatch_consent_question(self):
        """What the customer is asked on his page, in the language of the context."""
        if self.dispatch_consent_text:
            return self.dispatch_consent_text.strip()
        text = self.env._(
            "%s sends invoices and other documents by e-mail. You may refuse this at any time, free of charge: they "
            "then come on paper, unless the law asks for the electronic form.", self.name,
        )
        # sudo: groups of countries, whoever asks
        if self.country_id in self.env.ref("base.europe").sudo().country_ids:
            text += "\n" + self.env._(
                "Your acceptance can be tacit (Directive 2006/112/EC, article 232): as long as you do not refuse, we "
                "take it as given."
            )
        return text
