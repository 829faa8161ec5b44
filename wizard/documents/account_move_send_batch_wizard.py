from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dispatch.steering import KnownRecipients

#: Of more documents than these that stay only the number is said
MOST_LINES = 40
#: Of more documents that went before only these are named
NAMED = 5


class AccountMoveSendBatchWizard(models.TransientModel):
    """Several invoices: one window after another, all at once, or one mail for each customer."""

    _inherit = "account.move.send.batch.wizard"

    dispatch_grouping = fields.Selection(
        [("all", "All at once"), ("each", "One after another, to look at each"),
         ("bundle", "One mail for each customer, with all of his documents")],
        string="How", help="Empty where a program fills the window and does not ask: then Odoo's own job sends them.",
    )
    dispatch_again = fields.Boolean(string="Send these again, too")
    dispatch_with_files = fields.Boolean(string="With their NF-e and boletos", default=True)
    dispatch_file_summary = fields.Char(string="NF-e and boletos", compute="_compute_dispatch_file_summary")
    dispatch_by_mail = fields.Char(string="By e-mail", compute="_compute_dispatch_summary")
    dispatch_on_paper = fields.Char(string="On paper", compute="_compute_dispatch_summary")
    dispatch_went = fields.Char(string="Sent before", compute="_compute_dispatch_summary")
    dispatch_other = fields.Char(string="Another way", compute="_compute_dispatch_summary")
    dispatch_stays = fields.Text(string="Not sent", compute="_compute_dispatch_summary")

    @api.onchange("move_ids")
    def _onchange_move_ids_grouping(self):
        """Propose to whoever sees the window that all go at once; a program that does not ask gets Odoo's own job."""
        for wizard in self:
            wizard.dispatch_grouping = wizard.dispatch_grouping or "all"

    # ------------------------------------------------------------------
    # What will happen
    # ------------------------------------------------------------------

    @api.depends("move_ids", "dispatch_again", "dispatch_grouping")
    def _compute_dispatch_summary(self):
        for wizard in self:
            vals_list, left_out, went = [], [], self.env["account.move"]
            for company, moves in wizard._dispatch_ours().grouped("company_id").items():
                plan = moves.with_company(company)._dispatch_plan_batch(wizard.dispatch_again)
                vals_list += plan.vals_list
                left_out += plan.left_out
                went |= plan.went
            wizard.dispatch_by_mail = wizard._dispatch_describe_mails(vals_list)
            wizard.dispatch_on_paper = wizard._dispatch_describe_paper(vals_list)
            names = ", ".join(went[:NAMED].mapped("name")) + (" …" if len(went) > NAMED else "")
            wizard.dispatch_went = self.env._("%(count)s: %(names)s", count=len(went), names=names) if went else False
            other = len(wizard.move_ids) - len(wizard._dispatch_ours())
            wizard.dispatch_other = self.env._("%s, as their customers prefer", other) if other else False
            wizard.dispatch_stays = wizard._dispatch_describe_left_out(left_out)

    @api.depends("move_ids", "dispatch_again")
    def _compute_dispatch_file_summary(self):
        for wizard in self:
            files = wizard._dispatch_files()
            if not wizard.dispatch_again:
                files = files._dispatch_not_dispatched()
            kinds = [f"{kind} ({len(of_kind)})" for kind, of_kind in files.grouped("dispatch_kind").items()]
            wizard.dispatch_file_summary = self.env._(
                "%(count)s: %(kinds)s", count=len(files), kinds=", ".join(kinds)) if files else False

    def _dispatch_files(self):
        """What goes beside these invoices: NF-e, events and boletos; those with warnings wait for a look at each."""
        files = self._dispatch_ours().dispatch_file_ids
        return files.filtered(lambda file: file._dispatch_type_code() and not file._dispatch_warnings()
                              and not file._dispatch_blocking_reason(file._dispatch_type_code()))

    def _dispatch_ours(self):
        """The invoices that go by e-mail or on paper; e-invoice networks and the like are Odoo's own business."""
        return self.move_ids._origin.filtered(lambda move: self._get_default_sending_methods(move) <= {"email"})

    def _dispatch_describe_mails(self, vals_list):
        by_mail = [vals for vals in vals_list if vals["channel"] == "email"]
        addresses = {command[2]["email"] for vals in by_mail for command in vals["recipient_ids"]}
        customers = {vals["partner_id"] for vals in by_mail}
        return self.env._(
            "%(documents)s documents of %(customers)s customers, to %(addresses)s addresses",
            documents=len(by_mail), customers=len(customers), addresses=len(addresses),
        ) if by_mail else False

    def _dispatch_describe_paper(self, vals_list):
        reasons = [vals["channel_reason"] for vals in vals_list if vals["channel"] == "paper"]
        return self.env._(
            "%(count)s documents (%(refused)s refuse e-mail, %(nowhere)s have no usable address)", count=len(reasons),
            refused=reasons.count("refused"), nowhere=reasons.count("no_address"),
        ) if reasons else False

    def _dispatch_describe_left_out(self, left_out):
        lines = [f"{move.display_name}: {reason}" for move, reason in left_out[:MOST_LINES]]
        if len(left_out) > MOST_LINES:
            lines.append(self.env._("… and %s more", len(left_out) - MOST_LINES))
        # a number that is only shown
        if not_ready := self.env.context.get("dispatch_not_ready"):
            lines.append(self.env._("%s that are not posted, or no documents for customers", not_ready))
        return "\n".join(lines)

    def _compute_summary_data(self):
        return super(AccountMoveSendBatchWizard, self._dispatch_summarizing())._compute_summary_data()

    def _compute_alerts(self):
        return super(AccountMoveSendBatchWizard, self._dispatch_summarizing())._compute_alerts()

    def _dispatch_summarizing(self):
        """This window with the recipients of all invoices, found at once (``_dispatch_batch_recipients``)."""
        known = {}
        for company, moves in self.move_ids._origin.grouped("company_id").items():
            for vals in moves.with_company(company)._dispatch_prepare_vals_list("batch"):
                partners = (command[2]["partner_id"] for command in vals.get("recipient_ids", ()))
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
        other = self.move_ids - ours
        if other:
            core = self.create({"move_ids": [fields.Command.set(other.ids)]})
            super(AccountMoveSendBatchWizard, core).action_send_and_print()
        reason = self.env._("It goes the way that its customer prefers.")
        beside = self._dispatch_files() if self.dispatch_with_files else self.env["document.dispatch.file"]
        batches = Batch._start(
            ours, self.dispatch_grouping, self.dispatch_again, [(move, reason) for move in other], beside)
        return batches._open()

    def _dispatch_check_grouping(self, moves):
        if self.dispatch_grouping != "bundle":
            return
        types = {move._dispatch_type() for move in moves}
        missing = [dispatch_type.name for dispatch_type in types if not dispatch_type.bundle_template_id]
        if missing:
            raise UserError(self.env._(
                "There is no text for several of these in one mail: %s. Choose one on the document type, or another "
                "way.", ", ".join(missing)))
