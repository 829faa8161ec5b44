import base64

from markupsafe import Markup
from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...tools.mail import plain_text
from ...tools.page import links
from ...tools.paper import letters
from ...tools.text import texts as text_blocks

#: Points that the picture of the link is wide
SIZE = 120
#: In the context: a print run makes the letter. An object, so that no client can say so.
PRINT_RUN = object()


class DocumentLetter(models.Model):
    """The letter that tells one customer that documents come by e-mail, and asks what he thinks of it.

    Each letter is a document of its own, with the text as it was written that day: a customer may get
    another one a year later, and the ledger refers to each.
    """

    _name = "document.letter"
    _description = "Letter of Dematerialisation"
    _inherit = ["document.dispatch.written"]
    _number_prefix = "L"

    user_id = fields.Many2one(string="Edited by")
    subject = fields.Char(required=True, readonly=True)
    body = fields.Html(readonly=True, sanitize="email_outgoing", sanitize_attributes=False)

    # ------------------------------------------------------------------
    # Editing letters
    # ------------------------------------------------------------------

    @api.model
    def _edit(self, partners, company, texts, output):
        """Write a letter to each of these customers, and send or print it.

        :param partners: commercial entities, in the order in which they are printed
        :param dict texts: ``{lang: (subject, body)}`` with placeholders, see ``tools/paper/letters.py``
        :param str output: ``email``, or ``print`` for everybody
        :return: ``document.dispatch.batch`` with the rows; printed ones are also in a ``document.dispatch.print``

        :raise AccessError: the user may not write this to so many
        """
        self._check_may_edit(partners, company, texts, output)
        return self._write_and_send(
            partners, company, output, "letter", in_order=True, dispatch_vals={"without_files": True}, texts=texts)

    @api.model
    def _check_may_edit(self, partners, company, texts, output):
        """Letters are for invoicing people; words of one's own go by mail to many customers from managers only."""
        user = self.env.user
        if self.env.su or user.has_group("document_dispatch.group_dispatch_manager"):
            return
        if not user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Letters to customers are edited by those who make invoices."))
        if output == "email" and self._is_text_changed(company, texts) and self._count_mailed(partners, company) > 1:
            raise AccessError(self.env._(
                "Only managers of Document Dispatch mail a changed text to several customers. Take the text of the "
                "document type, choose one customer, or print the letters."))

    @api.model
    def _count_mailed(self, partners, company):
        """How many of these customers have an address that a letter goes to."""
        role = self._get_type(company).role
        directory = partners.with_company(company)._dispatch_directory()
        return sum(bool(directory.resolve(partner.id, role).chosen) for partner in partners)

    @api.model
    def _is_text_changed(self, company, texts):
        """Whether one of these texts is not that of the document type."""
        for lang, (subject, body) in texts.items():
            original_subject, original_body = self._get_original(company, lang)
            if (subject or "") != (original_subject or "") or not text_blocks.same(original_body or "", body or ""):
                return True
        return False

    @api.model
    def _get_type(self, company):
        """The document type of letters, or a message that says what is missing."""
        dispatch_type = self.env["document.dispatch.type"]._get_by_code(["letter"], company).get("letter")
        if not dispatch_type or not dispatch_type.mail_template_id:
            raise UserError(self.env._(
                "There is no document type “letter” with a text. Make one under Document Types."))
        return dispatch_type

    @api.model
    def _get_original(self, company, lang):
        """Subject and body of the document type in a language."""
        # sudo: the text is the administrator's, the clerk may use it
        template = self._get_type(company).mail_template_id.sudo().with_context(lang=lang)
        return template.subject, template.body_html

    @api.model
    def _prepare_written(self, partners, company, texts):
        today = fields.Date.context_today(self)
        directory = partners.with_company(company)._dispatch_directory()
        dispatch_type = self.env["document.dispatch.type"]._get_by_code(["letter"], company)["letter"]
        for partner in partners:
            lang = self._get_lang(partner, company, texts)
            chosen = directory.resolve(partner.id, dispatch_type.role).chosen
            values = self.with_context(lang=lang)._get_values(
                partner, company, [choice.email for choice in chosen], today)
            subject, body = texts[lang]
            yield {
                "partner_id": partner.id, "company_id": company.id, "user_id": self.env.uid, "date": today,
                "lang": lang, "subject": letters.fill_line(subject, values), "body": Markup(letters.fill(body, values)),
            }

    @api.model
    def _get_lang(self, partner, company, texts):
        """The language of a customer's letter: his own where there is a text in it."""
        for lang in (partner.lang, company.partner_id.lang, self.env.lang):
            if lang in texts:
                return lang
        return next(iter(texts))

    @api.model
    def _get_values(self, partner, company, emails, day):
        """The values of the placeholders for one customer, in the language of the context."""
        nowhere = self.env._("(we have no e-mail address of yours)")
        return {
            "customer": partner.name or "",
            "company": company.name,
            "addresses": ", ".join(emails) or nowhere,
            "answer_to": self._get_answer_address(company),
            "link": partner._dispatch_consent_url(company),
            "date": format_date(self.env, day),
        }

    @api.model
    def _get_answer_address(self, company):
        dispatch_type = self.env["document.dispatch.type"]._get_by_code(["letter"], company)["letter"]
        return dispatch_type.reply_to or company.email or ""

    # ------------------------------------------------------------------
    # As a document
    # ------------------------------------------------------------------

    def _dispatch_type_code(self):
        return "letter"

    def _dispatch_description(self):
        return self.env._("Letter")

    def _dispatch_carries_page(self):
        return False  # it has a link of its own in its text

    def _dispatch_places(self):
        return (self.partner_id._dispatch_consent_place(self.company_id),)

    def _dispatch_links__(self):
        [place] = self._dispatch_places()
        return {place: self.partner_id._dispatch_consent_path__(self.company_id)}

    def _dispatch_default_report(self):
        return self.env.ref("document_dispatch.action_report_letter")

    def _dispatch_own_text(self, lang):
        """The letter carries its text: it was written with the placeholders filled in."""
        return {"subject": self.subject, "body": self.body}

    def _dispatch_accepted(self):
        self._note_edited("email")

    def _dispatch_printed(self):
        self._note_edited("letter")

    def _note_edited(self, channel):
        """Write “letter edited” into the ledger, once for each letter, when it was really made."""
        # the ledger is the system's; who edited the letter stands in it
        Consent = self.env["document.consent"]._with_system_write()
        known = Consent.search([("kind", "=", "letter"), ("letter_id", "in", self.ids)]).letter_id
        Consent.create([{
            "kind": "letter", "channel": channel, "partner_id": letter.partner_id.id,
            "company_id": letter.company_id.id, "user_id": letter.user_id.id, "letter_id": letter.id,
            "lang": letter.lang,
            "text": f"{letter.subject}\n\n{plain_text.from_html(letter.body)}",
        } for letter in self - known])

    def _dispatch_window_action(self):
        return self.partner_id._get_records_action()

    # ------------------------------------------------------------------
    # On paper
    # ------------------------------------------------------------------

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
        drawing = createBarcodeDrawing("QR", value=self._get_link(), width=SIZE, height=SIZE, barBorder=0)
        return f"data:image/svg+xml;base64,{base64.b64encode(renderSVG.drawToString(drawing).encode()).decode()}"
