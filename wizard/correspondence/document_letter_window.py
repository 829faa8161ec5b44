from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html_escape, html_sanitize

from ...tools.paper import letters


class DocumentLetterWindow(models.TransientModel):
    """Writes the electronic delivery notice to many customers."""

    _name = "document.letter.window"
    _inherit = ["document.dispatch.written.window"]
    _description = "Send Letters"

    # To whom
    code_from = fields.Char(string="Customer code from")
    code_to = fields.Char(string="to")
    invoiced_from = fields.Date(string="Invoiced from")
    invoiced_to = fields.Date(string="until")
    include_issued = fields.Boolean(string="Include customers who already received a letter")
    without_address = fields.Boolean(string="Only those without an address")
    order = fields.Selection(
        [("code", "By code"), ("name", "By name")], string="Sort", required=True, default="name",
    )
    # What
    lang = fields.Selection(
        "_get_languages", string="Text in", required=True, default=lambda self: self._get_default_lang(),
        help="Changes apply to customers of this language only; the others receive the text of the document type in "
             "their own language.",
    )
    # with the user's rights: a window that is not saved may say any company
    subject = fields.Char(compute="_compute_text", store=True, readonly=False, compute_sudo=False)
    body = fields.Html(
        string="Text", compute="_compute_text", store=True, readonly=False, compute_sudo=False,
        sanitize="email_outgoing",
    )
    unknown = fields.Char(compute="_compute_unknown")
    # What will happen
    count = fields.Integer(string="Letters")
    preview = fields.Html(compute="_compute_preview")
    preview_lang = fields.Char(string="Language", compute="_compute_preview")

    @api.model
    def _get_languages(self):
        return self.env["res.lang"].get_installed()

    @api.model
    def _get_default_lang(self):
        return self.env.company.partner_id.lang or self.env.lang or "en_US"

    def _get_type(self):
        return self.env["document.letter"]._get_type(self.company_id)

    def _get_original(self, lang):
        return self.env["document.letter"]._get_original(self.company_id, lang)

    @api.depends("lang", "company_id")
    def _compute_text(self):
        for window in self:
            window.subject, window.body = window._get_original(window.lang)

    @api.depends("subject", "body")
    def _compute_unknown(self):
        for window in self:
            names = letters.unknown(window.subject, window.body)
            window.unknown = ", ".join(f"{{{name}}}" for name in names)

    # ------------------------------------------------------------------
    # To whom
    # ------------------------------------------------------------------

    def _get_domain(self):
        """Customers of this company that did not refuse, as the filters say; whoever has a code is one by it."""
        Partner = self.env["res.partner"]
        if self.code_from or self.code_to:
            domain = Domain("ref", "!=", False) & Partner._dispatch_entity_domain()
            domain &= self.company_id._dispatch_contact_domain()
        else:
            domain = Partner._dispatch_customer_domain(self.company_id)
        if not self.include_issued:
            domain &= ~Partner._dispatch_letter_domain(self.company_id)
            domain &= Domain("dematerialization_refused", "=", False)
        if self.invoiced_from or self.invoiced_to:
            domain &= Domain("id", "in", self._get_invoiced_ids())
        return domain

    def _get_invoiced_ids(self):
        """Customers with a posted invoice between the two dates."""
        domain = Domain([
            ("state", "=", "posted"), ("move_type", "in", ("out_invoice", "out_receipt")),
            ("company_id", "=", self.company_id.id),
        ])
        if self.invoiced_from:
            domain &= Domain("invoice_date", ">=", self.invoiced_from)
        if self.invoiced_to:
            domain &= Domain("invoice_date", "<=", self.invoiced_to)
        groups = self.env["account.move"]._read_group(domain, ["commercial_partner_id"])
        return [partner.id for [partner] in groups]

    def _find_customers(self):
        """The customers, in the order in which their letters are printed."""
        # what was declared is asked of this company
        partners = self.env["res.partner"].with_company(self.company_id).search(self._get_domain())
        if self.code_from:
            partners = partners.filtered(lambda p: letters.natural(p.ref) >= letters.natural(self.code_from))
        if self.code_to:
            partners = partners.filtered(lambda p: letters.natural(p.ref) <= letters.natural(self.code_to))
        if self.without_address:
            reachable = self._find_reachable(partners)
            partners = partners.filtered(lambda p: p.id not in reachable)
        by_name = partners.sorted(lambda p: ((p.name or "").casefold(), p.id))
        return by_name.sorted(lambda p: letters.natural(p.ref)) if self.order == "code" else by_name

    def _find_reachable(self, partners):
        """Ids of those who would get a mail."""
        role = self._get_type().role
        directory = partners.with_company(self.company_id)._dispatch_directory()
        return {partner.id for partner in partners if directory.resolve(partner.id, role).chosen}

    @api.depends("company_id", "code_from", "code_to", "invoiced_from", "invoiced_to", "include_issued",
                 "without_address", "channel")
    def _compute_count(self):
        return super()._compute_count()

    def _find_mailed(self, partners):
        return self._find_reachable(partners - partners.filtered("dematerialization_refused"))

    @api.depends("company_id", "code_from", "code_to", "invoiced_from", "invoiced_to", "include_issued",
                 "without_address")
    def _compute_preview_partner(self):
        return super()._compute_preview_partner()

    @api.depends("preview_partner_id", "subject", "body", "lang")
    def _compute_preview(self):
        """The text as the chosen customer would read it, in the language of their letter."""
        Letter = self.env["document.letter"]
        languages = dict(self._get_languages())
        for window in self:
            partner = window.preview_partner_id
            if not partner:
                window.preview = window.preview_lang = False
                continue
            texts = window._get_texts()
            lang = Letter._get_lang(partner, window.company_id, texts)
            directory = partner.with_company(window.company_id)._dispatch_directory()
            chosen = directory.resolve(partner.id, window._get_type().role).chosen
            values = Letter.with_context(lang=lang)._get_values(
                partner, window.company_id, [choice.email for choice in chosen], fields.Date.context_today(window))
            subject, body = texts[lang]
            subject = letters.fill_line(subject, values)
            window.preview = html_sanitize(f"<p><strong>{html_escape(subject)}</strong></p>") + html_sanitize(
                letters.fill(body, values))
            window.preview_lang = languages[lang]

    # ------------------------------------------------------------------

    def _get_texts(self):
        """The text of each language: what was changed here, and the type's for the others."""
        texts = {code: self._get_original(code) for code, _name in self._get_languages()}
        return {**texts, self.lang: (self.subject, str(self.body))}

    def _check(self):
        self.ensure_one()
        if names := letters.unknown(self.subject, self.body):
            raise UserError(self.env._(
                "The placeholder %(unknown)s does not exist. Available placeholders: "
                "%(known)s.", unknown=f"{{{names[0]}}}",
                known=", ".join(f"{{{name}}}" for name in letters.PLACEHOLDERS)))
        partners = self._find_customers()
        if not partners:
            raise UserError(self.env._("No customer matches the filters."))
        return partners

    def _issue_to(self, partners):
        return self.env["document.letter"]._issue(partners, self.company_id, self._get_texts(), self.channel)
