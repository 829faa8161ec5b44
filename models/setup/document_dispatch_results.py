from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, format_date, get_lang

from ...tools.dispatch import states

#: What needs a person
PROBLEMS = (states.FAILED, states.PARTIAL, states.UNKNOWN)


class DocumentDispatch(models.Model):
    """What became of the dispatches of the last days, for a graph."""

    _inherit = "document.dispatch"

    _created_idx = models.Index("(create_date)")

    @api.model
    def _get_results_by_day(self, days):
        """Count each dispatch of the last days once, on the day when it was made, by what became of it.

        :param int days: how many, today among them
        :return: ``{"labels": […], "begins": […], "results": […]}``, as JSON: the days in words, when each begins (UTC,
            and when the last one ends), and of each result its name, label, help, counts, total and domain
        """
        here = self.with_context(tz=str(self.env.tz))  # by which days are cut, here and in the database
        today = fields.Date.context_today(here)
        dates = [today - timedelta(days=back) for back in reversed(range(days))]
        first_moment = here.env["document.dispatch.mixin"]._dispatch_first_moment
        begins = [first_moment(date) for date in [*dates, today + timedelta(days=1)]]
        made = Domain("create_date", ">=", begins[0]) & Domain("create_date", "<", begins[-1])

        def count(domain):
            groups = here._read_group(made & domain, ["create_date:day"], ["__count"])
            found = {moment.date(): number for moment, number in groups}
            return [found.get(date, 0) for date in dates]

        sent = Domain("state", "=", states.SENT)
        opened = count(sent & self._get_opened_domain())
        counts = {
            "opened": opened,
            "sent": [all_sent - seen for all_sent, seen in zip(count(sent), opened, strict=True)],
            "paper": count(Domain("state", "in", (states.PAPER, states.PRINTED))),
            "failing": count(Domain("state", "in", PROBLEMS)),
        }
        return {
            "labels": [self._format_day(date) for date in dates],
            "begins": [fields.Datetime.to_string(moment) for moment in begins],
            "results": [
                {"name": name, "counts": counts[name], "total": sum(counts[name]), **says}
                for name, says in self._describe_results().items()
            ],
        }

    def _format_day(self, date):
        """A day of this year, as short as the language allows it."""
        pattern = babel_locale_parse(get_lang(self.env).code).datetime_skeletons.get("MMMd")
        return format_date(self.env, date, date_format=pattern and pattern.pattern or "MMM d")

    @api.model
    def _describe_results(self):
        """``{name: {"label", "help", "domain"}}`` of each result, from the bottom of the graph to its top."""
        sent = [("state", "=", states.SENT)]
        return {
            "opened": {
                "label": self.env._("Opened"),
                "help": self.env._("Sent, and the customer opened the document or their page."),
                "domain": ["&", *sent, "|", ("document_opened_date", "!=", False), ("page_opened_date", "!=", False)],
            },
            "sent": {
                "label": self.env._("Sent, not opened"),
                "help": self.env._("The mail server accepted it; nobody has opened it yet, as far as links tell."),
                "domain": [*sent, ("document_opened_date", "=", False), ("page_opened_date", "=", False)],
            },
            "paper": {
                "label": self.env._("On paper"),
                "help": self.env._("In the paper tray, printed, or sent by post."),
                "domain": [("state", "in", [states.PAPER, states.PRINTED])],
            },
            "failing": {
                "label": self.env._("Failing"),
                "help": self.env._("Failed, sent in part, or unknown: a person has to decide."),
                "domain": [("state", "in", [*PROBLEMS])],
            },
        }

    @api.model
    def _get_opened_domain(self):
        """Dispatches of which the customer opened the document or the page.

        As the search on both fields says it, but asked of each dispatch by keys: of two ``IN`` with an ``OR`` between
        them PostgreSQL reads the whole archive. Domain.custom: the ORM has no correlated subquery.
        """
        recipient = self.env["document.dispatch.recipient"]._fields["page_opened_date"]

        def opened(_model, alias, _query):
            column = SQL.identifier
            yield SQL(
                "EXISTS (SELECT FROM document_dispatch_recipient r WHERE r.dispatch_id = %s "
                "AND r.page_opened_date IS NOT NULL)", column(alias, "id"), to_flush=recipient)
            for name in self._get_dispatched_models():
                documents = self.env[name]
                yield SQL(
                    "(%s = %s AND EXISTS (SELECT FROM %s m WHERE m.id = %s AND m.dispatch_opened_date IS NOT NULL))",
                    column(alias, "res_model"), name, column(documents._table), column(alias, "res_id"),
                    to_flush=documents._fields["dispatch_opened_date"])

        return Domain.custom(to_sql=lambda *args: SQL("(%s)", SQL(" OR ").join(opened(*args))))
