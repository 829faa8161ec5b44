from odoo import api, fields, models
from odoo.fields import Command

from ...models.setup.document_dispatch_results import PROBLEMS
from ...tools.dispatch import states

#: What is open, and counted: name of the counter → states of the dispatches, as the menu's screen has them
COUNTERS = {
    "review": (states.REVIEW,),
    "waiting": (states.QUEUED, states.SENDING),
    "problem": PROBLEMS,
    "paper": (states.PAPER,),
}
#: Days of the graph, today among them; as the filter sent_lately of the outbox
DAYS = 30
#: How many sends stand on the page
LAST = 10
SETUP_STATES = [("done", "Done"), ("todo", "To do")]


class DocumentDispatchOverview(models.TransientModel):
    """The app's first page: is everything well, where is something to do, and what became of what was sent."""

    _name = "document.dispatch.overview"
    _description = "Dispatch Overview"
    # a page that was left open over the weekend is still there
    _transient_max_hours = 7 * 24

    status = fields.Selection(
        [("problem", "Needs attention"), ("waiting", "Waiting for a mail server"), ("incomplete", "Not set up"),
         ("working", "Working")], compute="_compute_status")
    status_text = fields.Text(compute="_compute_status")
    problems = fields.Text(compute="_compute_status", help="The text, if the status is a problem.")
    waits = fields.Text(compute="_compute_status", help="Documents waiting without a problem.")
    chart = fields.Json(compute="_compute_counts")
    last_ids = fields.Many2many("document.dispatch", string="Last dispatches", compute="_compute_last_ids")
    accounts = fields.Html(
        compute="_compute_accounts", sanitize=False)  # rendered by our own QWeb template, which escapes every value
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

    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_status(self):
        health = self.env["document.dispatch.health"]
        self.status, sentences = health._get_status()
        self.status_text = "\n".join(sentences)
        self.problems = self.status == "problem" and self.status_text
        self.waits = "\n".join(health._get_waits())

    @api.depends_context("uid", "allowed_company_ids", "tz", "lang")
    def _compute_counts(self):
        dispatches = self.env["document.dispatch"]
        found = dict(dispatches._read_group(
            [("state", "in", [state for of_counter in COUNTERS.values() for state in of_counter])],
            ["state"], ["__count"],
        ))
        for name, of_counter in COUNTERS.items():
            self[f"{name}_count"] = sum(found.get(state, 0) for state in of_counter)
        self.chart = chart = dispatches._get_results_by_day(DAYS)
        self.sent_count = sum(result["total"] for result in chart["results"] if result["name"] in ("opened", "sent"))

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_last_ids(self):
        self.last_ids = self.env["document.dispatch"].search(
            [("state", "not in", (states.REVIEW, states.CANCELLED))], limit=LAST)

    @api.depends_context("uid", "allowed_company_ids", "tz", "lang")
    def _compute_accounts(self):
        self.accounts = self.env["ir.qweb"]._render(
            "document_dispatch.overview_accounts",
            {"accounts": self.env["ir.mail_server"]._dispatch_describe_all(self.env.companies)}, minimal_qcontext=True,
        )

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

    @api.model
    def action_open(self):
        """Open the page."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Overview"),
            "path": "dispatch-overview",  # as the menu's action has it: a new tab finds the menu by it
            "res_model": self._name,
            "res_id": self.create({}).id,
            "view_mode": "form",
            "target": "main",
        }

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
