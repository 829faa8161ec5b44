from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command

from ...tools.recipients import recipients
from ...tools.text import texts


class AccountMoveSendWizardFile(models.TransientModel):
    """What goes beside an invoice from its Send window: its NF-e, its boletos, each to its own people.

    One line for each kind, with the text that its people get.
    """

    _name = "account.move.send.wizard.file"
    _description = "NF-e and Boletos beside an Invoice"
    _order = "id"

    window_id = fields.Many2one("account.move.send.wizard", required=True, ondelete="cascade", index=True)
    type_id = fields.Many2one("document.dispatch.type", string="Kind", required=True)
    file_ids = fields.Many2many("document.dispatch.file", string="Documents", required=True)
    chosen = fields.Boolean(string="Send")
    went = fields.Boolean()
    recipients = fields.Text(string="To", compute="_compute_recipients")
    emails = fields.Char(
        string="Additional addresses", help="Addresses separated by commas or semicolons, for this e-mail only.",
    )
    warning = fields.Text(string="Check", compute="_compute_warning")
    subject = fields.Char()
    body = fields.Html(sanitize="email_outgoing", sanitize_attributes=False)

    @api.model
    def _prepare_lines(self, move):
        """Values of the lines for an invoice: one for each kind of file that can go."""
        files = move.dispatch_file_ids.filtered(
            lambda file: file._dispatch_type_code() and not file._dispatch_blocking_reason(file._dispatch_type_code()))
        by_type = files.grouped(lambda file: file._dispatch_type())
        for dispatch_type in self.env["document.dispatch.type"].union(*by_type).sorted("sequence"):
            yield self._prepare_line(dispatch_type, by_type[dispatch_type])

    @api.model
    def _prepare_line(self, dispatch_type, files):
        fresh = files.filtered(lambda file: file.dispatch_state in (False, "to_send", "rehearsed"))
        files = fresh or files
        return {
            "type_id": dispatch_type.id, "file_ids": [Command.set(files.ids)], "went": not fresh,
            # what went before, what somebody excluded, and what has warnings waits for a click
            "chosen": bool(fresh) and not any(file._dispatch_warnings() for file in files),
            **self._render_text(dispatch_type, files),
        }

    @api.model
    def _render_text(self, dispatch_type, files):
        """Subject and body, in the language of the customer."""
        move = files.move_id[:1]
        lang = move._dispatch_lang(move._dispatch_partner())
        documents = files.with_company(move.company_id).with_context(lang=lang)
        for_bundle = len(files) > 1 and dispatch_type.bundle_template_id
        template = (for_bundle or dispatch_type.mail_template_id).with_env(documents.env)
        template = template.with_context(dispatch_documents=documents)
        text = self.env["document.dispatch.content"]._render_texts(template, documents[:1], lang)[documents[:1].id]
        return {"subject": text["subject"], "body": text["body"]}

    @api.depends("type_id", "file_ids")
    def _compute_recipients(self):
        """Who gets it, and why; on paper, and why."""
        for line in self:
            files = line.file_ids._origin
            partner, company = files.move_id[:1]._dispatch_partner(), files.move_id[:1].company_id
            resolution = partner.with_company(company)._dispatch_recipients(line.type_id)[partner]
            reasons = [partner._dispatch_reason_line(choice, line.type_id.role)
                       for choice in (*resolution.chosen, *resolution.skipped)]
            if partner._dispatch_refuses(line.type_id, company):
                reasons = [self.env._("On paper: %s", partner._dispatch_refusal_text(line.type_id, company))]
            elif not resolution.chosen:
                reasons.append(self.env._("On paper: the customer has no valid e-mail address."))
            elif partner._dispatch_duty(line.type_id, company):
                reasons.append(self.env._("The customer refuses e-mail; e-mail is required by law."))
            line.recipients = "\n".join(reasons)

    @api.depends("file_ids", "chosen")
    def _compute_warning(self):
        for line in self:
            warnings = [
                f"{file.name}: {file._dispatch_warnings()}" for file in line.file_ids if file._dispatch_warnings()
            ]
            before = []
            if line.went:
                again = self.env._("It was already sent: it will be sent again.")
                before.append(again if line.chosen else self.env._("It was already sent."))
            line.warning = "\n".join(warnings + before)

    # ------------------------------------------------------------------

    def _send_chosen(self, origin="manual"):
        """Send the chosen lines; each document has its own dispatch."""
        dispatches = self.env["document.dispatch"]
        for line in self.filtered("chosen"):
            dispatches |= line._send_line(origin)
        dispatches.filtered(lambda dispatch: dispatch.state == "queued")._deliver_soon()
        return dispatches

    def _send_line(self, origin):
        files = self.file_ids.with_company(self.file_ids.company_id[:1])
        files.check_access("read")
        files.move_id.check_access("read")  # the line may say any id
        choices = [
            recipients.Choice(False, address.email, recipients.MANUAL, address.name)
            for address in self.env["res.partner"]._dispatch_typed_addresses(self.emails)
        ]
        return files._dispatch_send_now(origin, choices, self._own_text())

    def _own_text(self):
        """What the person wrote instead of the type's text; empty where nothing was changed."""
        original = self._render_text(self.type_id, self.file_ids)
        if (self.subject or "") == original["subject"] and texts.same(original["body"], self.body or ""):
            return {}
        return {"subject": self.subject, "body": Markup(self.body or "")}
