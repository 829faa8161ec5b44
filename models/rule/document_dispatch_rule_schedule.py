import logging
import time
from datetime import timedelta

from odoo import api, fields, models

from ...tools.mail import limits
from ...tools.rule.schedule import days_ahead, is_open, next_slot

_logger = logging.getLogger(__name__)

#: A slot that the scheduler comes to so much later is still that slot; later than that it was missed
LATE = timedelta(minutes=30)


class DocumentDispatchRule(models.Model):
    """When a rule runs."""

    _inherit = "document.dispatch.rule"

    @api.depends("active", "trigger", "hour_from", "hour_to", "interval", "tz", "calendar_id", "period",
                 "period_weekday", "period_day")
    def _compute_next_run(self):
        now = fields.Datetime.now()
        for rule in self:
            rule.next_run = rule._get_next_run(now)

    def _get_next_run(self, after):
        """The first slot after a moment; ``False`` where none comes by itself.

        Slots that a stopped server missed are not made up one by one: who runs late runs once.
        """
        if not self.active or self.trigger != "schedule":
            return False
        *window, _days_off = self._get_window(after)
        return next_slot(after, *window, self._get_other_days(after))

    def _get_window(self, moment):
        """What says when this rule runs around a moment, as :func:`tools.rule.schedule.next_slot` asks for it."""
        return self.tz, self.hour_from, self.hour_to, int(self.interval), self._get_days_off(moment)

    def _get_days_off(self, moment):
        """Days on which nothing is sent, of those that :func:`tools.rule.schedule.days_ahead` names."""
        calendar = self.calendar_id.sudo()  # sudo: times off of its company, whoever saves the rule
        first, last = map(fields.Datetime.to_datetime, days_ahead(moment, self.tz))
        unusual = calendar._get_unusual_days(first, last + timedelta(days=1), self.company_id)
        return {fields.Date.to_date(day) for day, is_off in unusual.items() if is_off}

    def _wake_scheduler(self):
        """Have the scheduler come at the next slot of each rule."""
        # sudo: a rule may wake the scheduler that runs it
        job = self.env.ref("document_dispatch.ir_cron_dispatch_plan").sudo()
        times = [rule.next_run for rule in self if rule.next_run]
        if times:
            job._trigger(at=times)

    @api.model
    def _cron_plan(self):
        """Entry of ``ir_cron_dispatch_plan``: run every rule whose time has come, each on its own."""
        rules = self.search([("active", "=", True)])
        latest = fields.Datetime.now() + limits.MOST_WAIT
        # slots are hours apart, or as the period says: a later one was written by a clock that was wrong
        for rule in rules.filtered(
            lambda rule: rule.next_run and rule.next_run > latest and (
                rule.next_run != rule._get_next_run(fields.Datetime.now()))
            or rule._has_missed_its_window() or rule._is_on_a_day_off()
        ):
            rule._plan_next_window()
        for rule in rules.filtered(lambda rule: rule._is_due()):
            rule._run_isolated()
            self.env["ir.cron"]._commit_progress(1)
        self.env["document.dispatch.delivery"]._trigger_workers()

    def _is_due(self):
        """Rules that send on posting run each time too: for what was marked later, or went wrong."""
        return self.trigger == "post" or not self.next_run or self.next_run <= fields.Datetime.now()

    def _has_missed_its_window(self):
        """A slot that was missed is made up as long as the window is open; else with the first slot of the next one."""
        now = fields.Datetime.now()
        if self.trigger != "schedule" or self.next_run and self.next_run > now - LATE:
            return False
        return not is_open(now, *self._get_window(now))

    def _is_on_a_day_off(self):
        """The slot that has come lies in a time off that was entered since it was chosen."""
        slot = self.trigger == "schedule" and self.calendar_id and self.next_run
        return slot and slot <= fields.Datetime.now() and not is_open(slot, *self._get_window(slot))

    def _run_isolated(self):
        """Run one rule; whatever goes wrong stays with it, and is told."""
        started, clock = fields.Datetime.now(), time.monotonic()
        try:
            with self.env.cr.savepoint():
                return self._run("schedule")
        except Exception as error:
            _logger.exception("Rule %s (%s) failed", self.name, self.id)
            self.env.invalidate_all()
            self.write({"problem": self.env._("The last run failed: %s", " ".join(str(error).split()))})
            self._plan_next_run()
            nothing = self.env["document.dispatch"]
            self._note_run("schedule", started, time.monotonic() - clock, nothing)
            return nothing

    def _run(self, cause="manual"):
        """Plan everything that became eligible, and set the next time; return the dispatches.

        :param str cause: see ``document.dispatch.run.cause``
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return self.env["document.dispatch"]  # another worker runs this rule
        started, clock = fields.Datetime.now(), time.monotonic()
        dispatches = self._plan()
        self.last_run = fields.Datetime.now()
        self._plan_next_run()
        self._note_run(cause, started, time.monotonic() - clock, dispatches)
        return dispatches

    def _note_run(self, cause, started, seconds, dispatches):
        """Keep what a run came to, whether it found something or not.

        :param str cause: see ``document.dispatch.run.cause``
        :param datetime started: in UTC
        :param float seconds: how long it took
        :param dispatches: what it wrote
        """
        left = self._count_left() if self.warning and not self.problem else 0
        return self.env["document.dispatch.run"]._note(self, {
            "cause": cause, "date": started, "duration": seconds, "left": left,
            "reason": self.problem or self.warning,
        }, dispatches)

    def _plan_next_window(self):
        """What was missed, or came on a day off, is made up in the next window, whatever the period says."""
        now = fields.Datetime.now()
        if self.trigger == "schedule" and self.next_run and self.next_run <= now:
            self.next_run = next_slot(now, *self._get_window(now))
            self._wake_scheduler()
        else:
            self._plan_next_run()

    def _plan_next_run(self):
        self.next_run = self._get_next_run(fields.Datetime.now())
        self._wake_scheduler()
