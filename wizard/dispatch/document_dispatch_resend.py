from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ...tools.dispatch import numbers, states
from ...tools.recipients import recipients

#: So many numbers that are not found as they stand are looked for in parts, and so many documents are shown for them
MOST_PARTS, MOST_HITS = 50, 200
#: Of an address: it does not have the document, and nothing is on its way to it
WITHOUT = (False, states.FAILED, states.BOUNCED, states.CANCELLED)


class DocumentDispatchResend(models.TransientModel):
    """Sends documents again by their numbers, as people type them."""

    _name = "document.dispatch.resend"
    _description = "Send Again"

    numbers = fields.Text(help="One or several, separated by spaces or commas, or ranges like S00021-S00025. Leading "
                               "zeros and prefixes may be omitted: 25, 2026/39.")
    line_ids = fields.One2many("document.dispatch.resend.line", "resend_id")
    recipient_ids = fields.One2many("document.dispatch.resend.recipient", "resend_id")
    not_found = fields.Char(readonly=True)
    ambiguous = fields.Char(readonly=True, help="Numbers that match several documents.")
    fresh = fields.Selection(
        [("same", "The same text and files"), ("fresh", "New files")], string="Content",
        required=True, default="same",
    )
    emails = fields.Char(
        string="Additional addresses",
        help="Addresses separated by commas or semicolons, for this e-mail only.",
    )
    save_address = fields.Boolean(
        string="Save these addresses",
        help="As contacts of the customer that receive this kind of document from now "
                                            "on.",
    )

    @api.model
    def _open(self, names):
        """Return the action that shows the window for these numbers."""
        window = self.create({"numbers": "\n".join(names)})
        return window.action_find() if names else window._action()

    def _action(self):
        return {
            "type": "ir.actions.act_window", "name": self.env._("Send Again"), "res_model": self._name,
            "res_id": self.id, "view_mode": "form", "target": "new", "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _get_numbered_models(self):
        """The names of the models whose documents can be found by their number."""
        kinds = self.env["document.dispatch"]._get_dispatched_models()
        return [model for model in kinds if "name" in self.env[model]._fields and self.env[model]._fields["name"].store]

    def action_find(self):
        """Look for the documents with these numbers, and show to whom they went before."""
        self.ensure_one()
        try:
            meant = numbers.parse(self.numbers)
        except numbers.TooMany as error:
            raise UserError(self.env._(
                "More than %s numbers were entered. Enter fewer, or send the documents from their list.", numbers.MOST,
            )) from error
        if not meant:
            raise UserError(self.env._("Enter the number of a document, like S00021 or INV/2026/00042."))
        wanted = [number for members in meant.values() for number in members]
        found = {model: self._find_documents(model, wanted) for model in self._get_numbered_models()}
        exact = {document.name.casefold() for documents in found.values() for document in documents}
        parts = [number for number in wanted if number.casefold() not in exact and numbers.pattern(number)][:MOST_PARTS]
        near = {model: self._find_documents_by_parts(model, parts) - found[model] for model in found}
        hits = {
            number: [document.name for documents in near.values() for document in documents
                     if numbers.fits(number, document.name)] for number in parts
        }
        one_of = {name for names in hits.values() if len(names) > 1 for name in names}
        self.line_ids = [Command.clear()]
        for model in found:
            documents = found[model] | near[model]
            self._make_lines(documents, chosen=documents.filtered(lambda document: document.name not in one_of))
        self.ambiguous = ", ".join(number for number, names in hits.items() if len(names) > 1)
        # a range is found where one of its members is
        self.not_found = ", ".join(
            typed for typed, members in meant.items()
            if not any(member.casefold() in exact or hits.get(member) for member in members)
        )
        return self._action()

    def _find_documents(self, model, wanted):
        """Documents with these numbers, in upper or lower case, that the user may read and send."""
        spellings = {spelling for number in wanted for spelling in (number, number.upper())}
        return self._search_documents(model, Domain("name", "in", list(spellings)), order="name")

    def _find_documents_by_parts(self, model, parts):
        """Documents for whose number one of these may stand, see ``tools.dispatch.numbers.pattern``; the last ones."""
        if not parts:
            return self.env[model]
        pattern = "|".join(map(numbers.pattern, parts))
        fits = Domain.custom(to_sql=lambda model, alias, query: SQL(
            "%s ~* %s", model._field_to_sql(alias, "name", query), pattern))
        return self._search_documents(model, fits, order="id desc", limit=MOST_HITS)

    def _search_documents(self, model, domain, **options):
        if not self.env[model].has_access("read"):
            return self.env[model]
        return self.env[model].search(
            domain & Domain("company_id", "in", self.env.companies.ids), **options,
        ).filtered(lambda document: document._dispatch_type())

    def _make_lines(self, documents, chosen):
        """Show documents, and to whom they would go; those of ``chosen`` are ticked."""
        earlier, best = self._find_earlier(documents), documents._dispatch_find_best()
        for company, of_company in documents.grouped("company_id").items():
            directory = of_company._dispatch_partners().with_company(company)._dispatch_directory()
            lines = self.env["document.dispatch.resend.line"].create([{
                **self._prepare_line(document, best.get(document.id) or document._dispatch_last()),
                "resend_id": self.id, "chosen": document in chosen,
            } for document in of_company])
            lines.filtered("blocking_reason").chosen = False
            self.env["document.dispatch.resend.recipient"].create([
                {**vals, "resend_id": self.id, "line_id": line.id} for line in lines if not line.blocking_reason
                for vals in line._prepare_recipients(directory, earlier.get(line.res_id, {}))
            ])

    def _find_earlier(self, documents):
        """What became of the addresses to which these documents went as they are now: ``{id: {address: state}}``."""
        earlier = {}
        mailboxes = self.env["document.dispatch.channel"]._get_codes("_takes_addresses")
        for recipient in self.env["document.dispatch.recipient"].search([
            ("dispatch_id.res_model", "=", documents._name), ("dispatch_id.res_id", "in", documents.ids),
            ("dispatch_id.state", "!=", "cancelled"), ("dispatch_id.rehearsal", "=", False),
            ("dispatch_id.channel", "in", mailboxes),
        ], order="id"):
            document = documents.browse(recipient.dispatch_id.res_id)
            if recipient.dispatch_id.revision == document.dispatch_revision:
                by_email = earlier.setdefault(document.id, {})
                if by_email.get(recipient.email) != states.SENT:
                    by_email[recipient.email] = recipient.state
        return earlier

    def action_only_missing(self):
        """Leave only those ticked who do not have the document."""
        self.ensure_one()
        for recipient in self.recipient_ids:
            recipient.chosen = recipient.state in WITHOUT and (recipient.chosen or bool(recipient.state))
        for line in self.line_ids:
            line.chosen = line.chosen and (not line.recipient_ids or any(line.recipient_ids.mapped("chosen")))
        return self._action()

    def _prepare_line(self, document, dispatch):
        return {
            "res_model": document._name, "res_id": document.id, "document_name": document.name,
            "partner_id": document._dispatch_partner().id, "dispatch_id": dispatch.id,
            "sent_to": ", ".join(dispatch.recipient_ids.mapped("email")),
            "blocking_reason": self._get_blocking_reason(document, dispatch),
        }

    def _get_blocking_reason(self, document, dispatch):
        dispatch_type = dispatch.type_id or document._dispatch_type()
        if blocking_reason := document._dispatch_blocking_reason(dispatch_type.code):
            return blocking_reason
        partner = document._dispatch_partner()
        if partner._dispatch_refuses(dispatch_type, document.company_id):
            return self.env._("The customer refuses e-mail.")
        return False

    def _parse_emails(self):
        typed = self.env["res.partner"]._dispatch_typed_addresses(self.emails)
        return [recipients.Choice(False, address.email, recipients.MANUAL, address.name) for address in typed]

    def action_send(self):
        """Send the chosen documents again; each is a new dispatch in the log."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.chosen and not line.blocking_reason)
        if not lines:
            blocked = self.line_ids.filtered("blocking_reason")
            reasons = [f"{line.document_name}: {line.blocking_reason}" for line in blocked]
            raise UserError("\n".join(reasons) or self.env._(
                "There is nothing to send: search for documents by number and select them."))
        choices = self._parse_emails()
        if self.save_address and len(lines.partner_id.commercial_partner_id) > 1:
            raise UserError(self.env._("Addresses can be saved for one customer at a time: choose documents of one "
                                       "customer."))
        dispatches = self.env["document.dispatch"].union(
            *(line._send(self.fresh == "fresh", choices) for line in lines)
        )
        if self.save_address:
            self._keep_addresses(lines[0], choices)
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_action")
        return {**action, "domain": [("id", "in", dispatches.ids)], "context": {"create": False}}

    def _keep_addresses(self, line, choices):
        """Make contacts of the typed addresses, with the flag of this kind of document."""
        line.partner_id._dispatch_keep_addresses(choices, line._document()._dispatch_type().role_id)


class DocumentDispatchResendLine(models.TransientModel):
    """A document that was found by its number, and to whom it went before."""

    _name = "document.dispatch.resend.line"
    _description = "Document to Send Again"

    resend_id = fields.Many2one("document.dispatch.resend", required=True, ondelete="cascade", index=True)
    chosen = fields.Boolean(string="Send", default=True)
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    document_name = fields.Char(string="Document", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    dispatch_id = fields.Many2one("document.dispatch", readonly=True)
    # with the user's rights: a client may name any dispatch
    state = fields.Selection(related="dispatch_id.state", related_sudo=False, string="Result")
    sent_date = fields.Datetime(related="dispatch_id.sent_date", related_sudo=False)
    sent_to = fields.Char(string="Sent to", readonly=True)
    blocking_reason = fields.Char(string="Blocking reason", readonly=True)
    recipient_ids = fields.One2many("document.dispatch.resend.recipient", "line_id")

    def _document(self):
        return self.env[self.res_model].browse(self.res_id)

    def _send(self, fresh, choices):
        """Send one document again, or for the first time; return its dispatch."""
        if self.res_model not in self.resend_id._get_numbered_models():  # the line may say any model
            raise UserError(self.env._("Search for the documents by number."))
        document = self._document()
        document.check_access("read")  # the line may say any id
        only, more = self._get_ticked()
        if only is not None and not only and not more and not choices:
            raise UserError(self.env._("No recipient is selected for %s.", document._dispatch_name()))
        choices = [*more, *choices]
        previous = document._dispatch_supersede() or document._dispatch_last()
        if not previous:
            dispatch = document._dispatch_send_now("manual", choices, only=only)
            dispatch._deliver_soon()
            return dispatch
        return previous[:1]._resend(fresh, choices, only)

    def _prepare_recipients(self, directory, earlier):
        """Whom the flags name now, and unticked those who got it earlier and are not named any more."""
        document = self._document()
        dispatch_type = self.dispatch_id.type_id or document._dispatch_type()
        chosen = document._dispatch_resolve(dispatch_type, directory).chosen
        labels, partners = self.env["document.dispatch.recipient"]._reason_labels(), self.env["res.partner"]
        for choice in chosen:
            yield {
                "email": choice.email, "name": choice.name or partners.browse(choice.contact_id or ()).name,
                "reason": labels[partners._dispatch_reason(choice, dispatch_type.role)],
                "state": earlier.get(choice.email), "named": True,
            }
        for email in earlier.keys() - {choice.email for choice in chosen}:
            yield {"email": email, "state": earlier[email], "chosen": False, "named": False}

    def _get_ticked(self):
        """Whom a person left ticked.

        :return: the addresses that the flags name (``None``: whoever they name), and as choices the others
        """
        if not self.recipient_ids:
            return None, []
        ticked = self.recipient_ids.filtered("chosen")
        # what is not named now is an address like a typed one, whatever the window says
        more = [address for recipient in ticked.filtered(lambda recipient: not recipient.named)
                for address in self.env["res.partner"]._dispatch_typed_addresses(recipient.email)]
        return set(ticked.filtered("named").mapped("email")), [
            recipients.Choice(False, address.email, recipients.MANUAL, address.name) for address in more]


class DocumentDispatchResendRecipient(models.TransientModel):
    """Somebody who would get a document again; a person may take them out."""

    _name = "document.dispatch.resend.recipient"
    _description = "Recipient to Send Again"
    _order = "line_id, named desc, id"

    resend_id = fields.Many2one("document.dispatch.resend", required=True, ondelete="cascade", index=True)
    line_id = fields.Many2one("document.dispatch.resend.line", required=True, ondelete="cascade", index=True)
    chosen = fields.Boolean(string="Send", default=True)
    document_name = fields.Char(related="line_id.document_name", related_sudo=False)
    name = fields.Char(readonly=True)
    email = fields.Char(string="Address", required=True, readonly=True)
    reason = fields.Char(readonly=True)
    named = fields.Boolean(readonly=True, help="According to the current contact flags.")
    state = fields.Selection("_get_states", string="Result", readonly=True)

    @api.model
    def _get_states(self):
        return self.env["document.dispatch.recipient"]._fields["state"]._description_selection(self.env)
