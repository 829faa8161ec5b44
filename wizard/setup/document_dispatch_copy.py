from odoo import fields, models
from odoo.exceptions import UserError


class DocumentDispatchCopy(models.TransientModel):
    """Asks a manager what becomes of a database that looks like a copy."""

    _name = "document.dispatch.copy"
    _description = "This Looks Like a Copy"

    answer = fields.Selection([("here", "Send from this "
                                        "database"), ("copy", "This is a copy")], required=True, readonly=True)
    waiting_count = fields.Integer(string="Waiting documents", readonly=True)
    planned_count = fields.Integer(string="Documents the rules would send", readonly=True)
    core_count = fields.Integer(
        string="Documents in Odoo's own queue", readonly=True,
        help="They are added to the outbox within minutes. Wait until then, and open this window again.",
    )
    other_companies = fields.Char(
        string="Left in review", readonly=True, help="Companies you have no access to: their own managers decide.",
    )
    choice = fields.Selection(
        [
            ("review", "Put them in review: compare them with what was sent, and release the rest"),
            ("send", "Send them: the original database has sent nothing since the backup"),
            ("cancel", "Discard them: the original database has sent them"),
        ],
        string="These documents", required=True, default="review",
    )
    mode = fields.Selection(
        [("off", "Off: no e-mails are sent"), ("rehearse", "Rehearse: everything is sent to the supervisor only")],
        string="All companies", required=True, default="off",
    )
    supervisor = fields.Char(default=lambda self: self.env.company.dispatch_rehearsal_email or self.env.user.email)

    def _open(self, answer):
        """Return the action that asks."""
        home, companies = self.env["document.dispatch.home"], self.env.user.company_ids
        waiting, rules = self.env["document.dispatch"].sudo()._find_waiting(), home._find_rules()  # sudo: to count
        others = (waiting.company_id | rules.company_id) - companies
        window = self.create({
            "answer": answer, "waiting_count": len(waiting), "planned_count": rules._count_documents(),
            "core_count": home._wake_core(), "other_companies": ", ".join(others.mapped("name")),
        })
        return {
            "type": "ir.actions.act_window", "name": dict(
                self._fields["answer"]._description_selection(self.env))[answer],
            "res_model": self._name, "res_id": window.id, "view_mode": "form", "target": "new",
        }

    def action_confirm(self):
        """Do what the manager has chosen, and show the overview."""
        self.ensure_one()
        home = self.env["document.dispatch.home"]
        if self.answer == "here":
            home._send_from_here(self.choice)
        elif self.mode == "rehearse" and not self.supervisor:
            raise UserError(self.env._("Enter the supervisor's address: during a rehearsal, e-mails are sent there "
                                       "only."))
        else:
            home._declare_copy(self.mode, self.supervisor)
        return self.env["document.dispatch.overview"].action_open()
