from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from .document_dispatch_health import PATIENCE


class DocumentDispatchHealth(models.AbstractModel):
    """What the first page says before all else: never that all is well where nothing was ever sent."""

    _inherit = "document.dispatch.health"

    @api.model
    def _get_status(self):
        """Return how sending is now, and that in words.

        :return: ``(status, sentences)``; the status is ``problem``, ``waiting`` (a mail server does not answer),
            ``incomplete`` (nothing that is sent by itself, or no proof that mails go) or ``working``
        """
        # sudo: what is true of a company, whoever's documents prove it
        setup, companies = self.env["document.dispatch.setup"].sudo(), self.env.companies
        senders = {company: setup._look_at_account(company) for company in companies}
        failed = [
            text for company, (done, text) in senders.items()
            if not done and company.dispatch_test_state not in (False, "sent")]
        if problems := [*self._get_problems(), *failed]:
            return "problem", problems
        if waiting := [*self._check_silent_accounts(), *self._check_silent_odoo()]:
            return "waiting", waiting
        unproved = [text for done, text in senders.values() if not done]
        active = setup.env["document.dispatch.rule"].search([("company_id", "in", companies.ids)]).company_id
        if not active and len(unproved) == len(companies):
            return "incomplete", [self.env._("Nothing is set up yet."), *unproved]
        if off := companies - active:
            unproved.append(self.env._("Automatic sending is off for: %s.", ", ".join(off.mapped("name"))))
        return ("incomplete", unproved) if unproved else ("working", [self.env._("Automatic sending is working.")])

    def _check_silent_accounts(self):
        """Accounts that do not answer, from the first failed connection; what lasts longer is a problem."""
        # sudo: accounts are for administrators to read
        for server in self.env["ir.mail_server"].sudo().search([
            ("dispatch_unreached_since", ">=", fields.Datetime.now() - PATIENCE),
        ]):
            if waiting := self.env["document.dispatch.account"]._count_waiting(server):
                yield self._say_silent(server.name, server.dispatch_unreached_since, waiting)

    def _check_silent_odoo(self):
        """The server of Odoo's command line, of which nothing can be noted: mails that no server has judged so far."""
        waiting = Domain([
            ("mail_server_id", "=", False), ("state", "=", "deferred"), ("tries", "=", 0), ("next_try", "!=", False)])
        [(count, since)] = self.env["document.dispatch.recipient"]._read_group(
            waiting, [], ["__count", "able_date:min"])
        if count:
            yield self._say_silent(self.env._("Odoo's configuration"), since, count)

    def _say_silent(self, name, since, count):
        return self.env._(
            "Waiting for the mail server (%(account)s) since %(date)s. E-mails waiting: %(count)s. They are sent "
            "automatically when it answers.", account=name, count=count,
            date=format_datetime(self.env, since, dt_format="short") if since else "–")
