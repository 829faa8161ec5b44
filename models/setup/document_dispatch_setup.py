from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date, format_datetime

#: In the order in which they are taken
STEPS = ("account", "contacts", "rule", "letter", "scheduler")


class DocumentDispatchSetup(models.AbstractModel):
    """The first steps of a company.

    A step is done by what is true now, never by a click: an account that accepted a mail, a contact
    that is ticked, a rule that is switched on. What stops being true is to be done again.
    """

    _name = "document.dispatch.setup"
    _description = "First Steps"

    @api.model
    def _check_manager(self):
        if not self._is_manager():
            raise AccessError(self.env._("Only managers of Document Dispatch can change its setup."))

    @api.model
    def _is_manager(self):
        return self.env.user.has_group("document_dispatch.group_dispatch_manager")

    @api.model
    def _get_steps(self, company):
        """What is true of each step of a company: ``{name: (done, in words)}``."""
        here = self.with_company(company)
        return {name: getattr(here, f"_look_at_{name}")(company) for name in STEPS}

    @api.model
    def _describe_kinds(self):
        """What is wrong with kinds of documents of other modules, in words; empty when nothing."""
        kinds = self.env["document.dispatch"]._get_kinds()
        return "\n".join(fault for name in kinds for fault in self.env[name]._dispatch_describe_faults())

    # ------------------------------------------------------------------
    # What is true
    # ------------------------------------------------------------------

    def _look_at_account(self, company):
        if not company.email:
            return False, self.env._("%s has no e-mail address to send from.", company.name)
        if problem := next(self.env["document.dispatch.health"]._check_accounts(), None):
            return False, problem
        by_account = self.env["document.dispatch.channel"]._get_domain("_uses_account")
        sent = self.env["document.dispatch"].search(
            Domain("company_id", "=", company.id) & by_account & Domain("sent_date", "!=", False),
            order="id desc", limit=1).sent_date
        # what happened last counts
        if company.dispatch_test_state and not (sent and sent > company.dispatch_test_date):
            return company.dispatch_test_state == "sent", self._describe_test(company)
        if sent:
            return True, self.env._("The mail server accepted a document on %s.", format_datetime(self.env, sent))
        return False, self.env._("No mail server has accepted an e-mail of %s yet: send yourself a test "
                                 "e-mail.", company.name)

    @api.model
    def _describe_signatures(self, company):
        """Who signs mails with “Administrator”, in words: the user, and operators of rules; empty when nobody does.

        :param company: whose rules are looked at
        """
        operators = self._find_rules(company).filtered("active").user_id
        # sudo: how colleagues sign is what customers read
        unnamed = (self.env.user | operators).sudo().filtered(lambda user: user._dispatch_signs_without_name())
        if not unnamed:
            return ""
        return self.env._(
            "E-mails of %s are signed “Administrator”: enter the name, and a title if any, in the preferences of that "
            "user.", ", ".join(unnamed.mapped("login")))

    def _describe_test(self, company):
        return {
            "sent": self.env._("The mail server accepted a test e-mail to %(email)s on %(date)s: %(reply)s"),
            "deferred": self.env._("The test e-mail to %(email)s on %(date)s could not be sent: %(reply)s"),
            "failed": self.env._("The test e-mail to %(email)s on %(date)s was refused: %(reply)s"),
            "unknown": self.env._(
                "Delivery of the test e-mail to %(email)s on %(date)s could not be confirmed, check the mailbox: "
                "%(reply)s"),
        }[company.dispatch_test_state] % {
            "email": company.dispatch_test_email,
            "reply": company.dispatch_test_server_id._dispatch_say_reply(company.dispatch_test_reply),
            "date": format_datetime(self.env, company.dispatch_test_date),
        }

    def _look_at_contacts(self, company):
        Partner = self.env["res.partner"]
        if Partner.search_count(Partner._dispatch_receiving_domain() & company._dispatch_contact_domain(), limit=1):
            return True, self.env._("Contacts have flags for the documents they receive.")
        if not company.dispatch_general_address:
            return False, self.env._(
                "No contact has a flag: all documents are sent to the general addresses. Is this correct?")
        if unreachable := Partner.search_count(company._dispatch_unreachable_domain()):
            return False, self.env._(
                "Documents are sent to the general addresses. Customers without one: %s; their documents go to the "
                "paper tray.",
                unreachable)
        return True, self.env._("Documents are sent to the general addresses; every customer has one.")

    def _look_at_rule(self, company):
        rules = self._find_rules(company)
        active = rules.filtered("active")[:1]
        if active:
            return True, self.env._("“%s” is active.", active.name)
        if rules:
            return False, self.env._("“%s” is inactive: nothing is sent automatically.", rules[0].name)
        return False, self.env._("No rule yet: nothing is sent automatically.")

    def _find_rules(self, company):
        """All rules of a company, also those that are switched off."""
        return self.env["document.dispatch.rule"].with_context(active_test=False).search(
            [("company_id", "=", company.id)])

    def _look_at_letter(self, company):
        letter = self.env["document.letter"].search([("company_id", "=", company.id)], order="id desc", limit=1)
        noted = self.env["document.consent"].search(
            [("kind", "=", "letter"), ("company_id", "in", [False, company.id])], order="date desc", limit=1)
        if not letter and not noted:
            return False, self.env._("No customer has been informed yet that documents are sent by e-mail.")
        return True, self.env._("The last letter was issued on %s.", format_date(self.env, letter.date or noted.date))

    def _look_at_scheduler(self, _company):
        health = self.env["document.dispatch.health"]
        if problem := next(health._check_scheduler(), None):
            return False, problem
        ran = [job.lastcall for job in health._get_jobs() if job.lastcall]
        if not ran:
            return False, self.env._(
                "The scheduler has not run yet. If it has not run in 15 minutes, check that Odoo runs with cron "
                "workers.")
        return True, self.env._("The scheduler ran on %s.", format_datetime(self.env, max(ran)))

    # ------------------------------------------------------------------
    # What a button does
    # ------------------------------------------------------------------

    @api.model
    def _make_rule(self, company):
        """The first rule of a company: invoices and credit notes, each looked at by a person before it goes."""
        self._check_manager()
        if rules := self._find_rules(company):
            return rules[:1]
        types = self.env["document.dispatch.type"]._get_by_code(["invoice", "credit_note"], company)
        rule = self.env["document.dispatch.rule"].create({
            "name": self.env._("Invoices and credit notes"), "company_id": company.id, "active": True,
            "delivery": "review", "type_ids": [Command.set([record.id for record in types.values()])],
        })
        if problem := rule._get_problem():
            raise UserError(problem)
        return rule
