from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ...tools.dispatch import numbers
from ...tools.recipients import recipients

#: Models whose documents have a number, and the name of the field that holds it
NUMBERED = ("account.move", "sale.order", "document.dispatch.file")


class DocumentDispatchResend(models.TransientModel):
    """Sends documents again by their numbers, as people type them."""

    _name = "document.dispatch.resend"
    _description = "Send Again"

    numbers = fields.Text(help="One or several, with blanks or commas between them, or ranges like S00021-S00025.")
    line_ids = fields.One2many("document.dispatch.resend.line", "resend_id")
    not_found = fields.Char(readonly=True)
    fresh = fields.Selection(
        [("same", "The same text and files"), ("fresh", "Made anew")], string="What goes",
        required=True, default="same",
    )
    emails = fields.Char(
        string="Also to", help="Addresses with commas or semicolons between them, for this time only.",
    )
    save_address = fields.Boolean(
        string="Keep these addresses", help="As contacts of the customer that get this kind of document from now on.",
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

    def action_find(self):
        """Look for the documents with these numbers, and show to whom they went before."""
        self.ensure_one()
        try:
            meant = numbers.parse(self.numbers)
        except numbers.TooMany as error:
            raise UserError(self.env._(
                "These are more than %s numbers. Write fewer, or send them from the list.", numbers.MOST,
            )) from error
        if not meant:
            raise UserError(self.env._("Write the number of a document, like S00021 or INV/2026/00042."))
        wanted = [number for members in meant.values() for number in members]
        found = [document for model in NUMBERED for document in self._find_documents(model, wanted)]
        named = {document.name.casefold() for document in found}
        self.line_ids = [Command.clear(), *(Command.create(self._prepare_line(document)) for document in found)]
        # a range is found where one of its members is
        self.not_found = ", ".join(
            typed for typed, members in meant.items() if not any(member.casefold() in named for member in members)
        )
        return self._action()

    def _find_documents(self, model, wanted):
        """Documents with these numbers, in upper or lower case, that the user may read and send."""
        spellings = {spelling for number in wanted for spelling in (number, number.upper())}
        if not self.env[model].has_access("read"):
            return self.env[model]
        return self.env[model].search(Domain("name", "in", list(spellings)) & Domain(
            "company_id", "in", self.env.companies.ids,
        ), order="name").filtered(lambda document: document._dispatch_type())

    def _prepare_line(self, document):
        dispatch = document._dispatch_find_best().get(document.id) or document._dispatch_last()
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
            raise UserError(self.env._("There is nothing to send: find documents by their numbers, and choose some."))
        choices = self._parse_emails()
        if self.save_address and len(lines.partner_id.commercial_partner_id) > 1:
            raise UserError(self.env._("Addresses are kept for one customer at a time: choose documents of one."))
        dispatches = self.env["document.dispatch"].union(
            *(line._send(self.fresh == "fresh", choices) for line in lines)
        )
        if self.save_address:
            self._keep_addresses(lines[0], choices)
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_action")
        return {**action, "domain": [("id", "in", dispatches.ids)], "context": {"create": False}}

    def _keep_addresses(self, line, choices):
        """Make contacts of the typed addresses, with the flag of this kind of document."""
        document = line._document()
        flag = self.env["res.partner"]._dispatch_role_fields()[document._dispatch_type().role]
        with self.env["res.partner"]._dispatch_keeping_address(", ".join(choice.email for choice in choices)):
            self.env["res.partner"].create([{
                "name": choice.name or choice.email, "email": choice.email, "parent_id": line.partner_id.id,
                "type": "other", flag: True,
            } for choice in choices])


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
    state = fields.Selection(related="dispatch_id.state", related_sudo=False, string="What became of it")
    sent_date = fields.Datetime(related="dispatch_id.sent_date", related_sudo=False)
    sent_to = fields.Char(string="It went to", readonly=True)
    blocking_reason = fields.Char(string="Why not", readonly=True)

    def _document(self):
        return self.env[self.res_model].browse(self.res_id)

    def _send(self, fresh, choices):
        """Send one document again, or for the first time; return its dispatch."""
        if self.res_model not in NUMBERED:  # the line may say any model
            raise UserError(self.env._("Find the documents by their numbers."))
        document = self._document()
        document.check_access("read")  # the line may say any id
        previous = document._dispatch_supersede() or document._dispatch_last()
        if not previous:
            dispatch = document._dispatch_send_now("manual", choices)
            if dispatch.channel == "email":
                dispatch._deliver_soon()
            return dispatch
        return previous[:1]._resend(fresh, choices)
