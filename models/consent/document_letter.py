import base64

from markupsafe import Markup

from odoo import api, models

from ...tools.mail import plain_text
from ...tools.page import links
from ...tools.paper import qr_code

#: Points that the picture of the link is wide
SIZE = 120
#: In the context: a print run makes the letter. An object, so that no client can say so.
PRINT_RUN = object()


class DocumentLetter(models.Model):
    """The letter about e-mail: the link by which the customer answers, and what the ledger keeps of it."""

    _inherit = "document.letter"

    @api.model
    def _get_values(self, partner, company, emails, day):
        """The customer answers by the link."""
        return super()._get_values(partner, company, emails, day) | {"link": partner._dispatch_consent_url(company)}

    def _dispatch_places(self):
        return (self.partner_id._dispatch_consent_place(self.company_id),)

    def _dispatch_links__(self):
        [place] = self._dispatch_places()
        return {place: self.partner_id._dispatch_consent_path__(self.company_id)}

    def _dispatch_accepted(self):
        self._note_issued("email")

    def _dispatch_printed(self):
        self._note_issued("letter")

    def _note_issued(self, channel):
        """Write the letter into the ledger, once for each letter, when it was really made."""
        # the ledger is the system's; who issued the letter stands in it
        Consent = self.env["document.consent"]._with_system_write()
        noted = Consent.search([("kind", "=", "letter"), ("letter_id", "in", self.ids)]).letter_id
        Consent.create([{
            "kind": "letter", "channel": channel, "partner_id": letter.partner_id.id,
            "company_id": letter.company_id.id, "user_id": letter.user_id.id, "letter_id": letter.id,
            "lang": letter.lang,
            "text": f"{letter.subject}\n\n{plain_text.from_html(letter.body)}",
        } for letter in self - noted])

    def _dispatch_for_print(self):
        return self.with_context(dispatch_print_run=PRINT_RUN)

    def _get_link(self):
        """The link on paper; none where somebody only looks at the letter: it is the customer's.

        A link of its own: the house has had it in its hands, so that what is said by it is no proof as the one of
        a mail is. The ledger notes it as said by letter.
        """
        if self.env.context.get("dispatch_print_run") is not PRINT_RUN:
            return ""
        return self.partner_id._dispatch_consent_url__(self.company_id, paper=True)

    def _get_printed_body(self):
        """The text, with the link in its places where the letter has one."""
        [place] = self._dispatch_places()
        path = self._get_link() and self.partner_id._dispatch_consent_path__(self.company_id, paper=True)
        return Markup(links.put_in(self.body or "", {place: path} if path else {}))

    def _get_qr_code(self):
        """The link as a picture, to be put into the printed letter (``data:`` URI).

        As SVG: core's ``ir.actions.report.barcode`` makes a bitmap, for which reportlab needs a
        library that not every machine has.
        """
        picture = qr_code.svg(self._get_link(), SIZE)
        return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"
