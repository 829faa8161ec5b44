import logging
import time

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.dispatch.precedence import Chosen
from ..recipients.document_dispatch_preference import DOWNLOAD

_logger = logging.getLogger(__name__)

#: Documents planned in one transaction
PLAN_BATCH = 500


class DocumentDispatchRule(models.Model):
    """Which documents a rule takes, and the dispatches it writes for them."""

    _inherit = "document.dispatch.rule"

    def _plan(self):
        """Write the dispatches for all documents that became eligible; return them.

        Nothing is rendered here: planning costs by what is new, the worker does the rest.
        """
        self.ensure_one()
        dispatches = self.env["document.dispatch"]
        self.problem = self._get_problem()
        self.warning = False
        if self.problem:
            _logger.warning("Rule %s does not run: %s", self.name, self.problem)
            return dispatches
        for documents in self._get_documents():
            dispatches |= self._plan_documents(documents)
        self.warning = self._get_warning()
        return dispatches.with_env(self.env)

    @api.model
    def _plan_posted(self, documents):
        """Let rules that send on posting take these documents; a rule that fails stops nobody's posting."""
        # sudo: whoever posts need not see the rules
        rules = self.sudo().search([
            ("active", "=", True), ("trigger", "=", "post"), ("company_id", "in", documents.company_id.ids),
        ]) if documents else self
        planned = False
        for rule in rules:
            try:
                with self.env.cr.savepoint():
                    planned |= bool(rule._plan_those(documents))
            except Exception:  # told by the rule's next run, which meets it too
                _logger.exception("Rule %s (%s) failed on posting", rule.name, rule.id)
                self.env.invalidate_all()
        if planned:
            self.env["document.dispatch.delivery"].sudo()._trigger_workers()  # sudo: as above

    def _plan_those(self, documents):
        """Plan those of these documents that the rule takes."""
        types = self._get_models().get(documents._name)
        if not types or self._get_problem():
            return self.env["document.dispatch"]
        started, clock = fields.Datetime.now(), time.monotonic()
        model = self._operator_env()[documents._name]
        dispatches = self._plan_documents(model.search(
            self._get_eligible_domain(model, types) & Domain("id", "in", documents.ids)
        ))
        if dispatches:  # whoever posts something else has not made this rule run
            self.env["document.dispatch.run"]._note(self, {
                "cause": "post", "date": started, "duration": time.monotonic() - clock,
            }, dispatches)
        return dispatches

    def _plan_documents(self, documents):
        """Write dispatches for eligible documents, by what goes with them."""
        dispatches = self.env["document.dispatch"]
        for (is_foreign, in_review, dispatch_type), those in documents.grouped(self._plan_key).items():
            dispatches |= those._dispatch_create(
                "rule", state="review" if in_review else "queued", chosen=self._get_chosen(is_foreign, dispatch_type),
                **self._prepare_dispatch_vals(is_foreign),
            )
        return dispatches

    def _plan_key(self, document):
        return self._is_foreign(document), self._is_reviewed(document), document._dispatch_type()

    def _is_reviewed(self, document):
        """A person looks at it first: always, or because there are warnings."""
        return self.delivery == "review" or bool(document._dispatch_warnings())

    def _is_foreign(self, document):
        return document._dispatch_currency() != self.company_id.currency_id

    def _prepare_dispatch_vals(self, is_foreign):
        """What the rule says of its dispatches, beside what it chose (:meth:`_get_chosen`)."""
        mode = self.report_mode_foreign if is_foreign else self.report_mode_company
        return {"rule_id": self.id, "without_files": mode == "none"}

    def _get_chosen(self, is_foreign, dispatch_type):
        """What the rule chose for documents of a type: text, report, account.

        :param dispatch_type: ``document.dispatch.type``
        """
        mode = self.report_mode_foreign if is_foreign else self.report_mode_company
        report = self.report_foreign_id if is_foreign else self.report_company_id
        return Chosen(template=self._get_text(dispatch_type), report=report if mode == "report" else None,
                      account=self.mail_server_id)

    # ------------------------------------------------------------------
    # What keeps it from running
    # ------------------------------------------------------------------

    def _get_problem(self):
        """Why this rule must not run now, in words; ``False`` when it may."""
        if self.company_id.dispatch_mode == "off":
            return self.env._("Sending is turned off for %s, see Settings.", self.company_id.name)
        if not self.user_id.active:
            return self.env._("The operator %s is archived. Choose another one.", self.user_id.name)
        if self.company_id not in self.user_id.company_ids:
            return self.env._(
                "The operator %(user)s has no access to %(company)s. Choose another one.",
                user=self.user_id.name, company=self.company_id.name,
            )
        for model in self._get_models_to_read():
            if not self._operator_env()[model].has_access("read"):
                return self.env._(
                    "The operator %(user)s has no access to “%(model)s”. Give them the access rights, or choose "
                    "another one.",
                    user=self.user_id.name, model=self.env["ir.model"]._get(model).name,
                )
        return False

    def _get_models_to_read(self):
        """Names of the models that the operator must be able to read."""
        return list(self._get_models())

    def _get_warning(self):
        """What is eligible and did not go, in words; ``False`` when nothing."""
        left = self._count_left()
        if not left:
            return False
        return self.env._(
            "Documents that were not sent: %(count)s. The operator %(user)s has no access to them, or they have no "
            "document type. Give them the access rights, or choose another operator.",
            count=left, user=self.user_id.name,
        )

    def _count_left(self):
        """How many documents are eligible still: after a run those that the operator may not see."""
        count = 0
        for model, types in self._get_models().items():
            # sudo: to count what they may not see
            everything = self.env[model].sudo().with_company(self.company_id).with_context(tz=self.tz)
            count += everything.search_count(self._get_eligible_domain(everything, types))
        return count

    def _operator_env(self):
        return self.with_user(self.user_id).with_company(self.company_id).with_context(
            allowed_company_ids=self.company_id.ids, lang=self.user_id.lang, tz=self.tz,
        ).env

    # ------------------------------------------------------------------
    # Which documents
    # ------------------------------------------------------------------

    def _get_documents(self):
        """Yield the documents that this rule takes now, model by model, in batches."""
        self._write_documents()
        env = self._operator_env()
        for model, types in self._get_models().items():
            env[model]._dispatch_import_external_files(self)
            domain = self._get_eligible_domain(env[model], types)
            last = 0
            while documents := env[model].search(domain & Domain("id", ">", last), order="id", limit=PLAN_BATCH):
                last = documents[-1].id
                yield documents

    def _write_documents(self):
        """Before it plans: write the documents that this rule makes itself. Rooms above know such ones."""

    def _get_eligible_domain(self, model, types):
        """Which documents are eligible: the model's part, then this rule's."""
        return self._get_eligible_parts(model, types) & self._get_wanted_domain(model, types)

    def _get_wanted_domain(self, model, types):
        """Documents of these types whose customers want to get them without asking.

        What customers say for a contact flag counts before what the kind says of all of them.
        """
        unsaid = model._dispatch_wanted_domain()
        wishes = self._get_wishes_domains(types)
        if not wishes:
            return unsaid
        wanted = Domain.FALSE
        for role, of_role in types.grouped("role_id").items():
            said, download = wishes.get(role, (Domain.FALSE, Domain.FALSE))
            wanted |= self._get_kind_domain(model, of_role) & (unsaid & ~said | said & ~download)
        return wanted

    def _get_wishes_domains(self, types):
        """Documents of whose customers something is said for the contact flags of these types.

        :return: ``{role: (something is said, the customer downloads them)}``, of roles of which anything is said at all
        """
        partners, preferences = self.env["res.partner"], self.env["document.dispatch.preference"]
        # sudo: who sends obeys what customers want, whether or not they may read it
        rows = preferences.sudo()._read_group(
            [("role_id", "in", types.role_id.ids), ("channel", "!=", False)], ["role_id"])
        # any!: whom the operator may see is no question here
        return {role.sudo(False): tuple(
            Domain("partner_id", "any!", partners._dispatch_wishing_domain(role.code, domain))
            for domain in (Domain.TRUE, Domain("channel", "=", DOWNLOAD))
        ) for [role] in rows}

    def _get_eligible_parts(self, model, types):
        """As above, whatever their customers want."""
        return (
            self._get_kind_domain(model, types)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("dispatch_state", "in", self._get_open_states())
            & model._dispatch_date_domain(self._get_date_from(), self.date_basis)
            & self._get_selection_domain()
            & self._get_choice_domain(model)
        )

    def _get_kind_domain(self, model, types):
        """The documents of these types; of a kind that is there with narrowed records only, those that they fit.

        A general record takes the documents of its narrowed ones, too: making one stops no document.
        """
        by_code = types.grouped("code").values()
        narrowed = [of_code for of_code in by_code if all(of_code.mapped(lambda record: record._is_narrowed()))]
        domain = model._dispatch_rule_domain(self._get_codes(types.filtered(
            lambda record: not any(record in of_code for of_code in narrowed))))
        for of_code in narrowed:
            domain |= model._dispatch_rule_domain(self._get_codes(of_code)) & of_code._get_fitting_domain()
        return domain

    def _get_codes(self, types):
        """The codes of the documents to take; drafts go as pro-forma."""
        codes = types.mapped("code")
        return [*codes, "proforma"] if self.document_states == "all" and "invoice" in codes else codes

    def _get_open_states(self):
        """States of documents that a rule may take: nothing was decided yet, or marked to be sent.

        What was only rehearsed goes when the company sends again.
        """
        states = [False, "to_send"]
        return states if self.company_id.dispatch_mode == "rehearse" else [*states, "rehearsed"]

    def _get_selection_domain(self):
        return Domain("dispatch_mark", "=", "to_send") if self.selection == "marked" else Domain.TRUE

    def _get_date_from(self):
        return self.date_from or fields.Date.context_today(self.with_context(tz=self.tz))

    def _get_choice_domain(self, model):
        """Journals, customers and the free condition.

        :param model: the empty recordset of the documents
        """
        condition = self._get_condition()
        domain = condition if condition.is_true() else model._dispatch_condition_domain(condition, self.model)
        # sudo: a manager without a right to accounting looks at the preview
        if journals := self.sudo().journal_ids:
            domain &= Domain("journal_id", "in", journals.ids)
        if self.partner_ids:
            domain &= Domain("partner_id", "child_of", self.partner_ids.ids)
        return domain
