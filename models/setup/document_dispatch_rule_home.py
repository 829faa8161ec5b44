from odoo import api, models
from odoo.exceptions import UserError


class DocumentDispatchRule(models.Model):
    """No rule plans in a database that may be a copy; what it did not take, it takes later."""

    _inherit = "document.dispatch.rule"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["document.dispatch.home"]._move_in()
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("active"):
            self.env["document.dispatch.home"]._move_in()
        return super().write(vals)

    @api.model
    def _cron_plan(self):
        if self.env["document.dispatch.home"]._is_elsewhere():
            self.env["document.dispatch.health"]._watch()
            return None
        return super()._cron_plan()

    @api.model
    def _plan_posted(self, documents):
        # these rules run with the scheduler, too
        if documents and self.env["document.dispatch.home"]._is_elsewhere():
            return None
        return super()._plan_posted(documents)

    def action_run(self):
        if text := self.env["document.dispatch.home"]._describe():
            raise UserError(text)
        return super().action_run()

    # ------------------------------------------------------------------
    # After a restore
    # ------------------------------------------------------------------

    def _count_documents(self):
        """How many documents these rules would take now."""
        count = 0
        for rule in self:
            if not rule._get_problem():
                env = rule._operator_env()
                for model, types in rule._get_models().items():
                    count += env[model].search_count(rule._get_eligible_domain(env[model], types))
        return count
