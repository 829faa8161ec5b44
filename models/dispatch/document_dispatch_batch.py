from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, split_every

#: Dispatches that are written in one go
BLOCK = 200
#: What became of the dispatches, in words of the progress line
DONE = ("sent", "partial", "failed", "unknown", "printed", "paper", "handed", "rehearsed", "cancelled")


class DocumentDispatchBatch(models.Model):
    """Several documents that a person sent at once: how far it is, and what came of it.

    The dispatches are made at once, in few statements; the scheduler's workers deliver them.
    """

    _name = "document.dispatch.batch"
    _inherit = ["document.dispatch.system"]
    _description = "Bulk Send"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True)
    grouping = fields.Selection(
        [("all", "All at once"), ("each", "One by one"), ("bundle", "One e-mail per customer")],
        required=True, readonly=True,
    )
    dispatch_ids = fields.One2many("document.dispatch", "batch_id")
    selected = fields.Integer(readonly=True, help="Number of selected documents.")
    skipped = fields.Integer(readonly=True, help="Reviewed, but not sent.")
    left_out = fields.Text(string="Not included", readonly=True, help="Documents that were not sent, and why.")
    res_model = fields.Char(readonly=True)
    queue = fields.Json(readonly=True, help="Documents still to be reviewed, one by one.")
    # What came of it
    total = fields.Integer(string="Documents", compute="_compute_counts", help="Number of dispatches.")
    sent = fields.Integer(compute="_compute_counts", help="Accepted for every recipient, or rehearsed.")
    waiting = fields.Integer(compute="_compute_counts", help="Not yet sent, printed or failed.")
    on_paper = fields.Integer(compute="_compute_counts", help="In the paper tray, or printed.")
    problems = fields.Integer(
        string="Need attention", compute="_compute_counts", help="Failed, sent in part, or unknown.")
    progress = fields.Float(compute="_compute_counts", help="Percent")
    running = fields.Boolean(compute="_compute_counts")

    @api.depends("dispatch_ids.state")
    def _compute_counts(self):
        counts = {batch.id: {} for batch in self}
        for batch, state, count in self.env["document.dispatch"]._read_group(
            [("batch_id", "in", self.ids)], ["batch_id", "state"], ["__count"],
        ):
            counts[batch.id][state] = count
        for batch in self:
            by_state = counts[batch.id]
            batch.total = sum(by_state.values())
            batch.sent = by_state.get("sent", 0) + by_state.get("rehearsed", 0)
            batch.on_paper = by_state.get("paper", 0) + by_state.get("printed", 0)
            batch.problems = sum(by_state.get(state, 0) for state in ("partial", "failed", "unknown"))
            done = sum(by_state.get(state, 0) for state in DONE)
            batch.waiting = batch.total - done
            batch.running = bool(batch.waiting or batch.queue)
            batch.progress = 100 * done / batch.total if batch.total else 100

    @api.depends("create_date", "selected")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for batch in self:
            batch.display_name = self.env._(
                "Documents: %(count)s, %(moment)s", count=batch.selected,
                moment=format_datetime(self.env, batch.create_date, dt_format="short") if batch.create_date else "",
            )

    # ------------------------------------------------------------------
    # All at once
    # ------------------------------------------------------------------

    @api.model
    def _start(self, documents, grouping, again=False, left_out=(), beside=()):
        """Send these documents: make the dispatches, have the workers deliver them.

        :param str grouping: ``all`` or ``bundle``, see ``grouping``
        :param bool again: also those that went before
        :param left_out: more (document, reason) that are not sent
        :param beside: documents of another model that go with them
        :return: the batches, one for each company
        """
        batches = self.browse()
        for company, of_company in documents.grouped("company_id").items():
            parts = [of_company, *(part for part in (beside and beside.filtered(
                lambda document, own=company: document.company_id == own),) if part)]
            plans = [(part, part.with_company(company)._dispatch_plan_batch(again)) for part in parts]
            reasons = [pair for _part, plan in plans for pair in plan.left_out]
            reasons += [pair for pair in left_out if pair[0].company_id == company]
            batch = self._open_batch(company, grouping, of_company, reasons)
            batches |= batch
            for part, plan in plans:
                if plan.replaced:
                    # sudo: the failed dispatches of documents that the user sends anew, whoever sent them
                    plan.replaced.sudo()._cancel(self.env._("Sent again by %s.", self.env.user.name))
                dispatches = batch._insert(part, plan.vals_list)
                dispatches._deliver_soon()
        return batches

    @api.model
    def _open_batch(self, company, grouping, documents, left_out=()):
        # sudo: the record is the system's note of what the user does
        return self.sudo().create({
            "company_id": company.id, "user_id": self.env.uid, "grouping": grouping, "selected": len(documents),
            "res_model": documents._name,
            "left_out": "\n".join(f"{document._dispatch_name()}: {reason}" for document, reason in left_out),
        }).with_env(self.env)

    def _insert(self, documents, vals_list):
        """Write the dispatches in blocks; a bundle waits for the others of its customer."""
        bundling = self.env["document.dispatch.channel"]._get_codes("_can_bundle") if self.grouping == "bundle" else ()
        dispatches = self.env["document.dispatch"]
        for block in split_every(BLOCK, vals_list):
            dispatches |= documents._dispatch_insert([
                {**vals, "batch_id": self.id,
                 "in_bundle": vals.get("in_bundle") or vals["channel"] in bundling} for vals in block
            ])
        return dispatches

    # ------------------------------------------------------------------
    # One after another
    # ------------------------------------------------------------------

    @api.model
    def _start_queue(self, documents):
        """Open the window of the first of these documents; the others follow."""
        batch = self._open_batch(documents[:1].company_id, "each", documents)
        batch.sudo().queue = documents.ids  # sudo: see _open_batch
        return batch._next()

    @property
    def _position(self):
        return self.selected - len(self.queue or []) + 1

    def _advance(self, skipped=False):
        """Go on to the next document; return its window, or the result."""
        self.ensure_one()
        self._check_mine()
        # sudo: see _open_batch
        self.sudo().write({"queue": (self.queue or [])[1:], "skipped": self.skipped + (1 if skipped else 0)})
        return self._next()

    def _stop(self):
        """Leave what is still to be looked at; return the result."""
        self._check_mine()
        if self.queue:
            self._note_left_out(self.env._("Stopped. Documents not reviewed: %s.", len(self.queue)))
        self.sudo().queue = []  # sudo: see _open_batch
        return self._open()

    def _check_mine(self):
        if self.user_id != self.env.user:
            raise UserError(self.env._("Another user is reviewing these documents."))

    def _next(self):
        """Return the window of the next document that can go, or the result."""
        self.ensure_one()
        while self.queue:
            document = self.env[self.res_model].browse(self.queue[0]).exists()
            try:
                if document:
                    action = document._dispatch_window_action()
                    return {**action, "context": {**action["context"], "default_dispatch_batch_id": self.id}}
            except UserError as error:  # it changed meanwhile; the others go on
                self._note_left_out(f"{document._dispatch_name()}: {error}")
            # sudo: see _open_batch
            self.sudo().write({"queue": self.queue[1:], "skipped": self.skipped + 1})
        return self._open()

    def _note_left_out(self, line):
        # sudo: see _open_batch
        self.sudo().left_out = "\n".join(filter(None, (self.left_out, line)))

    def _open(self):
        """Open the page with the progress and the result."""
        if len(self) == 1:
            return {
                "type": "ir.actions.act_window", "name": self.display_name, "res_model": self._name,
                "res_id": self.id, "views": [(False, "form")], "target": "current",
            }
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_batch_action")
        return {**action, "domain": [("id", "in", self.ids)]}

    def action_view_dispatches(self):
        """Open the dispatches, or those that need a look."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_action")
        # from the button, or any client: it chooses among dispatches that the user may see
        states = self.env.context.get("dispatch_states")
        domain = [("batch_id", "=", self.id)] + ([("state", "in", states)] if states else [])
        return {**action, "domain": domain, "context": {"create": False}}
