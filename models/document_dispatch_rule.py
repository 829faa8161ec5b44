import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

#: Documents planned in one transaction
PLAN_BATCH = 500


class DocumentDispatchRule(models.Model):
    """What the scheduler sends by itself, in whose name, and since when."""

    _name = "document.dispatch.rule"
    _description = "Rule of Automatic Sending"
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=False, help="A new rule is off until you switch it on.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users", string="Operator", required=True, default=lambda self: self.env.user,
        check_company=True, domain="[('share', '=', False)]",
        help="Mails are made in his name and with his rights.",
    )
    type_ids = fields.Many2many(
        "document.dispatch.type", string="Documents", required=True,
        domain="[('company_id', 'in', (False, company_id))]",
    )
    delivery = fields.Selection(
        [("now", "Send at once"), ("review", "Leave in review")],
        required=True, default="now",
        help="In review a person looks, edits, releases or discards.",
    )
    date_from = fields.Date(
        string="From date", help="Documents of this day or later. Switching on sets it to today, "
        "so that the backlog stays at home.",
    )
    last_run = fields.Datetime(readonly=True, copy=False)
    problem = fields.Char(readonly=True, copy=False, help="Why the last run stopped.")

    @api.constrains("active", "type_ids")
    def _check_types(self):
        for rule in self:
            if rule.active and not rule.type_ids:
                raise ValidationError(self.env._(
                    "Choose at least one kind of document for the rule “%s”.", rule.name
                ))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("active") and not vals.get("date_from"):
                vals["date_from"] = fields.Date.context_today(self)
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("active") and "date_from" not in vals:
            off = self.filtered(lambda rule: not rule.active)
            off.date_from = fields.Date.context_today(self)
        return super().write(vals)

    @api.model
    def _cron_plan(self):
        """Entry of ``ir_cron_dispatch_plan``: plan every active rule, each on its own."""
        for rule in self.search([("active", "=", True)]):
            rule._plan()
            self.env["ir.cron"]._commit_progress(1)
        self.env["document.dispatch.delivery"]._trigger_lanes()
        self.env["document.dispatch.health"]._watch()

    def action_run(self):
        """Plan now, and let the worker deliver."""
        self.check_access("write")
        for rule in self:
            # sudo: planning runs with the operator's rights, as it does at night
            dispatches = rule.sudo()._plan()
            if rule.problem:
                raise UserError(rule.problem)
            dispatches._deliver_soon()
        return self.action_view_log()

    def action_view_log(self):
        """Open everything that this rule made."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "document_dispatch.document_dispatch_action"
        )
        return {**action, "domain": [("rule_id", "in", self.ids)], "context": {"create": False}}

    def _plan(self):
        """Write the rows for all documents that became eligible; return them.

        Nothing is rendered here: planning costs by what is new, the worker does the rest.
        """
        self.ensure_one()
        dispatches = self.env["document.dispatch"]
        if not self.try_lock_for_update():
            return dispatches  # another worker plans this rule
        self.problem = self._get_problem()
        if self.problem:
            _logger.warning("Rule %s does not run: %s", self.name, self.problem)
            return dispatches
        for documents in self._get_documents():
            dispatches |= documents._dispatch_create(
                "rule", state="review" if self.delivery == "review" else "queued", rule_id=self.id,
            )
        self.last_run = fields.Datetime.now()
        return dispatches.with_env(self.env)

    def _get_problem(self):
        """Why this rule must not run now, in words; ``False`` when it may."""
        if not self.user_id.active:
            return self.env._("The operator %s is archived. Choose another one.", self.user_id.name)
        if self.company_id not in self.user_id.company_ids:
            return self.env._(
                "The operator %(user)s does not work for %(company)s. Choose another one.",
                user=self.user_id.name, company=self.company_id.name,
            )
        for model in set(self.type_ids.mapped("model")):
            if not self._operator_env()[model].has_access("read"):
                return self.env._(
                    "The operator %(user)s may not read “%(model)s”. Give him the rights, or "
                    "choose another one.",
                    user=self.user_id.name, model=self.env["ir.model"]._get(model).name,
                )
        return False

    def _operator_env(self):
        return self.with_user(self.user_id).with_company(self.company_id).with_context(
            allowed_company_ids=self.company_id.ids, lang=self.user_id.lang,
        ).env

    def _get_documents(self):
        """Yield the documents that this rule takes now, model by model, in batches."""
        env = self._operator_env()
        for model, types in self.type_ids.grouped("model").items():
            domain = self._get_document_domain(env[model], types)
            done = env[model]
            while documents := env[model].search(
                domain & Domain("id", "not in", done.ids), order="id", limit=PLAN_BATCH,
            ):
                done |= documents
                yield documents

    def _get_document_domain(self, model, types):
        """Which documents are eligible: the model's part, then this rule's."""
        return model._dispatch_rule_domain(types.mapped("code")) & Domain([
            ("company_id", "=", self.company_id.id),
            ("dispatch_state", "in", (False, "to_send")),
            (model._dispatch_date_field(), ">=", self.date_from or fields.Date.context_today(self)),
        ])
