from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.pdf.stamp import stamp
from ..dispatch.document_dispatch import NO_SYNC
from ..dispatch.document_dispatch_protected import SYSTEM_WRITE

#: Kind of invoice → code of its document type
MOVE_TYPES = {"out_invoice": "invoice", "out_refund": "credit_note", "out_receipt": "receipt"}


class AccountMove(models.Model):
    """An invoice, credit note or receipt as a document that is dispatched."""

    _name = "account.move"
    _inherit = ["document.dispatch.mixin", "account.move"]
    _dispatch_done_methods = ("_post",)
    _dispatch_withdrawn_methods = ("button_cancel",)
    _dispatch_revision_methods = ("button_draft",)
    _dispatch_type_depends = ("state", "move_type")  # a posted invoice goes anew, whatever went as its pro-forma

    # what the scheduler asks for: posted, of this company, since a day, nothing done yet
    _dispatch_due_idx = models.Index(
        "(company_id, invoice_date) WHERE state = 'posted' "
        "AND (dispatch_state IS NULL OR dispatch_state = 'to_send')"
    )
    _dispatch_due_sale_idx = models.Index(
        "(company_id, delivery_date) WHERE state = 'posted' "
        "AND (dispatch_state IS NULL OR dispatch_state = 'to_send')"
    )
    # what Odoo's rule lets a salesperson read, asked whenever they look at dispatches
    _dispatch_salesperson_idx = models.Index(
        "(invoice_user_id) WHERE move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )

    dispatch_payment_code = fields.Char(
        compute="_compute_dispatch_payment_code",
        help="Code that the customer copies into their banking app to pay this invoice, in countries that have one; "
             "for e-mail texts.",
    )
    dispatch_payment_code_name = fields.Char(compute="_compute_dispatch_payment_code")

    # ------------------------------------------------------------------
    # What an invoice says of itself
    # ------------------------------------------------------------------

    def _compute_dispatch_payment_code(self):
        """Rooms of countries fill in what they know."""
        self.dispatch_payment_code = self.dispatch_payment_code_name = False

    @api.model
    def _dispatch_kind_name(self):
        return self.env._("Invoice")

    def _dispatch_type_code(self):
        if self.move_type == "out_invoice" and self.state == "draft":
            return "proforma"
        return MOVE_TYPES.get(self.move_type, False)

    def _dispatch_name(self):
        if self.state != "draft" or self.name and self.name != "/":
            return self.name
        return f"PF-{self.id}"  # a draft has no number yet; this one means the same in every language

    def _dispatch_description(self):
        """Core calls a draft an invoice (``type_name``), which the text denies, and each in its own words."""
        return {
            "credit_note": self.env._("Credit note"), "proforma": self.env._("Pro-forma invoice"),
        }.get(self._dispatch_type_code()) or super()._dispatch_description()

    def _dispatch_mail_head(self):
        """What is still to be paid, and until when; of instalments the next one."""
        head = super()._dispatch_mail_head()
        if self._dispatch_type_code() not in ("invoice", "receipt"):
            return head
        if self.payment_state in ("paid", "in_payment") and self.amount_total:
            return {**head, "details": [("", self.env._("Paid"))]}
        if self.payment_state not in ("not_paid", "partial"):
            return head
        head["amount"] = self._dispatch_format_amount(self.amount_residual, self.currency_id)
        # sudo: what the invoice itself shows
        parts = self.sudo().line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled).sorted("date_maturity")
        due = format_date(self.env, parts[:1].date_maturity or self.invoice_date_due)
        if len(parts) > 1:
            due += f" – {self._dispatch_format_amount(abs(parts[0].amount_residual_currency), self.currency_id)}"
        return {**head, "details": [(self.env._("Due date"), due)] if due else []}

    def _dispatch_button_title(self):
        """Where somebody takes the money the button says that, too."""
        return self.env._("View and pay") if self._dispatch_filter_payable() else super()._dispatch_button_title()

    def _dispatch_narrowing(self):
        return {"journal_id": self.journal_id.id}

    def _dispatch_blocking_reason(self, code):
        if code == "proforma":
            return "" if self.state == "draft" else self.env._("The invoice is no longer a draft.")
        if self.state != "posted":
            return self.env._("The invoice is not posted.")
        return ""

    @api.model
    def _dispatch_rule_domain(self, codes):
        move_types = [move_type for move_type, code in MOVE_TYPES.items() if code in codes]
        domain = Domain("state", "=", "posted") & Domain("move_type", "in", move_types)
        if "proforma" in codes:
            # neither empty drafts nor the next ones of a recurring invoice, which is not due yet
            domain |= Domain([
                ("state", "=", "draft"), ("move_type", "=", "out_invoice"), ("partner_id", "!=", False),
                ("amount_total", ">", 0), ("date", "<=", fields.Date.context_today(self)),
            ])
        return domain

    @api.model
    def _dispatch_wanted_domain(self):
        """Not of who downloads their invoices: Odoo's “Invoice sending” of the customer, in the company at hand."""
        # any!: whom the operator may see is no question here
        return Domain("commercial_partner_id", "not any!", [("invoice_sending_method", "=", "manual")])

    @api.model
    def _dispatch_date_domain(self, day, basis):
        issued = Domain("invoice_date", ">=", day) | (
            # a draft gets its date of issue when it is posted
            Domain("invoice_date", "=", False) & Domain("state", "=", "draft") & Domain("date", ">=", day)
        )
        if basis == "issue":
            return issued
        return Domain("delivery_date", ">=", day) | Domain("delivery_date", "=", False) & issued

    def _dispatch_default_report(self):
        return self.env["account.move.send"]._get_default_pdf_report_id(self)

    def _dispatch_make_files(self, template, report):
        if self[:1].state == "draft":
            return self._dispatch_make_proforma(template, report)
        return self.env["account.move.send"]._dispatch_make_files(self, template, report)

    def _dispatch_draw_files(self, template, report):
        if self[:1].state == "draft":
            self.env["document.dispatch.content"]._draw_template_files(self, template, report)
        else:
            self.env["account.move.send"]._dispatch_draw_files(self, report)

    def _dispatch_make_proforma(self, template, report):
        """The page of a draft, marked on each page as what it is; nothing of it stays on the invoice."""
        files = self.env["document.dispatch.content"]._make_template_files(self, template, report)
        for document, made in files.items():
            # what the text always adds belongs to the text
            printed = made.filtered_domain([("res_id", "=", document.id), ("mimetype", "=", "application/pdf")])
            for file in printed:
                file.write({
                    "raw": stamp(file.raw, self.env._("PRO-FORMA")),
                    "name": f"{document._dispatch_name().replace('/', '_')}.pdf",
                })
        return files

    def _dispatch_accepted(self):
        posted = self.filtered(lambda move: move.state == "posted")  # a pro-forma is no invoice yet
        posted.filtered(lambda move: not move.is_move_sent).with_context(**NO_SYNC).is_move_sent = True

    def _dispatch_came_back(self):
        self.filtered("is_move_sent").with_context(**NO_SYNC).is_move_sent = False

    def _dispatch_date(self):
        return self.invoice_date or self.date

    def _dispatch_due_date(self):
        return self.invoice_date_due

    @api.depends("payment_state")
    def _compute_dispatch_timeline(self):
        return super()._compute_dispatch_timeline()

    def _dispatch_timeline_steps(self, dispatch):
        """Paid, also in part or on its way, as Odoo calls it: on the day of the last payment."""
        steps = super()._dispatch_timeline_steps(dispatch)
        if self.payment_state not in ("partial", "in_payment", "paid"):
            return steps
        # sudo: when an invoice was paid, for who may read it
        lines = self.sudo().line_ids.filtered(lambda line: line.display_type == "payment_term")
        days = (lines.matched_debit_ids | lines.matched_credit_ids).mapped("max_date")
        words = dict(self._fields["payment_state"]._description_selection(self.env))[self.payment_state]
        return [*steps, (max(days), words)] if days else steps

    @api.model
    def _dispatch_report_domain(self, code):
        return Domain.FALSE if code == "proforma" else super()._dispatch_report_domain(code)

    @api.model
    def _dispatch_report_columns(self, query, table=None):
        day, posted, user, amount = (self._field_to_sql(table or query.table, name, query) for name in (
            "invoice_date", "date", "invoice_user_id", "amount_total_signed"))
        return {
            **super()._dispatch_report_columns(query, table),
            "date": SQL("COALESCE(%s, %s)", day, posted), "user_id": user, "amount": amount,
        }

    def _get_mail_template(self):
        """The type's text comes first: it is what the administrator edits."""
        core = super()._get_mail_template()
        types = {move._dispatch_type() for move in self}
        return len(types) == 1 and types.pop().mail_template_id or core

    @api.depends("dispatch_state")
    def _compute_status_in_payment(self):
        """What was sent stands under the dispatch status, in Odoo's lists beside this one."""
        result = super()._compute_status_in_payment()
        for move in self:
            if move.status_in_payment == "sent" and move.dispatch_state:
                move.status_in_payment = "posted"
        return result

    def _dispatch_text_amounts(self):
        return {**super()._dispatch_text_amounts(), "residual": self.amount_residual}

    def _dispatch_text_values(self):
        # sudo: what the invoice itself shows, its terms of payment and our account
        instalments = self.sudo().line_ids.filtered(lambda line: line.display_type == "payment_term")
        parts = instalments if len(instalments) > 1 else instalments.browse()
        return {
            **super()._dispatch_text_values(),
            "due_date": self._dispatch_spell_date(self.invoice_date_due),
            "date": self._dispatch_spell_date(self.invoice_date),
            "delivery_date": self._dispatch_spell_date(self.delivery_date),
            "payment_reference": [self.payment_reference or ""],
            "reference": [self.ref or ""],
            "origin": [self.invoice_origin or ""],
            # sudo: as above
            "bank_account": [self.sudo().partner_bank_id.acc_number or ""],
            "_instalments": [spelling for part in parts for spelling in (
                *self._dispatch_spell_money(abs(part.amount_currency)), *self._dispatch_spell_date(part.date_maturity),
            )],
        }

    # ------------------------------------------------------------------
    # What changes under way
    # ------------------------------------------------------------------

    def _dispatch_mark_of_contract(self):
        """Mark the invoices of contracts that send by themselves, where nobody decided about them yet."""
        # sudo: who invoices need not see the order; core makes its invoice as superuser, too
        drafts = self.sudo().filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "draft" and not move.dispatch_mark)
        auto = drafts.filtered(lambda move: any(move.line_ids.sale_line_ids.order_id.mapped("dispatch_auto")))
        auto.dispatch_mark = "to_send"

    def _dispatch_going_back(self):
        return self.filtered(lambda move: move.state == "posted" and move._dispatch_type_code())

    def action_post(self):
        """Open the window at once, where the company wants it and nothing else sends the invoice."""
        result = super().action_post()
        if result or len(self) != 1 or not self.company_id.dispatch_open_on_post:
            return result
        goes = self.state == "posted" and self._dispatch_type_code() and self.dispatch_state in (False, "to_send")
        return self.action_invoice_sent() if goes and not self.is_move_sent else result

    def _dispatch_import_external_files_of_moves(self):
        """Put copies of what other modules keep for these invoices on them."""

    def action_print_pdf(self):
        """Ask how, where the company wants it: by e-mail or on paper."""
        if not self.company_id.dispatch_print_asks or not self._dispatch_type():
            return super().action_print_pdf()
        action = self.action_invoice_sent()
        if action.get("res_model") == "account.move.send.wizard":
            action["context"]["default_dispatch_channel"] = "paper"
        return action

    def action_send_and_print(self):
        """Of several invoices those that cannot go stay out (core refuses all of them), and the window says so."""
        self._dispatch_import_external_files_of_moves()
        send = self.env["account.move.send"]
        ready = self.filtered(lambda move: not send._get_move_constraints(move))
        if len(self) < 2 or not ready or ready == self:
            return super().action_send_and_print()
        action = super(AccountMove, ready).action_send_and_print()
        # one of them left: the window for several all the same, it says what stays
        action.update(res_model="account.move.send.batch.wizard")
        action["context"]["dispatch_not_ready"] = len(self - ready)
        return action

    def _dispatch_window_action(self):
        action = self.action_send_and_print()
        action["context"]["allow_partners_without_mail"] = True  # as core's button does (action_invoice_sent)
        return action

    def _dispatch_done(self):
        """Posted; others that were to be, with a later date, are drafts still."""
        posted = self.filtered(lambda move: move.state == "posted" and move._dispatch_type_code())
        posted._dispatch_withdraw(self.env._("The invoice was posted."))  # what waits is its pro-forma
        # core leaves the mark of the first version (button_draft): the corrected one has not gone
        corrected = posted.filtered(lambda move: move.dispatch_revision and move.is_move_sent)
        corrected.sudo().is_move_sent = False  # sudo: the mark is the system's
        return super(AccountMove, posted)._dispatch_done()

    def _copy_recurring_entries(self):
        # the mark below is the system's to write
        return super(AccountMove, self.with_context(dispatch_system_write=SYSTEM_WRITE))._copy_recurring_entries()

    def _get_fields_to_copy_recurring_entries(self, values):
        """A recurring invoice hands “to send” and “do not send” on to its copies, with the reason."""
        values = super()._get_fields_to_copy_recurring_entries(values)
        if self.dispatch_mark:
            values.update(dispatch_mark=self.dispatch_mark, dispatch_exclude_reason=self.dispatch_exclude_reason)
        return values

    def action_dispatch_mark(self):
        """Journal entries and vendors' bills go to nobody."""
        if any(not move._dispatch_type_code() for move in self):
            raise UserError(self.env._("Only customer invoices, credit notes and receipts can be sent."))
        return super().action_dispatch_mark()
