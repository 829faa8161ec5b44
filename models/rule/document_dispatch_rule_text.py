from odoo import api, fields, models
from odoo.tools import format_date, format_datetime
from odoo.tools.misc import format_duration


class DocumentDispatchRule(models.Model):
    """Says in one sentence what a rule will do."""

    _inherit = "document.dispatch.rule"

    sentence = fields.Text(compute="_compute_sentence")

    @api.depends("active", "type_ids", "user_id", "company_id", "mail_server_id", "document_states", "selection",
                 "journal_ids", "partner_ids", "domain", "date_basis", "date_from", "delivery", "trigger",
                 "hour_from", "hour_to", "interval", "tz", "calendar_id", "next_run", "period", "period_weekday",
                 "period_day")
    @api.depends_context("lang", "tz", "uid")
    def _compute_sentence(self):
        for rule in self:
            parts = [rule._describe_what(), rule._describe_which(), rule._describe_how()]
            rule.sentence = " ".join(filter(None, [
                self.env._("%(when)s, %(what)s", when=rule._describe_when(), what=" ".join(filter(None, parts))) + ".",
                rule._describe_next(),
            ])) if rule.type_ids and rule.user_id else False

    def _describe_when(self):
        if self.trigger == "post":
            return self.env._("As soon as they are posted")
        hour_from, hour_to = (format_duration(hour) for hour in (self.hour_from, self.hour_to))
        days = self._describe_days()
        if self.interval == "0":
            return self.env._("%(days)s at %(hour)s", days=days, hour=hour_from)
        return self.env._(
            "%(days)s from %(hour_from)s to %(hour_to)s, %(interval)s", days=days, hour_from=hour_from, hour_to=hour_to,
            interval=self._label("interval").lower(),
        )

    def _describe_days(self):
        """On which days it runs, in words."""
        return self.env._("Every working day") if self.calendar_id else self.env._("Every day")

    def _describe_what(self):
        names = ", ".join(self.type_ids.mapped(lambda dispatch_type: dispatch_type.display_name or ""))
        if self.selection == "marked":
            what = self.env._("the documents marked “to send” of these types: %s,", names)
        else:
            what = self.env._("all documents of these types: %s,", names)
        if self.document_states == "all":
            what += " " + self.env._("drafts as a pro-forma,")
        return what

    def _describe_which(self):
        parts = []
        if self.date_from:
            parts.append(self._describe_date_from(format_date(self.env, self.date_from)))
        # sudo: their names, for managers without a right to accounting
        if journals := self.sudo().journal_ids:
            parts.append(self.env._("of the journals %s", ", ".join(journals.mapped("name"))))
        if self.partner_ids:
            parts.append(self.env._("to selected customers (%s) and those below them", len(self.partner_ids)))
        if self.domain and self.domain != "[]":
            parts.append(self.env._("that match the condition"))
        return ", ".join(parts)

    def _describe_date_from(self, date):
        if self.date_basis == "sale":
            return self.env._("sold on %s or later", date)
        return self.env._("of %s or later", date)

    def _describe_how(self):
        # sudo: whoever reads the rule may know the account's address
        account = self.mail_server_id.sudo()
        how = self.env._("wait in review") if self.delivery == "review" else self.env._("are sent")
        if account:
            how += " " + self.env._("from %s", account._dispatch_address() or account.name)
        return how + " " + self.env._("in the name of %s", self.user_id.name)

    def _describe_next(self):
        if not self.active:
            return self.env._("The rule is inactive.")
        if not self.next_run:
            return False
        next_run = format_datetime(self.env, self.next_run, tz=self.tz, dt_format="short")
        return self.env._("The next run is on %s.", next_run)

    def _label(self, name):
        return dict(self._fields[name]._description_selection(self.env))[self[name]]
