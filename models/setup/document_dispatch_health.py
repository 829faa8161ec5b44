from datetime import timedelta

from odoo import api, fields, models, modules
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime, plaintext2html

from ...tools.mail import limits

#: After this the scheduler is late, and a dispatch that is due is stuck
PATIENCE = timedelta(hours=1)


class DocumentDispatchHealth(models.AbstractModel):
    """Watches whether everything that should go by itself can go.

    What is found stands on the app's first page, and makes an activity for the managers. If the
    scheduler itself is off, only the page can say so.
    """

    _name = "document.dispatch.health"
    _description = "Dispatch Health"

    @api.model
    def _get_problems(self):
        """Return what is wrong now, one sentence each, which says what to do."""
        return [
            *self._check_scheduler(), *self._check_accounts(), *self._check_passwords(), *self._check_rules(),
            *self._check_companies(), *self._check_server(), *self._check_reports(), *self._check_dispatches(),
            *self._check_other_modules(),
        ]

    def _get_jobs(self):
        """The scheduled actions without which nothing goes by itself."""
        # sudo: scheduled actions are for administrators to read
        plan = self.env.ref("document_dispatch.ir_cron_dispatch_plan").sudo()
        return plan | self.env["document.dispatch.delivery"].sudo()._get_worker_crons()[:1]

    def _check_scheduler(self):
        for job in self._get_jobs():
            if not job.active:
                yield self.env._(
                    "The scheduled action “%s” is inactive: nothing is sent automatically. Activate it.", job.name,
                )
            elif job.nextcall < fields.Datetime.now() - PATIENCE:
                yield self.env._(
                    "The scheduler is late: “%(job)s” was due on %(date)s. Check that Odoo runs with cron workers.",
                    job=job.name, date=format_datetime(self.env, job.nextcall),
                )
            elif job.failure_count:
                yield self.env._(
                    "The scheduled action “%s” fails. The server's log says why.", job.name,
                )

    def _check_accounts(self):
        # sudo: accounts are for administrators to read
        for server in self.env["ir.mail_server"].sudo().search([("dispatch_problem", "!=", False)]):
            if advice := server._dispatch_advice():
                yield self.env._(
                    "The account “%(account)s” was refused: %(reply)s. %(advice)s",
                    account=server.name, reply=server._dispatch_say_reply(server.dispatch_problem).rstrip("."),
                    advice=advice,
                )
        accounts = self.env["document.dispatch.account"]
        for server in self.env["ir.mail_server"].sudo().search([  # sudo: as above
            ("dispatch_unreached_since", "<", fields.Datetime.now() - PATIENCE),
        ]):
            if not server._dispatch_advice() and (waiting := accounts._count_waiting(server)):
                yield self.env._(
                    "%(problem)s. E-mails waiting: %(count)s. They are sent automatically when it answers again. "
                    "Check the server's name and port, and the network.",
                    problem=server._dispatch_say_unreached().rstrip("."), count=waiting,
                )

    def _check_passwords(self):
        """Exchange Online ends logins with a password (techcommunity.microsoft.com, Exchange Team, 2026-01-27)."""
        # sudo: accounts are for administrators to read
        for server in self.env["ir.mail_server"].sudo().search([
            ("smtp_authentication", "=", "login"), ("smtp_user", "!=", False),
            ("smtp_host", "=ilike", "%.office365.com"),
        ]):
            yield self.env._(
                "The account “%s” logs in to Microsoft 365 with a password, which Microsoft stops supporting at the "
                "end of December 2026: change it to Outlook OAuth Authentication.", server.name)

    def _check_rules(self):
        late = fields.Datetime.now() - PATIENCE
        # one that is off with a problem was switched off by the system
        for rule in self.env["document.dispatch.rule"].with_context(active_test=False).search(
            ["|", ("active", "=", True), ("problem", "!=", False)]
        ):
            if rule.problem:
                yield self.env._("The rule “%(rule)s” is not running: "
                                 "%(problem)s", rule=rule.name, problem=rule.problem)
            elif rule.next_run and rule.next_run < late:
                yield self.env._("The rule “%(rule)s” is late: it was due on %(date)s.",
                                 rule=rule.name, date=format_datetime(self.env, rule.next_run))
            if rule.warning:
                yield self.env._("The rule “%(rule)s”: %(warning)s", rule=rule.name, warning=rule.warning)

    def _check_companies(self):
        for company in self.env.companies:
            if company.dispatch_mode != "send":
                waiting = self.env["document.dispatch"].search_count([
                    ("company_id", "=", company.id), ("state", "=", "queued"), ("rehearsal", "=", False),
                ])
                mode = dict(company._fields["dispatch_mode"]._description_selection(self.env))[company.dispatch_mode]
                yield self.env._(
                    "Sending is not enabled for %(company)s (“%(mode)s” in the settings). Documents waiting: "
                    "%(count)s.",
                    company=company.name, mode=mode, count=waiting)

    def _check_server(self):
        """One sentence, however many documents wait for it."""
        waiting = self.env["document.dispatch"].search([
            ("prepare_faults", ">", 0), ("state", "in", ("queued", "review")),
        ], order="write_date desc")
        if waiting:
            yield self.env._(
                "Documents waiting: %(count)s. %(reason)s. Fix this on the server: they are then sent automatically.",
                count=len(waiting), reason=waiting[0].state_message,
            )

    def _check_reports(self):
        if text := self.env["document.dispatch.home"]._describe_reports():
            yield text

    def _check_dispatches(self):
        stuck = self.env["document.dispatch.recipient"].search_count(self._get_stuck_domain())
        if stuck:
            yield self.env._("E-mails that have been due for more than an hour and are not sent: %s.", stuck)
        unknown = self.env["document.dispatch"].search_count([("state", "=", "unknown")])
        if unknown:
            yield self.env._(
                "Documents whose delivery could not be confirmed: %s. Open “Needs Attention” and decide.", unknown,
            )

    def _get_stuck_domain(self):
        """Mails that could go for more than an hour, and do not.

        What waits for a limit of its account, or for a time, rings no alarm; nor does what is told of its account.
        """
        long_ago = fields.Datetime.now() - PATIENCE
        not_asked_to_wait = Domain("next_try", "=", False) | Domain("next_try", "<", long_ago) | (
            # by Odoo's command line: of that server nothing else is said
            Domain("mail_server_id", "=", False) & Domain("dispatch_id.prepare_faults", "=", 0)
        )
        able = Domain("able_date", "=", False) | Domain("able_date", "<", long_ago)
        queued = Domain("state", "=", "queued") & Domain("dispatch_id.state", "=", "queued") & Domain(
            "dispatch_id.write_date", "<", long_ago) & not_asked_to_wait & able & (
            Domain("dispatch_id.scheduled_date", "=", False) | Domain("dispatch_id.scheduled_date", "<", long_ago))
        deferred = Domain("state", "=", "deferred") & (
            Domain("next_try", "<", long_ago)
            # no server has judged it so far: each failure only puts it off
            | Domain("tries", "=", 0) & Domain("able_date", "<", long_ago)
        )
        quiet = self.env["document.dispatch.account"]._find_quiet()
        return (queued | deferred) & Domain("company_id.dispatch_mode", "=", "send") & Domain(
            "mail_server_id", "not in", quiet.ids)

    @api.model
    def _get_waits(self):
        """What waits although all is well, one sentence each."""
        accounts = self.env["document.dispatch.account"]
        # sudo: accounts are for administrators to read
        for server in self.env["ir.mail_server"].sudo().search([("dispatch_per_day", ">", 0)]):
            until = server._dispatch_next_free(server.dispatch_per_day, limits.DAY)
            waiting = until and accounts._count_waiting(server)
            if not waiting:
                continue
            last = until + (limits.last_day(waiting, server.dispatch_per_day) - 1) * limits.DAY
            yield self.env._(
                "E-mails waiting for the account “%(account)s”, which is limited to %(limit)s in 24 hours: %(count)s. "
                "The next are sent on %(date)s, the last by %(last)s.",
                count=waiting, account=server.name, limit=server.dispatch_per_day,
                date=format_datetime(self.env, until), last=format_date(self.env, last + limits.DAY),
            )

    def _check_other_modules(self):
        """Other modules that mail the same documents by themselves: nobody should get them twice; rooms above add."""
        return []

    @api.model
    def _watch(self):
        """Leave an activity for the managers of each company when something new is wrong."""
        if not modules.module.current_test:  # no test's server answers while its own test runs
            self.env["document.dispatch.home"]._probe_reports()
        # sudo: the scheduler looks after every company
        for company in self.env["res.company"].sudo().search([("active", "=", True)]):
            managers = self._get_managers(company)
            seen_by = self.with_user(managers[:1]).with_context(allowed_company_ids=company.ids)
            if managers and (problems := seen_by._get_problems()):
                self._alarm(company, managers, problems)

    def _get_managers(self, company):
        # sudo: see above
        group = self.env.ref("document_dispatch.group_dispatch_manager").sudo()
        return group.all_user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids and user.id != 1
        ).sorted("id")

    def _alarm(self, company, managers, problems):
        """One open activity for each manager, on the company's own contact, until they mark it done.

        :param company: on whose contact the activities stand
        :param managers: ``res.users``
        :param list problems: sentences
        """
        partner = company.partner_id
        for manager in managers:
            note = plaintext2html("\n".join(problems))
            open_activity = partner.activity_ids.filtered(
                lambda activity, manager=manager: activity.user_id == manager and activity.dispatch_alarm == "health")
            if open_activity:
                open_activity.note = note
            else:
                partner.activity_schedule(
                    "mail.mail_activity_data_warning", summary=self._alarm_summary(), note=note, user_id=manager.id,
                    dispatch_alarm="health",
                )

    @api.model
    def _alarm_summary(self):
        return self.env._("Document Dispatch needs attention")
