from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.dispatch.steering import OutgoingMail
from ...tools.page import links
from .document_dispatch_place import PAGE, make_place

OPENED = (
    "When the link to the customer's page in this mail was first opened in a browser. Mail scanners that say what "
    "they are do not count; one that calls itself a browser does: it is a hint, no proof."
)


class DocumentDispatchRecipient(models.Model):
    """The link to the customer's page in a recipient's mail, and when it was opened."""

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
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
        readers = self.dispatch_id.recipient_ids if self.env.context.get("dispatch_shared") else self
        return all(reader._is_customers() for reader in readers)

    def _reaches_customer_only(self):
        """The same, and nobody of the house reads it: no supervisor of a rehearsal, no draft of a person's."""
        dispatch = self.dispatch_id
        return not dispatch.rehearsal and not dispatch.draft_id and self._reaches_customer()

    def _page_place(self):
        # of the row: contacts with the same text around share it
        return make_place(self.env, PAGE, self.dispatch_id.id)

    def _prepare_body(self, text):
        """The text of this recipient's mail: in his language, with the place of the link to his page below."""
        document = self.dispatch_id._document()
        text = links.take_out(self.body or text, keep=document._dispatch_places())
        if not self._gets_page():
            return text
        company = self.dispatch_id.company_id
        words = self.with_context(lang=self.lang).env._("All your documents at %s", company.name)
        url = f"{document.get_base_url()}{self._page_place()}"
        return text + Markup('<p style="margin: 16px 0px 0px 0px;"><a href="%s">%s</a></p>') % (url, words)

    def _make_links(self):
        """Make the links for the mail that is about to go: ``{place: path}``; empty where it may have none."""
        body, dispatch, made = self.mail_body or "", self.dispatch_id, {}
        if (place := self._page_place()) in body and self._gets_page():
            made[place] = self.env["document.dispatch.page"]._make__(
                dispatch.partner_id.commercial_partner_id, dispatch.company_id, self.lang, self)
        document = dispatch._document()
        if any(place in body for place in document._dispatch_places()) and self._reaches_customer_only():
            made.update(document._dispatch_links__())
        return made


class MailMail(models.Model):
    # see above  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.mail"

    def _prepare_outgoing_body(self):
        """Put the real links where their places are, on the way out only."""
        body = super()._prepare_outgoing_body()
        outgoing = OutgoingMail.of(self.env)
        return links.put_in(body, outgoing and outgoing.links)


class DocumentDispatchMixin(models.AbstractModel):
    # see above  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch.mixin"

    def _dispatch_carries_page(self):
        """Tell whether mails with this document carry the link to the customer's page."""
        return True

    def _dispatch_places(self):
        """What stands in the document's own text for secret links of its customer."""
        return ()

    def _dispatch_links__(self):
        """``{place: path}`` of these links, for a mail that only the customer reads."""
        return {}


class DocumentDispatch(models.Model):
    """What the customer opened of a dispatch."""

    # see above  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch"

    document_opened_date = fields.Datetime(
        string="Document opened", compute="_compute_document_opened", search="_search_document_opened",
        help="When the document was first opened by its link, or on the customer's page, in a browser. Mail scanners "
        "that say what they are do not count; one that calls itself a browser does: it is a hint, no proof.",
    )
    document_opened_ip = fields.Char(
        string="Document opened from", compute="_compute_document_opened",
        groups="document_dispatch.group_dispatch_manager")
    document_opened_agent = fields.Char(
        string="Document opened with", compute="_compute_document_opened",
        groups="document_dispatch.group_dispatch_manager")
    page_opened_date = fields.Datetime(
        compute="_compute_page_opened", search="_search_page_opened", string="Page opened", help=OPENED)

    @api.depends("res_model", "res_id")
    def _compute_document_opened(self):
        for model, rows in self.grouped("res_model").items():
            # sudo: whoever sees the row sees what became of it; the rights on the fields are these fields'
            documents = self.env[model].sudo().browse(rows.mapped("res_id")).exists()
            for row in rows:
                document = documents.browse(row.res_id) & documents
                row.document_opened_date = document.dispatch_opened_date
                row.document_opened_ip = document.dispatch_opened_ip
                row.document_opened_agent = document.dispatch_opened_agent

    @api.model
    def _search_document_opened(self, operator, value):
        return Domain.OR(
            Domain("res_model", "=", model) & Domain(
                # sudo: see above
                "res_id", "in", self.env[model].sudo()._search([("dispatch_opened_date", operator, value)]))
            for model in self._get_document_models()
        )

    @api.model
    def _get_document_models(self):
        """Names of the models that can be dispatched."""
        names = self.env["document.dispatch.mixin"]._inherit_children
        return [name for name in names if not self.env[name]._abstract]

    @api.depends("recipient_ids.page_opened_date", "lead_id")
    def _compute_page_opened(self):
        for row in self:
            opened = [day for day in row.recipient_ids.mapped("page_opened_date") if day]
            row.page_opened_date = min(opened, default=False)

    @api.model
    def _search_page_opened(self, operator, value):
        if operator in ("=", "in") and not any(value if isinstance(value, (list, set, tuple)) else [value]):
            return Domain("recipient_ids", "not any", [("page_opened_date", "!=", False)])
        return Domain("recipient_ids", "any", [("page_opened_date", operator, value)])
