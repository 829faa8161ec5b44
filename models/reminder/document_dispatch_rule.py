from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain

from .document_reminder import REMINDER

#: Days of the levels that a new rule has, and the names of their texts
USUAL_LEVELS = ((-5, "template_reminder_before"), (0, "template_reminder"), (5, "template_reminder_late"),
                (15, "template_reminder_late"))


class DocumentDispatchRule(models.Model):
    """A rule of its own kind: reminders of unpaid invoices, in levels, until they are paid."""

    _inherit = "document.dispatch.rule"

    is_reminder = fields.Boolean(compute="_compute_is_reminder", help="The rule sends payment reminders only.")
    level_ids = fields.One2many("document.dispatch.rule.level", "rule_id", string="Reminders", copy=True)
    one_mail = fields.Boolean(
        string="One e-mail per customer", default=True,
        help="Invoices of a customer that are due for the same reminder on the same day are sent in one e-mail.",
    )
    never_arrived_count = fields.Integer(
        string="Not delivered", compute="_compute_never_arrived_count",
        help="Open invoices without reminders, as they were not delivered to the customer.",
    )

    @api.depends("type_ids.code")
    def _compute_is_reminder(self):
        for rule in self:
            rule.is_reminder = REMINDER in rule.type_ids.mapped("code")

    def _compute_never_arrived_count(self):
        for rule in self:
            readable = rule.is_reminder and self.env["account.move"].has_access("read")
            rule.never_arrived_count = readable and self.env["account.move"].search_count(
                rule._get_never_arrived_domain())

    def _get_never_arrived_domain(self):
        return self.env["document.reminder"]._get_never_arrived_domain(
            self.company_id, self._get_today(), min(self.level_ids.mapped("days"), default=0), self._get_date_from(),
        ) & self._get_invoice_domain()

    @api.constrains("active", "type_ids", "level_ids", "trigger", "document_states", "selection")
    def _check_reminder(self):
        for rule in self.filtered("is_reminder"):
            if set(rule.type_ids.mapped("code")) != {REMINDER}:
                raise ValidationError(self.env._(
                    "Payment reminders need a rule of their own. Create one rule for them and another one for the "
                    "other documents."))
            if rule.trigger == "post":
                raise ValidationError(self.env._("Reminders are sent on a schedule, not when an invoice is posted."))
            if rule.selection == "marked" or rule.document_states == "all":
                raise ValidationError(self.env._("Reminders apply to all posted invoices that are open."))
            if rule.active and not rule.level_ids:
                raise ValidationError(self.env._(
                    "Add at least one reminder level to the rule “%s”.", rule.name))
        for rule in self.filtered("level_ids"):
            if not rule.is_reminder and rule.type_ids:
                raise ValidationError(self.env._("Only payment reminders have levels. Remove them from this rule."))

    @api.onchange("type_ids")
    def _onchange_reminder(self):
        """A rule of reminders begins with the usual levels, once a day."""
        if self.is_reminder and not self.level_ids:
            self.update(self._prepare_reminder_vals())
        elif not self.is_reminder and self.level_ids:
            self.level_ids = [Command.clear()]

    @api.model
    def _prepare_reminder_vals(self):
        return {
            "interval": "0", "trigger": "schedule", "document_states": "posted", "selection": "all",
            "level_ids": [Command.create({
                "days": days, "mail_template_id": template.id, "bundle_template_id": template.id,
            }) for days, template in self._get_usual_levels()],
        }

    @api.model
    def _get_usual_levels(self):
        """The days of the usual levels, each with its text; without one where somebody deleted it."""
        nothing = self.env["mail.template"]
        return [(days, self.env.ref(f"document_dispatch.{name}", raise_if_not_found=False) or nothing)
                for days, name in USUAL_LEVELS]

    @api.model
    def action_open_reminders(self):
        """Open the rules of reminders of the company; the first one is made, switched off."""
        self.env["document.dispatch.setup"]._check_manager()
        rules = self.with_context(active_test=False).search([
            ("company_id", "=", self.env.company.id), ("type_ids.code", "=", REMINDER)])
        if not rules:
            types = self.env["document.dispatch.type"]._get_by_code([REMINDER], self.env.company)
            rules = self.create({
                "name": self.env._("Payment reminders"), "active": False, "hour_from": 9.0,
                "type_ids": [Command.set([dispatch_type.id for dispatch_type in types.values()])],
                **self._prepare_reminder_vals(),
            })
        return rules._get_records_action(name=self.env._("Payment Reminders"), context={"active_test": False})

    def action_view_never_arrived(self):
        """Open the invoices of which this rule reminds nobody, for they never arrived."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.account_move_action_never_arrived")
        return {**action, "domain": list(self._get_never_arrived_domain())}

    # ------------------------------------------------------------------
    # Planning
    # ------------------------------------------------------------------

    def _get_problem(self):
        """It steps aside for another module that does the same."""
        if problem := super()._get_problem():
            return problem
        other = self.is_reminder and self.env["document.reminder"]._find_other_program(self.company_id)
        return bool(other) and self.env._(
            "%s already sends reminders to the customers of this company. Turn its e-mails off there, or leave this "
            "rule inactive, so that nobody is reminded twice.", other)

    def _get_models_to_read(self):
        return [*super()._get_models_to_read(), *(["account.move", "account.move.line"] if self.is_reminder else [])]

    def _write_documents(self):
        """What cannot go any more is withdrawn, and what became due is written."""
        if self.is_reminder:
            reminders = self._operator_env()["document.reminder"]
            reminders._withdraw_lapsed(self.company_id)
            reminders._supersede_late(self)
            reminders._write_due(self)
        return super()._write_documents()

    def _count_documents(self):
        """Reminders that are due are written when they are planned."""
        count = super()._count_documents()
        for rule in self.filtered(lambda rule: rule.is_reminder and not rule._get_problem()):
            count += len(rule._operator_env()["document.reminder"]._find_due(rule))
        return count

    def _get_invoice_domain(self):
        """Invoices of the journals and customers of the rule."""
        domain = Domain.TRUE
        # sudo: a manager without a right to accounting looks at the preview
        if journals := self.sudo().journal_ids:
            domain &= Domain("journal_id", "in", journals.ids)
        if self.partner_ids:
            domain &= Domain("partner_id", "child_of", self.partner_ids.ids)
        return domain

    def _get_eligible_parts(self, model, types):
        """Of a rule's own levels only: another rule of the company has others."""
        domain = super()._get_eligible_parts(model, types)
        return domain & Domain("level_id.rule_id", "=", self.id) if model._name == "document.reminder" else domain

    def _plan_documents(self, documents):
        """Reminders go with the text of their level; those of a customer in one mail."""
        if documents._name != "document.reminder":
            return super()._plan_documents(documents)
        dispatches = self.env["document.dispatch"]
        for (level, *key), those in documents.grouped(lambda one: (one.level_id, *self._plan_key(one))).items():
            is_foreign, in_review, dispatch_type = key
            those._with_system_write().looked_at = in_review
            chosen = self._get_chosen(is_foreign, dispatch_type)
            if level.mail_template_id:
                chosen = replace(chosen, template=level.mail_template_id)
            dispatches |= those._dispatch_create(
                "rule", state="review" if in_review else "queued", chosen=chosen,
                **self._prepare_dispatch_vals(is_foreign),
            )
        return dispatches

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------

    @api.depends("level_ids.days", "one_mail")
    def _compute_sentence(self):
        return super()._compute_sentence()

    def _describe_what(self):
        if not self.is_reminder:
            return super()._describe_what()
        levels = ", ".join(level._describe_days(level.days) for level in self.level_ids.sorted("days"))
        return self.env._("reminders of unpaid invoices, counted from the due date: %s,", levels or "–")

    def _describe_date_from(self, date):
        return self.env._("due on %s or later", date) if self.is_reminder else super()._describe_date_from(date)
