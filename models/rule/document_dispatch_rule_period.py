from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.rule import schedule
from ..dispatch.document_dispatch_time import WEEKDAYS

#: A time off that moves the day of a period is looked for so far back
LOOK_BACK = timedelta(days=35)


class DocumentDispatchRule(models.Model):
    """On which days a rule runs: on all, on one of the week, or on one of the month.

    Where that is no working day, it runs on the next one; and so it does where the server was off on that day.
    """

    _inherit = "document.dispatch.rule"

    period = fields.Selection(
        [("day", "Every day"), ("week", "Once a week"), ("month", "Once a month")], string="Days",
        required=True, default="day",
    )
    period_weekday = fields.Selection(WEEKDAYS, string="Weekday", required=True, default="0")
    period_day = fields.Integer(
        string="Day of the month", required=True, default=1,
        help="From 1 to 31; in shorter months, the last day.")

    @api.constrains("period", "period_day")
    def _check_period(self):
        for rule in self:
            if rule.period == "month" and not 1 <= rule.period_day <= 31:
                raise ValidationError(self.env._("A day of the month is a number from 1 to 31."))

    def _get_period(self):
        """As :func:`tools.rule.schedule.is_day_of` asks for it."""
        return self.period, int(self.period_weekday or 0), self.period_day or 1

    def _get_other_days(self, moment):
        """Days on which this rule does not run, of those that :func:`tools.rule.schedule.days_ahead` names."""
        days_off = self._get_days_off(moment)
        if self.period == "day":
            return days_off
        if self.calendar_id:
            days_off |= self._get_days_off(moment - LOOK_BACK)
        first, last = schedule.days_ahead(moment, self.tz)
        return schedule.days_between(first, last) - schedule.period_days(
            first - LOOK_BACK, last, *self._get_period(), days_off)

    def _get_last_day(self, day):
        """The last day of this rule's period that is not after a day, whether or not it was a working day."""
        return schedule.last_day_of(day, *self._get_period())

    def _describe_days(self):
        """On which days it runs, in words."""
        if self.period == "week":
            days = self.env._("Every %s", self._label("period_weekday"))
        elif self.period == "month":
            days = self.env._("On day %s of each month", self.period_day)
        else:
            return super()._describe_days()
        return self.env._("%s (or the next working day)", days) if self.calendar_id else days
