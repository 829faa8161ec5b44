from odoo import api, fields, models
from odoo.fields import Command

#: What the first page counts: name of the counter → states of the dispatches
COUNTERS = {
    "review": ("review",),
    "waiting": ("queued", "sending"),
    "problem": ("failed", "partial", "unknown"),
    "paper": ("paper",),
    "sent": ("sent",),
}
SETUP_STATES = [("done", "Done"), ("todo", "To do")]


class DocumentDispatchOverview(models.TransientModel):
    """The app's first page: is everything well, and where is something to do."""

    _name = "document.dispatch.overview"
    _description = "Dispatch Overview"

    problems = fields.Text(compute="_compute_problems")
    waits = fields.Text(compute="_compute_problems", help="Documents waiting without a problem.")
    review_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer(compute="_compute_counts")
    problem_count = fields.Integer(compute="_compute_counts")
    paper_count = fields.Integer(compute="_compute_counts")
    sent_count = fields.Integer(compute="_compute_counts")
    # First steps: for managers, as long as something is left
    setup_company = fields.Char(compute="_compute_setup")
    setup_left = fields.Integer(compute="_compute_setup", help="Open steps.")
    setup_folded = fields.Boolean(compute="_compute_setup")
    setup_account = fields.Selection(SETUP_STATES, compute="_compute_setup")
    setup_account_text = fields.Char(compute="_compute_setup")
    setup_signature_text = fields.Char(compute="_compute_setup")
    setup_kinds_text = fields.Text(compute="_compute_setup")
    setup_contacts = fields.Selection(SETUP_STATES, compute="_compute_setup")
    setup_contacts_text = fields.Char(compute="_compute_setup")
    setup_rule = fields.Selection(SETUP_STATES, compute="_compute_setup")
    setup_rule_text = fields.Char(compute="_compute_setup")
    setup_rule_exists = fields.Boolean(compute="_compute_setup")
    setup_letter = fields.Selection(SETUP_STATES, compute="_compute_setup")
    setup_letter_text = fields.Char(compute="_compute_setup")
    setup_scheduler = fields.Selection(SETUP_STATES, compute="_compute_setup")
    setup_scheduler_text = fields.Char(compute="_compute_setup")

    def _compute_display_name(self):
        self.display_name = self.env._("Overview")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_problems(self):
        health = self.env["document.dispatch.health"]
        self.problems = "\n".join(health._get_problems())
        self.waits = "\n".join(health._get_waits())

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        groups = dict(self.env["document.dispatch"]._read_group(
            self._get_company_domain(), ["state"], ["__count"],
        ))
        for name, states in COUNTERS.items():
            self[f"{name}_count"] = sum(groups.get(state, 0) for state in states)

    @api.depends_context("uid", "company")
    def _compute_setup(self):
        setup, company = self.env["document.dispatch.setup"], self.env.company
        for name in self._fields:
            if name.startswith("setup_"):
                self[name] = False
        if not setup._is_manager():
            return
        steps = setup._get_steps(company)
        for name, (done, text) in steps.items():
            self[f"setup_{name}"] = "done" if done else "todo"
            self[f"setup_{name}_text"] = text
        self.setup_signature_text = setup._describe_signatures(company)
        self.setup_kinds_text = setup._describe_kinds()
        self.setup_left = sum(not done for done, _text in steps.values()) + bool(self.setup_kinds_text)
        self.setup_company = company.name
        self.setup_folded = company in self.env.user.sudo().dispatch_folded_company_ids  # sudo: one's own
        self.setup_rule_exists = bool(setup._find_rules(company))

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

    def action_view_dispatches(self):
        """Open what a counter counts, named in the context: one of those on the page, with the user's rights."""
        states = COUNTERS[self.env.context["counter"]]
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_action")
        domain = [*self._get_company_domain(), ("state", "in", states)]
        return {**action, "domain": domain, "context": {"create": False}}

    # ------------------------------------------------------------------
    # First steps
    # ------------------------------------------------------------------

    def action_setup_test(self):
        """Send oneself a test mail; the page says what the server answered."""
        self.env["document.dispatch.setup"]._check_manager()
        self.env.company._dispatch_send_test(self.env.user)

    def action_setup_company(self):
        """Open the company, for its e-mail address."""
        return self.env.company._get_records_action(name=self.env._("Company"), target="new")

    def action_setup_flags(self):
        """Open the window that ticks contacts."""
        return self.env["document.dispatch.flags"]._open(self.env.company)

    def action_setup_rule(self):
        """Make the company's first rule, and show it."""
        rule = self.env["document.dispatch.setup"]._make_rule(self.env.company)
        return rule._get_records_action(name=self.env._("Automatic Sending"))

    def action_setup_fold(self):
        """Fold the first steps of this company away, or show them again."""
        self.env["document.dispatch.setup"]._check_manager()
        user, company = self.env.user.sudo(), self.env.company  # sudo: what a user sees on their own page
        folded = company in user.dispatch_folded_company_ids
        user.dispatch_folded_company_ids = [
            Command.unlink(company.id) if folded else Command.link(company.id)]
