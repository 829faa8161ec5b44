from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

#: More documents than these are made by the scheduler, so that no click waits for them
AT_ONCE = 30


class DocumentDispatchPrint(models.Model):
    """Documents of the paper tray in one PDF, in posting order, kept to be opened again.

    The run says what is asked for and how far it is; ``document.dispatch.printer`` makes it, block
    by block, each a file of its own until all are there. The dispatches are printed when the file exists.
    """

    _name = "document.dispatch.print"
    _inherit = ["document.dispatch.system"]
    _description = "Print Run"
    _order = "id desc"

    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True, ondelete="restrict")
    company_ids = fields.Many2many("res.company", readonly=True)
    dispatch_ids = fields.Many2many("document.dispatch", string="Selected", readonly=True)
    printed_ids = fields.One2many(
        "document.dispatch", "print_id", string="Dispatches in this print run", readonly=True)
    covers = fields.Boolean(string="With cover letters", readonly=True)
    state = fields.Selection(
        [("making", "In progress"), ("done", "Ready"), ("empty", "Nothing printed")],
        required=True, readonly=True, default="making",
    )
    queue = fields.Json(readonly=True, help="The dispatches whose envelopes are still to be created.")
    block_tries = fields.Integer(
        readonly=True, default=0,
        help="Number of unfinished attempts at the next block. Such a run continues one envelope at a time.",
    )
    part_ids = fields.Many2many("ir.attachment", readonly=True, bypass_search_access=True)
    attachment_id = fields.Many2one("ir.attachment", string="File", readonly=True, ondelete="restrict")
    left_out = fields.Text(
        string="Not included", readonly=True,
        help="Documents that were not printed, and why. They stay in the paper tray.",
    )
    # What came of it
    selected = fields.Integer(string="Selected documents", readonly=True)
    documents = fields.Integer(readonly=True, help="Printed in this run.")
    envelopes = fields.Integer(readonly=True, help="Number of envelopes for these documents.")
    pages = fields.Integer(readonly=True, help="Of all documents, including cover letters.")
    to_post = fields.Integer(
        string="Not sent by post yet", compute="_compute_to_post", help="Printed, and not marked as sent by post.")
    sent_by_post = fields.Integer(
        string="Sent by post", compute="_compute_to_post", help="Marked as sent by post.")
    running = fields.Boolean(compute="_compute_running")
    progress = fields.Float(compute="_compute_running", help="Percent")

    @api.depends("state", "queue", "selected")
    def _compute_running(self):
        for run in self:
            left = sum(map(len, run.queue or []))
            run.running = run.state == "making"
            run.progress = 100 * (run.selected - left) / run.selected if run.selected else 100

    @api.depends("printed_ids.state", "printed_ids.sent_by_post_date")
    def _compute_to_post(self):
        for run in self:
            run.to_post = len(run._dispatches_to_post())
            run.sent_by_post = len(run._dispatches_sent_by_post())

    @api.depends("create_date", "selected")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for run in self:
            moment = format_datetime(self.env, run.create_date, dt_format="short") if run.create_date else ""
            run.display_name = self.env._("Documents: %(count)s, %(moment)s", count=run.selected, moment=moment)

    @api.model
    def _start(self, dispatches, covers, in_order=False):
        """Print these dispatches: a few at once, many by the scheduler.

        :param dispatches: those that lie in the tray are taken
        :param bool covers: a cover letter first in each envelope
        :param bool in_order: as they are given, each in an envelope of its own; else in posting order
        """
        dispatches = dispatches._printable()
        if not dispatches:
            raise UserError(self.env._("There is nothing to print: select documents in the paper tray."))
        # sudo: the run is the system's note of what the user does; the documents are checked when they are made
        envelopes = dispatches if in_order else dispatches.sudo()._envelopes()
        queue = [envelope.ids for envelope in envelopes]
        run = self.sudo().create({
            "user_id": self.env.uid, "company_ids": [(6, 0, dispatches.company_id.ids)], "covers": covers,
            "dispatch_ids": [(6, 0, dispatches.ids)], "selected": len(dispatches), "queue": queue,
        })
        dispatches._with_system_write().write({"print_id": run.id, "state_message": False})
        if len(dispatches) > AT_ONCE:
            # sudo: as above, and the user is told how far it is
            self.env.ref("document_dispatch.ir_cron_dispatch_print").sudo()._trigger()
        else:
            self.env["document.dispatch.printer"]._make_run(run)
        return run.with_env(self.env)

    def _open_result(self):
        """Download the file at once; else open the page that says how far it is, and what stays."""
        if self.state == "done" and not self.left_out:
            return self.action_download()
        return self._open()

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.display_name, "res_model": self._name,
            "res_id": self.id, "views": [(False, "form")], "target": "current",
        }

    def action_download(self):
        """Open the file once more; nothing is made anew."""
        self.ensure_one()
        self.check_access("read")
        if not self.attachment_id:
            raise UserError(self.env._("There is no file yet."))
        return {
            "type": "ir.actions.act_url", "url": f"/web/content/{self.attachment_id.id}?download=true", "close": True,
        }

    def action_mark_sent_by_post(self):
        """All of it went to the post."""
        self.check_access("read")
        dispatches = self._dispatches_to_post()
        if not dispatches:
            raise UserError(self.env._("All documents of this print run are already marked as sent by post, or were "
                                       "not printed."))
        dispatches.action_mark_sent_by_post()

    def action_undo_sent_by_post(self):
        """It did not go to the post after all."""
        self.check_access("read")
        dispatches = self._dispatches_sent_by_post()
        if not dispatches:
            raise UserError(self.env._("No document of this print run is marked as sent by post."))
        dispatches.action_undo_sent_by_post()

    def _dispatches_sent_by_post(self):
        return self.printed_ids.filtered("sent_by_post_date")

    def _dispatches_to_post(self):
        return self.printed_ids.filtered(
            lambda dispatch: dispatch.state == "printed" and not dispatch.sent_by_post_date
        )

    def action_view_dispatches(self):
        """Open the dispatches that were chosen."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_action")
        return {**action, "domain": [("id", "in", self.dispatch_ids.ids)], "context": {"create": False}}

    def _leave_in_tray(self, reasons):
        """Take dispatches out of this run, and say why on each.

        :param dict reasons: ``{document.dispatch: text}``
        """
        for dispatch, reason in reasons.items():
            dispatch._set_state("paper", reason)
            dispatch._with_system_write().print_id = False
        lines = [f"{dispatch.document_name}: {reason}" for dispatch, reason in reasons.items()]
        self.left_out = "\n".join([*filter(None, [self.left_out]), *lines]) or False
