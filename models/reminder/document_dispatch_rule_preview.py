from datetime import timedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date

from ..rule.document_dispatch_rule_preview import MOST_LINES

#: Invoices whose first reminder comes within so many days are shown, too
DAYS_AHEAD = timedelta(days=14)


class DocumentDispatchRule(models.Model):
    """Who would be reminded now, and of which open invoices nobody is, and why not."""

    _inherit = "document.dispatch.rule"

    def _preview(self):
        self.ensure_one()
        if not self.is_reminder:
            return super()._preview()
        if self._get_problem():
            return [], 0
        Reminder = self._operator_env()["document.reminder"]
        # nothing is kept of a preview: reminders that are not there yet are only thought of
        due = Reminder._find_due(self)
        waiting = Reminder.search(
            self._get_eligible_domain(Reminder, self.type_ids), order="id", limit=MOST_LINES)
        thought = Reminder.concat(*(Reminder.new(vals) for vals in due))
        if self.domain:
            thought = thought.filtered_domain(self._get_condition())
        count = len(thought) + len(waiting)
        thought = thought[:max(0, MOST_LINES - len(waiting))]
        lines = list(self._preview_reminders(waiting)) + list(self._preview_reminders(thought))
        lines += self._preview_not_reminded(Reminder, {vals["move_id"] for vals in due} | set(waiting.move_id.ids))
        return lines, count

    def _preview_line(self, document):
        line = super()._preview_line(document)
        if document._name != "document.reminder":
            return line
        move = document.move_id
        return {**line, "res_model": move._name, "res_id": move._origin.id}

    def _preview_reminders(self, reminders):
        reminders = reminders.filtered(lambda reminder: reminder._dispatch_type())
        for reminder, line in zip(reminders, self._preview_going(reminders), strict=True):
            said = self.env._(
                "Due on %(date)s, open %(amount)s: %(level)s",
                date=format_date(self.env, reminder.date_due),
                amount=reminder.currency_id.format(reminder.amount_open), level=reminder._get_level_name())
            # what is only thought of has no id by which it could be named
            reason = line["reason"] and f"{line['reason'].removesuffix('.')}."
            yield {**line, **self._preview_line(reminder), "reason": " ".join(filter(None, (said, reason)))}

    def _preview_not_reminded(self, Reminder, going):
        """Open invoices of which nobody is reminded now, each with the first reason found.

        :param Reminder: ``document.reminder``, as the operator
        :param set going: ids of invoices whose customers would be reminded
        """
        today, first = self._get_today(), min(self.level_ids.mapped("days"), default=0)
        moves = Reminder.env["account.move"].search(
            Reminder._get_open_domain() & Domain("company_id", "=", self.company_id.id)
            & Domain("id", "not in", list(going))
            & Domain("invoice_date_due", "<=", today - timedelta(days=first) + DAYS_AHEAD),
            order="invoice_date_due, id", limit=MOST_LINES)
        chosen = moves.filtered_domain(self._get_invoice_domain())
        for move in moves:
            yield {
                "res_model": move._name, "res_id": move.id, "document_name": move.name,
                "partner_id": move.partner_id.id, "outcome": "stays",
                "reason": self._explain_not_reminded(move, today) if move in chosen
                else self.env._("Another journal or customer."),
            }

    def _explain_not_reminded(self, move, today):
        if not move._is_owed():
            return self.env._("A payment is in process.")
        if reason := move._get_reminder_stop() or move._explain_not_arrived():
            return reason
        lines = move.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and line.amount_residual > 0 and line.date_maturity)
        if all(line.date_maturity < self._get_date_from() for line in lines):
            return self.env._("Due before the start date.")
        last = move.dispatch_reminder_ids.sorted("id")[-1:]
        said = last and self.env._("Reminded on %s.", format_date(self.env, last.date)) or ""
        if last.dispatch_state:
            said = " ".join((said, self._preview_done(last)))
        coming = [day for line in lines for level in self.level_ids
                  if (day := line.date_maturity + timedelta(days=level.days)) > today]
        following = self.env._("The next reminder is on %s.", format_date(self.env, min(coming))) if coming \
            else self.env._("The last reminder has been "
                            "sent.") if last else self.env._("It was due before it was sent.")
        return " ".join(filter(None, (said, following)))
