from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import addresses


class AccountMoveSendWizard(models.TransientModel):
    _inherit = "account.move.send.wizard"

    dispatch_from = fields.Char(
        string="From", compute="_compute_dispatch_from", store=True, readonly=False,
        help="Who the mail comes from. Empty: as the text says.",
    )
    dispatch_emails = fields.Char(
        string="Also to", help="Addresses with commas or semicolons between them, for this time only. "
        "No contact is made of them.",
    )
    dispatch_reasons = fields.Text(string="Why these", compute="_compute_dispatch_reasons")
    dispatch_refusal = fields.Char(compute="_compute_dispatch_reasons")
    dispatch_copy_to_me = fields.Boolean(
        string="Send me a copy", default=lambda self: self.env.company.dispatch_copy_to_me,
    )
    dispatch_download = fields.Boolean(string="Download the PDF")

    @api.depends("template_id", "lang")
    def _compute_dispatch_from(self):
        for wizard in self:
            wizard.dispatch_from = self._get_mail_default_field_value_from_template(
                wizard.template_id, wizard.lang, wizard.move_id, "email_from",
            ) or wizard.company_id.email_formatted

    @api.depends("move_id")
    def _compute_dispatch_reasons(self):
        """Who gets it by the flags, and why; who refuses, and since when."""
        for wizard in self:
            move = wizard.move_id
            dispatch_type = move._dispatch_type()
            partner = move._dispatch_partner()
            wizard.dispatch_reasons = wizard.dispatch_refusal = False
            if not dispatch_type:
                continue
            resolution = partner.with_company(move.company_id)._dispatch_recipients(dispatch_type)[partner]
            wizard.dispatch_reasons = "\n".join(
                f"{choice.email}: {partner._dispatch_reason_label(choice, dispatch_type.role)}"
                for choice in (*resolution.chosen, *resolution.skipped)
            )
            if dispatch_type.refusal_applies and partner.dematerialization_refused:
                wizard.dispatch_refusal = partner._dispatch_refusal_text()
            elif not resolution.chosen:
                wizard.dispatch_refusal = self.env._("The customer has no valid e-mail address.")

    # ------------------------------------------------------------------

    def _dispatch_typed(self):
        """The typed addresses and the user's own, or a clear message."""
        typed = [address.email for address in self.env["res.partner"]._dispatch_typed_addresses(self.dispatch_emails)]
        if self.dispatch_copy_to_me:
            own = addresses.parse(self.env.user.email)
            if not own.valid:
                raise UserError(self.env._(
                    "You have no valid e-mail address for a copy. Write it in your preferences."))
            typed.append(own.valid[0].email)
        return list(dict.fromkeys(typed))

    def _dispatch_sender(self):
        parsed = addresses.parse(self.dispatch_from)
        if self.dispatch_from and (len(parsed.valid) != 1 or parsed.invalid):
            raise UserError(self.env._("“%s” is not one valid address to send from.", self.dispatch_from))
        return self.dispatch_from or False

    def action_send_and_print(self, allow_fallback_pdf=False):
        """Hand what the window says beside core's own fields down to the mail."""
        self.ensure_one()
        wizard = self
        if "email" in (self.sending_methods or []):
            window = {"emails": self._dispatch_typed(), "email_from": self._dispatch_sender()}
            wizard = self.with_context(dispatch_window=window)
        action = super(AccountMoveSendWizard, wizard).action_send_and_print(allow_fallback_pdf=allow_fallback_pdf)
        if self.dispatch_download and self.move_id.invoice_pdf_report_id:
            return self._action_download(self.move_id.invoice_pdf_report_id)
        return action

    def action_dispatch_paper(self):
        """Put the invoice into the paper tray instead of mailing it."""
        self.ensure_one()
        self.move_id._dispatch_to_paper()
        return {"type": "ir.actions.act_window_close"}
