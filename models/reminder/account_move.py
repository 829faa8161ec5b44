from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.dispatch import states

#: States of payment of invoices of which something is to be paid
OWED = ("not_paid", "partial")
#: States of a payment with a provider on its way, and how long it is waited for
UNDER_WAY, WAIT = ("pending", "authorized"), timedelta(days=7)
#: The customer has the invoice, or somebody there
ARRIVED = ("sent", "partial", "sent_by_post")

#: … as its dispatches say
WENT = (states.SENT, states.PARTIAL, states.PRINTED)


class AccountMove(models.Model):
    """Whether customers are reminded of an invoice."""

    _inherit = "account.move"

    # the house's own affair: customers read their invoices by RPC
    dispatch_reminder_ids = fields.One2many(
        "document.reminder", "move_id", string="Payment reminders", groups="base.group_user")
    dispatch_no_reminder = fields.Boolean(
        string="No reminders", copy=False, groups="base.group_user",
        help="The customer is not reminded of this invoice.")
    dispatch_no_reminder_reason = fields.Char(string="Why no reminders", copy=False, groups="base.group_user")
    dispatch_no_reminder_until = fields.Date(
        string="No reminders until", copy=False, groups="base.group_user", help="Empty: with no end date.")

    dispatch_not_arrived = fields.Char(
        string="Why not reminded", compute="_compute_dispatch_not_arrived", groups="base.group_user")

    @api.depends("dispatch_state")
    def _compute_dispatch_not_arrived(self):
        for move in self:
            move.dispatch_not_arrived = move._explain_not_arrived()

    @api.constrains("dispatch_no_reminder", "dispatch_no_reminder_reason")
    def _check_no_reminder_reason(self):
        for move in self.sudo():  # sudo: whoever writes
            if move.dispatch_no_reminder and not (move.dispatch_no_reminder_reason or "").strip():
                raise ValidationError(self.env._("Enter the reason why the customer is not reminded of "
                                                 "%s.", move.name or ""))

    # ------------------------------------------------------------------
    # Whether it arrived, is paid, or stopped
    # ------------------------------------------------------------------

    @api.model
    def _get_arrived_domain(self):
        """Invoices that somebody at the customer's has, as far as anybody knows.

        Those that Odoo sent before this app came, or that a person says they sent, have Odoo's own mark. What a network
        refused after it had accepted it is no valid invoice, whoever has it.
        """
        arrived = Domain("dispatch_state", "in", ARRIVED) | (
            Domain("dispatch_state", "in", (False, "excluded")) & Domain("is_move_sent", "=", True))
        return arrived & ~self._dispatch_refused_later_domain()

    def _has_arrived(self):
        return bool(self.filtered_domain(self._get_arrived_domain()))

    def _get_days_before_reminders(self, tz):
        """Until which day nobody is reminded of each: with the invoice itself, or before it arrived, nobody is.

        Also where it came back, and was sent anew when it was due already. Of what others sent only its own date is
        known.

        :param str tz: name of the time zone in which a day is meant
        :return: ``{invoice: date}``
        """
        Dispatch = self.env["document.dispatch"].sudo()  # sudo: whoever sent it
        days = {move: move.invoice_date or move.date for move in self}
        zone, moments = self.with_context(tz=tz), {}
        for dispatch in Dispatch.search(Dispatch._get_document_domain(self) & Domain([
            ("rehearsal", "=", False), ("type_code", "!=", "proforma"), ("state", "in", WENT)])):
            # where it came back the first time, by who has it now
            have = dispatch.recipient_ids.filtered(lambda one: one.state == states.SENT).mapped("sent_date")
            moments.setdefault(dispatch.res_id, set()).update(
                have or [dispatch.sent_date], [dispatch.sent_by_post_date])
        for move in self:
            if arrived := list(filter(None, moments.get(move.id, ()))):
                days[move] = max(days[move], fields.Datetime.context_timestamp(zone, min(arrived)).date())
        return days

    @api.model
    def _get_stopped_domain(self):
        """Invoices of which nobody is reminded: somebody said so, of it or of its customer."""
        today = fields.Date.context_today(self)

        def stopped(path):
            return Domain(f"{path}dispatch_no_reminder", "=", True) & (
                Domain(f"{path}dispatch_no_reminder_until", "=", False)
                | Domain(f"{path}dispatch_no_reminder_until", ">=", today))

        return stopped("") | stopped("commercial_partner_id.") | Domain("line_ids", "any", [
            ("display_type", "=", "payment_term"), ("no_followup", "=", True)])

    def _get_reminder_stop(self):
        """Why nobody is reminded of this invoice, in words; empty when they are."""
        if said := self._explain_stop(self):
            return self.env._("No reminders for this invoice: %s", said)
        if said := self._explain_stop(self.commercial_partner_id.with_company(self.company_id)):
            return self.env._("No reminders for this customer: %s", said)
        return self.env._("“No Follow-Up” is set on the invoice.") if self.no_followup else ""

    @api.model
    def _explain_stop(self, record):
        """Why somebody stopped reminders of an invoice or a customer, and until when; empty when nobody did."""
        until = record.dispatch_no_reminder_until
        if not record.dispatch_no_reminder or until and until < fields.Date.context_today(self):
            return ""
        reason = record.dispatch_no_reminder_reason or ""
        return self.env._("%(reason)s (until %(date)s)", reason=reason, date=format_date(self.env, until)) \
            if until else reason

    def _explain_not_arrived(self):
        """That the invoice never arrived, in words, so that nobody is reminded of it; empty when it did."""
        if self._has_arrived():
            return ""
        if refused := self._dispatch_explain_refused_later():
            return self.env._("The invoice is not valid. %s", refused)
        label = dict(self._fields["dispatch_state"]._description_selection(self.env)).get(self.dispatch_state)
        return self.env._("The invoice was not delivered: %s.", label or self.env._("Not sent"))

    @api.model
    def _get_awaited_domain(self):
        """Invoices of which a payment is on its way with a provider: the customer has done their part."""
        if "transaction_ids" not in self._fields:
            return Domain.FALSE
        # any!: only administrators read payments with providers
        return Domain("transaction_ids", "any!", [
            ("state", "in", UNDER_WAY), ("last_state_change", ">=", fields.Datetime.now() - WAIT),
        ]) | Domain("payment_state", "=", "not_paid") & Domain("transaction_ids", "any!", [("state", "=", "done")])

    def _is_owed(self):
        """Tell whether something of the invoice is to be paid, and nothing is known to be on its way."""
        # sudo: as above
        return self.payment_state in OWED and not self.sudo().filtered_domain(self._get_awaited_domain())

    # ------------------------------------------------------------------
    # What changes under way
    # ------------------------------------------------------------------

    def button_draft(self):
        result = super().button_draft()
        # sudo: the reminders are the system's
        self.sudo().dispatch_reminder_ids._dispatch_withdraw(self.env._("The invoice was reset to draft."))
        return result

    def button_cancel(self):
        result = super().button_cancel()
        # sudo: as above
        self.sudo().dispatch_reminder_ids._dispatch_withdraw(self.env._("The invoice was cancelled."))
        return result

    @api.model
    def action_view_never_arrived(self):
        """Open the invoices of which nobody is reminded, for they never arrived."""
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.account_move_action_never_arrived")
        return {**action, "domain": list(self.env["document.reminder"]._get_never_arrived_domain())}
