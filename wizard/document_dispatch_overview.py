from odoo import api, fields, models

#: What the first page counts: name of the counter → states of the rows
COUNTERS = {
    "review": ("review",),
    "waiting": ("queued", "sending"),
    "problem": ("failed", "partial", "unknown"),
    "paper": ("paper",),
    "sent": ("sent",),
}


class DocumentDispatchOverview(models.TransientModel):
    """The app's first page: is everything well, and where is something to do."""

    _name = "document.dispatch.overview"
    _description = "Overview of the Dispatches"

    problems = fields.Text(compute="_compute_problems")
    review_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer(compute="_compute_counts")
    problem_count = fields.Integer(compute="_compute_counts")
    paper_count = fields.Integer(compute="_compute_counts")
    sent_count = fields.Integer(compute="_compute_counts")

    def _compute_display_name(self):
        self.display_name = self.env._("Overview")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_problems(self):
        self.problems = "\n".join(self.env["document.dispatch.health"]._get_problems())

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        groups = dict(self.env["document.dispatch"]._read_group(
            self._get_company_domain(), ["state"], ["__count"],
        ))
        for name, states in COUNTERS.items():
            self[f"{name}_count"] = sum(groups.get(state, 0) for state in states)

    def _get_company_domain(self):
        return [("company_id", "in", self.env.companies.ids)]

    @api.model
    def action_open(self):
        """Open the page."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Overview"),
            "res_model": self._name,
            "res_id": self.create({}).id,
            "view_mode": "form",
            "target": "main",
        }

    def action_view_rows(self):
        """Open the rows behind a counter, named in the context."""
        states = COUNTERS[self.env.context["counter"]]
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_action")
        domain = [*self._get_company_domain(), ("state", "in", states)]
        return {**action, "domain": domain, "context": {"create": False}}
