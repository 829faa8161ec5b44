from odoo import api, fields, models
from odoo.exceptions import UserError

#: Odoo's scheduled actions that mail documents by themselves
CORE_JOBS = ("account.ir_cron_account_move_send", "sale.send_pending_emails_cron")


class DocumentDispatchHome(models.Model):
    """What a manager decides about a database that looks like a copy."""

    _inherit = "document.dispatch.home"

    @api.model
    def _find_rules(self):
        # sudo: the decision is about the whole database, and planning runs as the scheduler does
        return self.env["document.dispatch.rule"].sudo().search([("active", "=", True)])

    @api.model
    def _wake_core(self):
        """Have Odoo's own processes hand over what they still have to send, and tell how many documents that is.

        Here these become dispatches that wait as all others, and about which the manager decides, too.
        """
        # sudo: whoever's they are; the scheduler is for administrators to wake
        env = self.sudo().env
        for name in CORE_JOBS:
            if job := env.ref(name, raise_if_not_found=False):
                job._trigger()
        return self._count_in_core()

    @api.model
    def _count_in_core(self):
        """How many documents Odoo's own processes still have to send."""
        env = self.sudo().env  # sudo: as above
        return env["account.move"].search_count([("sending_data", "!=", False)]) + env["sale.order"].search_count(
            [("pending_email_template_id", "!=", False)])

    @api.model
    def _send_from_here(self, choice):
        """This database sends from now on.

        What waited when the backup was made may have gone since, and the rules may have taken what was not
        planned yet: the manager says what becomes of both. Of companies that they do not work for nobody
        knows: theirs goes into review.

        :param str choice: ``review``, ``send`` or ``cancel``
        """
        self._begin()
        # sudo: as in _find_rules
        waiting = self.env["document.dispatch"].sudo()._find_waiting()
        rules = self._find_rules()
        mine = self.env.user.company_ids
        if choice == "send":
            waiting = waiting.filtered(lambda dispatch: dispatch.company_id not in mine)
            rules = rules.filtered(lambda rule: rule.company_id not in mine)
        for rule in rules:
            # not isolated: what a failing rule leaves out, it would send later without a question
            waiting |= rule._plan().filtered_domain(waiting._get_waiting_domain())
            rule._plan_next_run()
        cancelled = waiting.filtered(lambda dispatch: choice == "cancel" and dispatch.company_id in mine)
        (waiting - cancelled)._hold_after_restore()
        cancelled._cancel_after_restore()
        # sudo: the scheduler is for administrators to wake
        self.env.ref("document_dispatch.ir_cron_dispatch_plan").sudo()._trigger()
        self.env["document.dispatch.delivery"].sudo()._trigger_workers()

    @api.model
    def _declare_copy(self, mode, supervisor=False):
        """This database is for tests: no company sends.

        :param str mode: ``off`` or ``rehearse``
        :param str supervisor: the one address of a rehearsal
        """
        self._begin()
        # sudo: a copy is one for all companies, archived ones included
        companies = self.env["res.company"].sudo().with_context(active_test=False).search(
            [("dispatch_mode", "!=", mode)])
        companies.write({
            "dispatch_mode": mode, **({"dispatch_rehearsal_email": supervisor} if mode == "rehearse" else {}),
        })

    @api.model
    def _begin(self):
        """Note this database as the one that decides from now on; only once, whoever else presses at the same time."""
        self.env["document.dispatch.setup"]._check_manager()
        if not self._is_elsewhere():
            raise UserError(self.env._("Another user has already decided. Reload the page."))
        # written before all else: who comes second clashes here, is called again by Odoo, and is told so
        self._find().left_date = fields.Datetime.now()
        self.flush_model()
        self._note()
