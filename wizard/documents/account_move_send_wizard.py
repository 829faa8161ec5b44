from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMoveSendWizard(models.TransientModel):
    """Odoo's window that sends one invoice, and what goes beside it."""

    _name = "account.move.send.wizard"
    _inherit = ["account.move.send.wizard", "document.dispatch.window"]

    dispatch_from = fields.Char(
        string="From", compute="_compute_dispatch_from", store=True, readonly=False, compute_sudo=False,
        help="Sender of the e-mail. Empty: as set on the template.",
    )

    dispatch_invoice_too = fields.Boolean(
        string="The invoice itself", default=True, help="Turn off to send only what is selected below.",
    )

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
        if "email" in (self.sending_methods or []):
            wizard = replace(
                request, emails=tuple(self._dispatch_typed()), **self._dispatch_copies(),
                email_from=self._dispatch_check_sender(self.dispatch_from) or "",
                own_words=self._dispatch_has_own_words(),
            ).on(self)
            self._dispatch_remember()
        action = super(AccountMoveSendWizard, wizard).action_send_and_print(allow_fallback_pdf=allow_fallback_pdf)
        if not request.draft:  # a draft is of the invoice alone
            wizard._dispatch_send_beside()
        if self.dispatch_batch_id:
            return self.dispatch_batch_id._advance()
        if self.dispatch_download and self.move_id.invoice_pdf_report_id:
            return self._action_download(self.move_id.invoice_pdf_report_id)
        return action

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
        """Put the invoice into the paper tray; what goes beside it by mail goes now."""
        self.move_id.check_access("read")
        self._dispatch_window_request().on(self)._dispatch_send_beside()
        return super().action_dispatch_paper()
