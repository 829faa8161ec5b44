from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.legal.gates import LOCAL_METHODS
from .document_dispatch_window import EMAIL, PAPER


class AccountMoveSendWizard(models.TransientModel):
    """Odoo's window that sends one invoice, and what goes beside it."""

    _name = "account.move.send.wizard"
    _inherit = ["account.move.send.wizard", "document.dispatch.window"]

    dispatch_from = fields.Char(
        string="From", compute="_compute_dispatch_from", store=True, readonly=False, compute_sudo=False,
        help="Sender of the e-mail. Empty: as set on the template.",
    )

    # what Odoo makes ready before the record is there, follows it
    dispatch_channel = fields.Selection(
        compute="_compute_dispatch_channel", store=True, readonly=False, compute_sudo=False, precompute=True)
    dispatch_invoice_too = fields.Boolean(
        string="The invoice itself", default=True, help="Turn off to send only what is selected below.",
    )
    # with the user's rights: they say something of the customer, whatever id the window says
    sending_method_checkboxes = fields.Json(compute_sudo=False)

    @api.depends("template_id", "lang")
    def _compute_dispatch_from(self):
        for wizard in self:
            wizard.move_id._origin.check_access("read")  # core renders as superuser, whatever id the window says
            said = wizard.move_id and self._get_mail_default_field_value_from_template(
                wizard.template_id, wizard.lang, wizard.move_id, "email_from")
            wizard.dispatch_from = wizard._dispatch_default_sender(said) or wizard.company_id.email_formatted

    @api.depends("move_id")
    def _compute_dispatch_channel(self):
        return super()._compute_dispatch_channel()

    def _dispatch_proposes(self, method):
        return method in self._get_default_sending_methods(self.move_id)

    @api.depends("dispatch_channel")
    def _compute_sending_method_checkboxes(self):
        result = super()._compute_sending_method_checkboxes()
        for wizard in self:
            if wizard.move_id:
                wizard.sending_method_checkboxes = wizard._dispatch_offer_methods({
                    method: wizard._dispatch_check_method(method, box)
                    for method, box in wizard.sending_method_checkboxes.items()})
        return result

    def _dispatch_check_method(self, method, box):
        """The box of one of Odoo's methods; disabled where Odoo would leave it out without a word."""
        # networks say so themselves
        if method not in LOCAL_METHODS - {EMAIL} or self._is_applicable_to_move(method, self.move_id):
            return box
        return self._dispatch_disable(box, self.env._("not possible for this customer"))

    @api.model
    def _get_alerts(self, moves, moves_data):
        """What the window says itself, it does not say twice."""
        alerts = super()._get_alerts(moves, moves_data)
        return {key: alert for key, alert in alerts.items() if key not in ("dispatch_refused", "dispatch_wished")}

    def _get_sending_settings(self):
        """The paper tray is no business of Odoo's."""
        settings = super()._get_sending_settings()
        return {**settings, "sending_methods": [
            method for method in settings["sending_methods"] if method != PAPER]}

    @api.depends("move_id")
    def _compute_dispatch_reasons(self):
        return super()._compute_dispatch_reasons()

    @api.depends("move_id")
    def _compute_dispatch_copies(self):
        return super()._compute_dispatch_copies()

    def _compute_mail_partners(self):
        result = super()._compute_mail_partners()
        self._dispatch_compute_without_copies("mail_partner_ids")
        return result

    @api.depends("move_id")
    def _compute_dispatch_collection(self):
        return super()._compute_dispatch_collection()

    @api.depends("move_id", "template_id", "lang")
    def _compute_dispatch_text_id(self):
        return super()._compute_dispatch_text_id()

    @api.depends("dispatch_text")
    def _compute_subject(self):
        result = super()._compute_subject()
        self._dispatch_apply_last_text("subject")
        self._dispatch_show_reference()
        return result

    @api.depends("dispatch_text")
    def _compute_body(self):
        result = super()._compute_body()
        self._dispatch_apply_last_text("body")
        return result

    def _dispatch_document(self):
        return self.move_id

    def _dispatch_contacts(self):
        return self.mail_partner_ids

    def _dispatch_window_send(self):
        return self.action_send_and_print()

    def action_send_and_print(self, allow_fallback_pdf=False):
        """Hand what the window says beside core's own fields down to the mail."""
        self.ensure_one()
        self.move_id.check_access("read")  # core sends with the system's rights, whatever id the window says
        request = self._dispatch_window_request()
        wizard = request.on(self)
        if not self.dispatch_invoice_too:
            return wizard._dispatch_send_only_beside()
        if self._dispatch_is_ticked(PAPER):
            return self.action_dispatch_paper()
        if "email" in (self.sending_methods or []):
            wizard = replace(
                request, emails=tuple(self._dispatch_typed()), **self._dispatch_copies(),
                email_from=self._dispatch_check_sender(self.dispatch_from) or "",
                own_words=self._dispatch_has_own_words(),
            ).on(self)
            self._dispatch_remember()
            self._dispatch_keep_typed()
        before = self.move_id._dispatch_last()
        action = super(AccountMoveSendWizard, wizard).action_send_and_print(allow_fallback_pdf=allow_fallback_pdf)
        if not request.draft:  # a draft is of the invoice alone
            wizard._dispatch_send_beside()
        if self.dispatch_batch_id:
            return self.dispatch_batch_id._advance()
        # a program that says the methods itself looks at no notification
        by_person = all("label" in box for box in (self.sending_method_checkboxes or {}).values())
        done = action.get("type") == "ir.actions.act_window_close"
        return self._dispatch_tell(action, before) if done or by_person else action

    def _dispatch_send_beside(self):
        """Send what is chosen of what goes beside the invoice; tell whether something is. Rooms above know what."""
        return False

    def _dispatch_send_only_beside(self):
        """Send what is chosen beside the invoice, and not the invoice."""
        if not self._dispatch_send_beside():
            raise UserError(self.env._("Nothing is selected. Select what to send."))
        return self.dispatch_batch_id._advance() if self.dispatch_batch_id else {"type": "ir.actions.act_window_close"}

    def action_dispatch_print(self):
        """Print the invoice; what goes beside it by mail goes now."""
        self.move_id.check_access("read")
        self._dispatch_send_beside()
        return super().action_dispatch_print()

    def action_dispatch_paper(self):
        """Put the invoice into the paper tray, after what networks take; what goes beside it by mail goes now."""
        # pylint: disable=super-method-mismatch  # core's half of action_send_and_print
        self.move_id.check_access("read")
        wizard = self._dispatch_window_request().on(self)
        if wizard._dispatch_get_networks({
            "sending_methods": self.sending_methods, "extra_edis": self.extra_edis,
        }):
            self.move_id._dispatch_check_paper()  # what a network takes stays there
            action = super(AccountMoveSendWizard, wizard).action_send_and_print()
            if action.get("type") != "ir.actions.act_window_close":
                return action  # the network has a question first
        wizard._dispatch_send_beside()
        return super().action_dispatch_paper()
