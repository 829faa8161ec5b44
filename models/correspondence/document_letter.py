from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...tools.paper import letters
from ...tools.text import texts as text_blocks


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

    def _dispatch_may_share_mail(self):
        """A letter is to one person, with or without a link to answer."""
        return False

    # ------------------------------------------------------------------
    # Issuing letters
    # ------------------------------------------------------------------

    @api.model
    def _issue(self, partners, company, texts, channel):
        """Write a letter to each of these customers, and send or print it.

        :param partners: commercial entities, in the order in which they are printed
        :param dict texts: ``{lang: (subject, body)}`` with placeholders, see ``tools/paper/letters.py``
        :param str channel: ``email``, or ``paper`` for everybody
        :return: ``document.dispatch.batch`` with the dispatches; printed ones are also in a ``document.dispatch.print``
        :raise AccessError: the user may not write this to so many
        """
        self._check_may_issue(partners, company, texts, channel)
        return self._write_and_send(
            partners, company, channel, "letter", in_order=True, dispatch_vals={"without_files": True}, texts=texts)

    @api.model
    def _check_may_issue(self, partners, company, texts, channel):
        """Letters are for invoicing people; words of one's own go by mail to many customers from managers only.

        :raise AccessError: parameters as of :meth:`_issue`
        """
        user = self.env.user
        if self.env.su or user.has_group("document_dispatch.group_dispatch_manager"):
            return
        if not user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Letters to customers are edited by those who make invoices."))
        by_mail = self.env["document.dispatch.channel"]._of(channel)._takes_addresses()
        if by_mail and self._is_text_changed(company, texts) and self._count_by_mail(partners, company) > 1:
            raise AccessError(self.env._(
                "Only managers of Document Dispatch mail a changed text to several customers. Take the text of the "
                "document type, choose one customer, or print the letters."))

    @api.model
    def _count_by_mail(self, partners, company):
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
        """The language of a customer's letter: his own where there is a text in it.

        :param partner: the commercial entity
        :param company: who writes
        :param dict texts: ``{lang: (subject, body)}``
        """
        for lang in (partner.lang, company.partner_id.lang, self.env.lang):
            if lang in texts:
                return lang
        return next(iter(texts))

    @api.model
    def _get_values(self, partner, company, emails, day):
        """The values of the placeholders for one customer, in the language of the context.

        :param partner: the commercial entity
        :param company: who writes
        :param list emails: addresses to which documents go now
        :param date day: the letter's
        """
        nowhere = self.env._("(we have no e-mail address of yours)")
        return {
            "customer": partner.name or "",
            "company": company.name,
            "addresses": ", ".join(emails) or nowhere,
            "answer_to": self._get_answer_address(company),
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

    def _dispatch_mail_head(self):
        return {}  # it says all in its text

    def _dispatch_is_collected(self):
        return False  # what it asks, each customer answers for themselves

    def _dispatch_carries_page(self):
        return False  # it has a link of its own in its text

    def _dispatch_default_report(self):
        return self.env.ref("document_dispatch.action_report_letter")

    def _dispatch_own_text(self, lang):
        """The letter carries its text: it was written with the placeholders filled in."""
        return {"subject": self.subject, "body": self.body}

    def _dispatch_window_action(self):
        return self.partner_id._get_records_action()
