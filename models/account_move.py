from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .document_dispatch import NO_SYNC

#: Kind of invoice → code of its document type
MOVE_TYPES = {"out_invoice": "invoice", "out_refund": "credit_note", "out_receipt": "receipt"}


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "document.dispatch.mixin"]

    # what the scheduler asks for: posted, of this company, since a day, nothing done yet
    _dispatch_due_idx = models.Index(
        "(company_id, invoice_date) WHERE state = 'posted' "
        "AND (dispatch_state IS NULL OR dispatch_state = 'to_send')"
    )

    # ------------------------------------------------------------------
    # What an invoice says of itself
    # ------------------------------------------------------------------

    def _dispatch_type_code(self):
        return MOVE_TYPES.get(self.move_type, False)

    def _dispatch_obstacle(self):
        if self.state != "posted":
            return self.env._("The invoice is not posted.")
        return ""

    @api.model
    def _dispatch_rule_domain(self, codes):
        move_types = [move_type for move_type, code in MOVE_TYPES.items() if code in codes]
        return Domain("state", "=", "posted") & Domain("move_type", "in", move_types)

    @api.model
    def _dispatch_date_field(self):
        return "invoice_date"

    def _dispatch_default_report(self):
        return self.env["account.move.send"]._get_default_pdf_report_id(self)

    def _dispatch_make_files(self, dispatch_type):
        return self.env["account.move.send"]._dispatch_make_files(self, dispatch_type)

    def _dispatch_accepted(self):
        self.filtered(lambda move: not move.is_move_sent).with_context(**NO_SYNC).is_move_sent = True

    def _dispatch_came_back(self):
        self.filtered("is_move_sent").with_context(**NO_SYNC).is_move_sent = False

    def _get_mail_template(self):
        """The type's text comes first: it is what the administrator edits."""
        core = super()._get_mail_template()
        codes = {move._dispatch_type_code() for move in self}
        if len(codes) != 1 or not all(codes):
            return core
        return self[:1]._dispatch_type().mail_template_id or core

    # ------------------------------------------------------------------
    # What changes under way
    # ------------------------------------------------------------------

    def button_draft(self):
        posted = self.filtered(lambda move: move.state == "posted" and move._dispatch_type_code())
        result = super().button_draft()
        posted._dispatch_new_revision()
        return result

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        # core leaves the mark of the first version (button_draft): the corrected one has not gone
        corrected = posted.filtered(lambda move: move.dispatch_revision and move.is_move_sent)
        corrected.sudo().is_move_sent = False  # sudo: the mark is the system's
        return posted

    def button_cancel(self):
        result = super().button_cancel()
        self._dispatch_withdraw(self.env._("The document was cancelled."))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_withdraw_dispatches(self):
        self._dispatch_withdraw(self.env._("The document was deleted."))

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        if self._dispatch_capture(message, kwargs):
            return []
        return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)

    def action_dispatch_mark(self):
        if any(not move._dispatch_type_code() for move in self):
            raise UserError(self.env._("Only customer invoices, credit notes and receipts can be sent."))
        return super().action_dispatch_mark()
