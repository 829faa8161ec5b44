from odoo import api, fields, models

from ...tools.dispatch.steering import KnownRecipients


class AccountMoveSendBatchWizard(models.TransientModel):
    """Several invoices: one window after another, all at once, or one mail for each customer."""

    _name = "account.move.send.batch.wizard"
    _inherit = ["account.move.send.batch.wizard", "document.dispatch.bulk"]

    dispatch_grouping = fields.Selection(
        required=False, default=None,
        help="Empty where a program fills the window without asking: Odoo's own scheduled action then sends them.",
    )
    dispatch_other = fields.Char(string="Other methods", compute="_compute_dispatch_other")

    @api.onchange("move_ids")
    def _onchange_move_ids_grouping(self):
        """Propose to whoever sees the window that all go at once; a program that does not ask gets Odoo's own job."""
        for wizard in self:
            wizard.dispatch_grouping = wizard.dispatch_grouping or "all"

    # ------------------------------------------------------------------
    # What will happen
    # ------------------------------------------------------------------

    @api.depends("move_ids", "dispatch_again", "dispatch_grouping", "dispatch_send_on", "dispatch_at_once")
    def _compute_dispatch_summary(self):
        return super()._compute_dispatch_summary()

    @api.depends("move_ids")
    def _compute_dispatch_other(self):
        for wizard in self:
            other = len(wizard.move_ids) - len(wizard._dispatch_ours())
            wizard.dispatch_other = self.env._("%s, as their customers prefer", other) if other else False

    def _dispatch_get_beside(self):
        """Documents that go beside these invoices, of another model; rooms above know some."""
        return ()

    def _dispatch_ours(self):
        """The invoices that go by e-mail or on paper; e-invoice networks and the like are Odoo's own business."""
        return self.move_ids._origin.filtered(lambda move: self._get_default_sending_methods(move) <= {"email"})

    def _dispatch_describe_left_out(self, left_out):
        lines = super()._dispatch_describe_left_out(left_out)
        # a number that is only shown
        if not_ready := self.env.context.get("dispatch_not_ready"):
            words = self.env._("%s that are not posted, or no documents for customers", not_ready)
            lines = "\n".join(filter(None, (lines, words)))
        return lines

    def _compute_summary_data(self):
        return super(AccountMoveSendBatchWizard, self._dispatch_summarizing())._compute_summary_data()

    def _compute_alerts(self):
        return super(AccountMoveSendBatchWizard, self._dispatch_summarizing())._compute_alerts()

    def _dispatch_summarizing(self):
        """This window with the recipients of all invoices, found at once (``_dispatch_batch_recipients``)."""
        known = {}
        for company, moves in self.move_ids._origin.grouped("company_id").items():
            for vals in moves.with_company(company)._dispatch_prepare_vals_list("batch"):
                partners = (command[2].get("partner_id") for command in vals.get("recipient_ids", ()))
                known[vals["res_id"]] = list(dict.fromkeys(partner for partner in partners if partner))
        return KnownRecipients(known).on(self)

    # ------------------------------------------------------------------
    # Going
    # ------------------------------------------------------------------

    def action_send_and_print(self, force_synchronous=False, allow_fallback_pdf=False):
        """Send as chosen; what has another method than e-mail or paper goes as Odoo does."""
        self.ensure_one()
        self.move_ids.check_access("read")
        ours = self._dispatch_ours()
        if not force_synchronous:
            ours._dispatch_check_switch()
        if force_synchronous or not ours or not self.dispatch_grouping:
            return super().action_send_and_print(
                force_synchronous=force_synchronous, allow_fallback_pdf=allow_fallback_pdf)
        self._raise_danger_alerts(self.alerts or {})
        Batch = self.env["document.dispatch.batch"]
        if self.dispatch_grouping == "each":
            return Batch._start_queue(self.move_ids)
        self._dispatch_check_grouping(ours)
        self._dispatch_check_send_on()
        other = self.move_ids - ours
        if other:
            core = self.create({"move_ids": [fields.Command.set(other.ids)]})
            super(AccountMoveSendBatchWizard, core).action_send_and_print()
        reason = self.env._("Sent by the method the customer prefers.")
        request, beside = self._dispatch_bulk_request(), self._dispatch_get_beside()
        batches = Batch._start(
            request.on(ours), self.dispatch_grouping, self.dispatch_again, [(move, reason) for move in other],
            beside and request.on(beside))
        return batches._open()
