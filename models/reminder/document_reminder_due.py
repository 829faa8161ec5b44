from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ...tools.dispatch import clicks, states
from .account_move import OWED
from .document_reminder import REMINDER

#: Reminders that are written in one go
BLOCK = 500
#: What customers are reminded of
MOVE_TYPES = ("out_invoice", "out_receipt")


class DocumentReminder(models.Model):
    """Which reminders are due: of each open part of an invoice the last level whose day has come."""

    _inherit = "document.reminder"

    @api.model
    def _get_open_domain(self):
        """Invoices of which something is to be paid."""
        return Domain([("state", "=", "posted"), ("move_type", "in", MOVE_TYPES), ("payment_state", "in", OWED)])

    @api.model
    def _get_remindable_domain(self):
        """Invoices of which their customers are reminded, once something of them is due."""
        Move = self.env["account.move"]
        return (self._get_open_domain() & Move._get_arrived_domain() & ~Move._get_stopped_domain()
                & ~Move._get_awaited_domain())

    @api.model
    def _get_due_line_domain(self, rule, today=None):
        """Open parts of invoices whose customers a rule reminds by now, whatever keeps it from doing so.

        :param date today: of the rule's time zone
        """
        today = today or rule._get_today()
        first = min(rule.level_ids.mapped("days"), default=0)
        return Domain([
            ("display_type", "=", "payment_term"), ("parent_state", "=", "posted"),
            ("company_id", "=", rule.company_id.id), ("amount_residual", ">", 0), ("reconciled", "=", False),
            ("date_maturity", ">=", rule._get_date_from()), ("date_maturity", "<=", today - timedelta(days=first)),
        ])

    @api.model
    def _find_due(self, rule):
        """What is due by a rule now, and was not reminded of at this level or a later one: values of the reminders.

        A query for each level, on the lines whose last level that is: what a stopped server missed is not made up level
        by level.
        """
        today, levels = rule._get_today(), rule.level_ids.sorted("days")
        found, lines_of = {}, {}
        for level, following in zip(levels, [*levels[1:], self.env["document.dispatch.rule.level"]], strict=True):
            domain = self._get_due_line_domain(rule, today) & Domain(
                "date_maturity", "<=", today - timedelta(days=level.days))
            if following:
                domain &= Domain("date_maturity", ">", today - timedelta(days=following.days))
            domain &= Domain("move_id", "any", self._get_remindable_domain() & rule._get_invoice_domain())
            # as the rule: the filters above were asked with the operator's rights
            lines_of[level] = self.env["account.move.line"].search(
                domain & self._get_unreminded_domain(level.days), order="partner_id, move_id, id")
        first_days = self.env["account.move"].union(*(lines.move_id for lines in lines_of.values())) \
            ._get_days_before_reminders(rule.tz)
        for level, lines in lines_of.items():
            for line in lines:
                move = line.move_id
                if line.date_maturity + timedelta(days=level.days) > first_days[move]:
                    found.setdefault((move.id, line.date_maturity), {
                        "move_id": move.id, "date_due": line.date_maturity, "level_id": level.id, "days": level.days,
                        "date": today,
                    })
        return list(found.values())

    @api.model
    def _get_unreminded_domain(self, days):
        """Lines of which there is no reminder of this level or a later one."""
        def missing(model, alias, query):
            # raw SQL: the ORM has no correlated subquery
            return SQL(
                "NOT EXISTS (SELECT FROM document_reminder r"
                " WHERE r.move_id = %s AND r.date_due = %s AND r.days >= %s)",
                SQL.identifier(alias, "move_id"), SQL.identifier(alias, "date_maturity"), days)

        return Domain.custom(to_sql=missing)

    @api.model
    def _supersede_late(self, rule):
        """What was withdrawn as the invoice came back is not made up on the day on which it arrives after all."""
        waiting = self.search(Domain([
            ("company_id", "=", rule.company_id.id), ("superseded", "=", False), ("level_id.rule_id", "=", rule.id),
            ("dispatch_state", "in", (False, "to_send"))]))
        first_days = waiting.move_id._get_days_before_reminders(rule.tz)
        late = waiting.filtered(
            lambda one: one.date_due + timedelta(days=one.days) <= first_days[one.move_id])
        late._with_system_write().superseded = True

    @api.model
    def _write_due(self, rule):
        """Write the reminders that are due; those of lower levels that never went are superseded."""
        # sudo: they are the system's to write; found with the operator's rights
        Reminder = self._with_system_write()
        for block in split_every(BLOCK, self._find_due(rule), list):
            reminders = Reminder.create(block)
            older = Reminder.search([
                ("move_id", "in", reminders.move_id.ids), ("id", "not in", reminders.ids), ("superseded", "=", False)])
            days = {(reminder.move_id, reminder.date_due): reminder.days for reminder in reminders}
            older = older.filtered(lambda old, days=days: old.days < days.get((old.move_id, old.date_due), old.days))
            older._dispatch_withdraw(self.env._("The next reminder of this invoice replaces it."))
            older.superseded = True

    @api.model
    def _withdraw_lapsed(self, company):
        """Withdraw what waits or is in review, and has nothing to remind of any more."""
        # sudo: whoever sent it
        waiting = self.env["document.dispatch"].sudo().search([
            ("type_code", "=", REMINDER), ("company_id", "=", company.id),
            ("state", "in", (states.REVIEW, states.QUEUED, states.FAILED, states.PAPER)),
        ])
        by_id = {reminder.id: reminder for reminder in self.browse(waiting.mapped("res_id")).exists()}  # read together
        for dispatch in waiting:
            reminder = by_id.get(dispatch.res_id, self.browse())
            if clicks.can_cancel(dispatch.state) and (reason := reminder._get_lapse()):
                dispatch._lapse(reason)

    # ------------------------------------------------------------------
    # Other modules that do the same
    # ------------------------------------------------------------------

    @api.model
    def _find_other_program(self, company):
        """The name of another module that reminds a company's customers by mail; empty when none does.

        Present is not enough: it must have been told to.
        """
        names = {
            "account_followup.followup.line": self.env._("Follow-up Reports (account_followup)"),
            "credit.control.policy.level": self.env._("Credit Control (account_credit_control)"),
        }
        for model, name in names.items():
            # sudo: whether there are some, whoever may read them
            if model in self.env and self.env[model].sudo().search_count(
                self._get_other_program_domain(self.env[model], company), limit=1,
            ):
                return name
        return ""

    @api.model
    def _get_other_program_domain(self, model, company):
        """Levels of another module's reminders that go by mail; of fields that this version lacks nothing is asked."""
        asked = {
            # account_followup: a level that is executed by itself, and mails
            "auto_execute": Domain("auto_execute", "=", True), "send_email": Domain("send_email", "=", True),
            # account_credit_control: the level's channel
            "channel": Domain("channel", "=", "email"),
            "company_id": Domain("company_id", "in", (False, company.id)),
            "policy_id": Domain("policy_id.company_id", "in", (False, company.id)),
        }
        if "policy_id" in model._fields and "company_id" not in model.env[model._fields["policy_id"].comodel_name]:
            del asked["policy_id"]
        return Domain.AND(domain for name, domain in asked.items() if name in model._fields)

    @api.model
    def _get_never_arrived_domain(self, company=None, today=None, first=0, date_from=None):
        """Open invoices of which customers would be reminded by now, and which never reached them.

        :param company: ``res.company``; ``None``: those at hand
        :param date today: instead of the user's
        :param int first: days of the first level
        :param date date_from: due on this day or later
        """
        companies = company or self.env.companies
        today = today or fields.Date.context_today(self)
        domain = self._get_open_domain() & Domain("company_id", "in", companies.ids)
        domain &= Domain("invoice_date_due", "<=", today - timedelta(days=first))
        if date_from:
            domain &= Domain("invoice_date_due", ">=", date_from)
        return domain & ~self.env["account.move"]._get_arrived_domain()
