from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

from ...tools.dispatch import settings

#: Days that runs are kept where the setting says nothing
DEFAULT_DAYS = 90
#: Runs that go in one transaction
VACUUM_BLOCK = 5000


class DocumentDispatchRun(models.Model):
    """One run of a rule: when, what it found and wrote, what it left and why, and how long it took.

    Those that found nothing are kept, too: they prove that the scheduler came.
    """

    _name = "document.dispatch.run"
    _inherit = ["document.dispatch.system"]
    _description = "Rule Run"
    _order = "id desc"

    rule_id = fields.Many2one("document.dispatch.rule", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    cause = fields.Selection(
        [("schedule", "Scheduler"), ("post", "On posting"), ("manual", "Run now")],
        string="Started by", required=True, readonly=True,
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, help="The user who clicked the button or "
                                                                            "posted the invoice.")
    date = fields.Datetime(string="Time", required=True, readonly=True)
    duration = fields.Float(string="Seconds", digits=(16, 2), aggregator="sum", readonly=True)
    found = fields.Integer(readonly=True, help="Number of documents that match the rule.")
    written = fields.Integer(
        string="Created", readonly=True, help="Number of dispatches created, in the outbox or in review.",
    )
    left = fields.Integer(string="Not sent", readonly=True, help="Number of matching documents that were not sent.")
    reason = fields.Char(readonly=True, help="Why the run was stopped, or why documents were not sent.")
    dispatch_ids = fields.One2many("document.dispatch", "run_id")

    @api.depends("rule_id.name", "date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for run in self:
            moment = format_datetime(self.env, run.date, dt_format="short") if run.date else ""
            run.display_name = self.env._("%(rule)s, %(moment)s", rule=run.rule_id.name or "", moment=moment)

    @api.model
    def _note(self, rule, vals, dispatches):
        """Keep a run with the dispatches that it made.

        :param rule: ``document.dispatch.rule``
        :param dict vals: ``cause``, ``date``, ``duration`` in seconds, ``left`` and ``reason`` where there are any
        :param dispatches: what it wrote
        """
        left = vals.get("left", 0)
        run = self._with_system_write().create({
            **vals, "rule_id": rule.id, "company_id": rule.company_id.id,
            "user_id": False if vals["cause"] == "schedule" else self.env.uid,
            "written": len(dispatches), "found": len(dispatches) + left,
        })
        dispatches._with_system_write().run_id = run
        return run.with_env(self.env)

    def action_view_dispatches(self):
        """Open the documents that these runs took."""
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_action")
        return {**action, "domain": [("run_id", "in", self.ids)], "context": {"create": False}}

    @api.autovacuum
    def _gc(self):
        """Let go of old runs; their dispatches stay."""
        # sudo: a setting of the system
        days = settings.whole_number(self.env["ir.config_parameter"].sudo().get_param("document_dispatch.run_days"))
        limit = fields.Datetime.now() - timedelta(days=days or DEFAULT_DAYS)
        old = self.search([("date", "<", limit)], order="id", limit=VACUUM_BLOCK)
        old.unlink()
        return len(old), len(old) == VACUUM_BLOCK
