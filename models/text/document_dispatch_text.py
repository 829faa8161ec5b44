import hashlib
import json
import logging

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, html_sanitize

from ...tools.text import texts

_logger = logging.getLogger(__name__)

#: Somebody else keeps a text of this customer at this moment: theirs is the last one
BUSY = (
    psycopg2.errors.UniqueViolation, psycopg2.errors.SerializationFailure, psycopg2.errors.LockNotAvailable,
)


class DocumentDispatchText(models.Model):
    """The text that was last used for a customer, where a person changed the one of the document type.

    What was written is kept as text with placeholders in the place of the document's values; it is never evaluated
    (``tools/text/texts.py``). Nothing else in it belongs to one document, so that none tells of another.
    """

    _name = "document.dispatch.text"
    _inherit = ["document.dispatch.system", "document.dispatch.readable"]
    _description = "Customer Text"
    _order = "write_date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, index=True, ondelete="cascade",
        help="The commercial entity: its contacts and branches share it.",
    )
    type_id = fields.Many2one("document.dispatch.type", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    lang = fields.Char(string="Language", required=True, readonly=True)
    template_id = fields.Many2one(
        "mail.template", string="Mail template", required=True, readonly=True, ondelete="cascade",
    )
    template_hash = fields.Char(
        required=True, readonly=True, help="The template at that time; once the template changes, this text is no "
                                           "longer offered.",
    )
    subject = fields.Char(readonly=True, help="With placeholders. Empty: the template's.")
    content = fields.Json(readonly=True, help="The unchanged parts of the template, and the user's own text blocks.")
    own_words = fields.Text(string="Changed text", compute="_compute_own_words")

    # a constraint, not an index: core's merge of partners asks for those before it moves rows by SQL
    _customer_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id, type_id, lang)", "There is already a text for this customer.",
    )

    @api.depends("subject", "content")
    def _compute_own_words(self):
        for text in self:
            lines = [texts.readable(text.subject)] if text.subject else []
            if text.content:
                lines.append(texts.own_words(text.content))
                if text.content["gone"] and not any("own" in block for block in text.content["blocks"]):
                    lines.append(self.env._("(Paragraphs left out: %s)", len(text.content["gone"])))
            text.own_words = "\n".join(line for line in lines if line)

    # ------------------------------------------------------------------
    # Who may know of it
    # ------------------------------------------------------------------

    @api.model
    def _get_access_domain(self, operation):
        """Texts of whose customer the user may read (or edit) a document of that kind, in that company."""
        return Domain.OR(
            Domain("type_id.model", "=", model) & self._get_document_access_domain(model, operation)
            for model in self.env["document.dispatch"]._get_dispatched_models()
        )

    @api.model
    def _get_document_access_domain(self, model, operation, narrow=Domain.TRUE):
        """Texts of whose customer the user may read (or edit) a document of a model, in that company.

        :param narrow: which documents of the model count
        """
        documents = self.env[model].with_user(self.env.user).with_context(active_test=False)
        if not documents.has_access(operation) or "partner_id" not in documents._fields:
            return Domain.FALSE
        allowed = self.env["ir.rule"].with_user(self.env.user)._compute_domain(model, operation)

        def exists(_model, alias, _query):
            # sudo: the user's own rules stand in the domain, and rules are evaluated as superuser
            query = documents.sudo()._search(allowed & narrow)
            if query.is_empty():
                return SQL("FALSE")
            # raw SQL: correlated, so that PostgreSQL looks at this customer's documents only
            partner = query.join(query.table, "partner_id", "res_partner", "id", "text_partner")
            query.add_where(SQL(
                "%s = %s AND %s = %s",
                SQL.identifier(partner, "commercial_partner_id"), SQL.identifier(alias, "partner_id"),
                SQL.identifier(query.table, "company_id"), SQL.identifier(alias, "company_id"),
            ))
            return SQL("EXISTS %s", query.subselect())

        return Domain.custom(to_sql=exists)

    # ------------------------------------------------------------------
    # For the windows
    # ------------------------------------------------------------------

    @api.model
    def _find_last(self, document, lang, template):
        """The kept text that this document can have now; empty when there is none, or its template is another one.

        :param document: what is to be sent
        :param str lang: code of the language
        :param template: the ``mail.template`` that would be used
        """
        key = self._key(document, lang)
        text = self.search([(name, "=", value) for name, value in key.items()], limit=1)
        fits = text and text.template_id == template and text.template_hash == self._hash(template, lang)
        return text if fits else self.browse()

    @api.model
    def _remember(self, document, lang, template, subject, body, contacts):
        """Keep what a person changed in the text of this document; an older one stays where they changed nothing.

        Sending never fails for it.

        :param subject: of the mail as it goes
        :param body: of the mail as it goes
        :param contacts: to whom it goes
        :return: the kept text, empty where nothing was kept
        """
        key = self._key(document, lang)
        if not all(key.values()) or not template:
            return self.browse()
        try:
            kept = self._compare(document, lang, template, subject, body, contacts)
        except UserError:
            _logger.info("The text of %s cannot be compared", document, exc_info=True)
            return self.browse()
        if not kept:
            return self.browse()
        return self._keep(key, {**kept, "template_id": template.id, "template_hash": self._hash(template, lang)})

    def _render(self, document, contacts):
        """Return ``{"subject": …, "body": …}`` of this kept text for a document."""
        self.ensure_one()
        original = self._originals(document, self.lang, self.template_id)
        values = self._dispatch_values(document.with_context(lang=self.lang), contacts)
        body = texts.rebuild(self.content or texts.NOTHING, original["body"], values)
        return {
            "subject": texts.rebuild_line(self.subject, original["subject"], values),
            "body": Markup(body),  # sanitized when it was kept; values are escaped
        }

    @api.model
    def _dispatch_values(self, document, contacts):
        """``{name: spellings}`` of what a text may say of this document, in the language of its context."""
        return {**document._dispatch_text_values(), **document._dispatch_text_people(contacts)}

    @api.model
    def _merge(self, sources, destination):
        """Partners become one: of two texts for the same documents the one that was used last stays."""
        # sudo: whoever may merge partners, these belong to them
        customer = destination.commercial_partner_id
        texts_of_all = self.sudo().search([("partner_id", "in", (sources | destination | customer).ids)])
        seen, older = set(), texts_of_all.browse()
        for text in texts_of_all:
            key = (text.company_id, text.type_id, text.lang)
            older |= text if key in seen else texts_of_all.browse()
            seen.add(key)
        older.unlink()
        if destination != customer:  # core would move them to a contact, who has no texts
            (texts_of_all - older).filtered(lambda text: text.partner_id != customer).partner_id = customer
        self.env.flush_all()

    # ------------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------------

    def _key(self, document, lang):
        return {
            "partner_id": document._dispatch_partner().commercial_partner_id.id,
            "company_id": document.company_id.id,
            "type_id": document._dispatch_type().id,
            "lang": lang or self.env.lang or "en_US",
        }

    def _source(self, template, lang):
        """Subject and marked body of a template in a language."""
        # sudo: the text is the administrator's, the clerk may use it (as core does, account.move.send)
        template = template.sudo().with_context(lang=lang)
        return template.subject or "", texts.mark(template.body_html)

    def _hash(self, template, lang):
        return self._hash_of(*self._source(template, lang)) if template else ""

    def _hash_of(self, subject, marked):
        return hashlib.sha256(f"{subject}\0{marked}".encode()).hexdigest()

    def _follow(self, subject, body):
        """Let a kept text go on with its template, which an update changed; one that did not fit before never will.

        :param str subject: of the template before the update, in the language of this text
        :param str body: of the template before the update
        """
        self.ensure_one()
        before, now = (subject or "", texts.mark(body)), self._source(self.template_id, self.lang)
        if before == now or self.template_hash != self._hash_of(*before):
            return
        content = self.content and texts.follow(self.content, before[1], now[1])
        self.env.cr.execute(SQL(
            # raw SQL: nobody used the text, which is what its date says
            "UPDATE document_dispatch_text SET template_hash = %s, content = %s WHERE id = %s",
            self._hash_of(*now), json.dumps(content) if content else None, self.id,
        ))
        self.invalidate_recordset(["template_hash", "content"])

    def _originals(self, document, lang, template):
        """What the template gives for this document: its subject, its body with marks, what it printed there.

        :param document: what is sent
        :param str lang: code of the language
        :param template: the ``mail.template``
        """
        subject_source, body_source = self._source(template, lang)
        # sudo: as in _source, and it may name fields that the user does not see. They can read the document.
        document.check_access("read")
        template = template.with_env(document.env).sudo().with_context(lang=lang)
        record = document._dispatch_text_record()
        subject = template._render_field("subject", record.ids)[record.id]
        body = template._render_template(
            body_source, record._name, record.ids, engine="qweb", options={"post_process": True},
        )[record.id]
        return {
            "subject": subject,
            "body": body,
            "printed": [*texts.printed_in_line(subject_source, subject), *texts.printed_values(body)],
        }

    def _compare(self, document, lang, template, subject, body, contacts):
        """Values of a kept text; empty where nothing was changed, or nothing of it can be kept.

        :param document: what is sent
        :param str lang: code of the language
        :param template: the ``mail.template``
        :param subject: of the mail as it goes
        :param body: of the mail as it goes
        :param contacts: to whom it goes
        """
        document = document.with_context(lang=lang)
        original = self._originals(document, lang, template)
        before = self._find_last(document, lang, template)
        if before and self._is_unchanged(before._render(document, contacts), subject, body):
            return {}  # used as it was: what it says of other cases stays
        values = self._dispatch_values(document, contacts)
        signature = texts.lines(document.env.user.signature)
        common = [text for text in (*document._dispatch_text_common(), *signature) if text]
        line = texts.remember_line(original["subject"], subject, values, original["printed"], common)
        content = texts.remember(original["body"], body, values, original["printed"], common)
        for block in (content or texts.NOTHING)["blocks"]:
            if "own" in block:
                block["own"] = str(html_sanitize(block["own"], sanitize_attributes=True, sanitize_style=True))
        return {"subject": line, "content": content} if line or content else {}

    def _is_unchanged(self, rendered, subject, body):
        return " ".join((subject or "").split()) == rendered["subject"] and texts.same(rendered["body"], body)

    def _keep(self, key, vals):
        # sudo: a text is kept by sending a mail, never written by hand
        texts_of_all = self.sudo()
        try:
            with self.env.cr.savepoint():
                text = texts_of_all.search([(name, "=", value) for name, value in key.items()], limit=1)
                if text:
                    text.write(vals)
                else:
                    text = texts_of_all.create({**key, **vals})
                self.env.flush_all()
        except BUSY:
            self.env.invalidate_all()
            return self.browse()
        return text.with_env(self.env)
