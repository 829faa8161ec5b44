from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class DocumentDispatchFlags(models.TransientModel):
    """Ticks contacts by what they already tell, shows how many before, and takes it back."""

    _name = "document.dispatch.flags"
    _description = "Who Receives Which Documents"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    line_ids = fields.One2many("document.dispatch.flags.line", "window_id")
    ticked = fields.Json(readonly=True, help="Technical: contacts that were flagged in this window, by flag.")
    telling = fields.Boolean(compute="_compute_telling", help="Further flags were found in the contacts.")
    ticked_count = fields.Integer(compute="_compute_ticked_count")
    customer_count = fields.Integer(compute="_compute_customer_count")
    unreachable_count = fields.Integer(compute="_compute_customer_count")
    general_address = fields.Boolean(related="company_id.dispatch_general_address")

    @api.model
    def _open(self, company):
        """Return the action that shows the window for a company."""
        self.env["document.dispatch.setup"]._check_manager()
        window = self.create({
            "company_id": company.id,
            "line_ids": [Command.create({"source": source, "role": role, "chosen": chosen})
                         for source, role, chosen in self.env["res.partner"]._dispatch_suggest_flags_sources()],
        })
        window.line_ids.filtered(lambda line: not line.count).chosen = False
        return window._action()

    @api.model
    def action_open(self):
        """Open the window from the menu."""
        return self._open(self.env.company)

    def _action(self):
        return {
            "type": "ir.actions.act_window", "name": self.env._("Who Receives What"),
            "res_model": self._name, "res_id": self.id, "view_mode": "form", "target": "new",
        }

    @api.depends("line_ids.count")
    def _compute_telling(self):
        for window in self:
            window.telling = any(window.line_ids.mapped("count"))

    @api.depends("ticked")
    def _compute_ticked_count(self):
        for window in self:
            window.ticked_count = len(set().union(*(window.ticked or {}).values()))

    @api.depends("company_id")
    def _compute_customer_count(self):
        Partner = self.env["res.partner"]
        for window in self:
            company = window.company_id
            window.customer_count = Partner.search_count(Partner._dispatch_customer_domain(company))
            window.unreachable_count = Partner.search_count(company._dispatch_unreachable_domain())

    # ------------------------------------------------------------------

    def action_tick(self):
        """Tick the contacts of the chosen lines, in one write for each flag."""
        self.ensure_one()
        self.env["document.dispatch.setup"]._check_manager()
        contacts = {}
        for line in self.line_ids.filtered("chosen"):
            contacts[line.role] = contacts.get(line.role, self.env["res.partner"]) | line._contacts()
        if not any(contacts.values()):
            raise UserError(self.env._("No flag would be set: select a line that has contacts."))
        Role = self.env["document.dispatch.role"]
        for role, partners in contacts.items():
            partners.check_access("write")
            partners._dispatch_set_roles(Role._get_by_code(role), Role)
        self.ticked = {role: partners.ids for role, partners in contacts.items()}
        return self._action()

    def action_undo(self):
        """Take away what this window ticked, and nothing else."""
        self.ensure_one()
        Role = self.env["document.dispatch.role"]
        for role, partners in self._ticked_contacts().items():
            partners.check_access("write")
            partners._dispatch_set_roles(Role, Role._get_by_code(role))
        self.ticked = False
        return self._action()

    def action_view_ticked(self):
        """Open the contacts that were ticked in their list."""
        partners = self.env["res.partner"].union(*self._ticked_contacts().values())
        return self.env["document.dispatch.flags.line"]._list_action(partners, self.env._("Flagged Contacts"))

    def _ticked_contacts(self):
        return {role: self.env["res.partner"].browse(ids).exists() for role, ids in (self.ticked or {}).items()}

    def action_general(self):
        """Say that documents are meant to go to the general addresses."""
        self._set_general(True)
        return self._action()

    def action_not_general(self):
        """Take that back."""
        self._set_general(False)
        return self._action()

    def _set_general(self, right):
        self.env["document.dispatch.setup"]._check_manager()
        self.company_id.check_access("read")  # the window may say any id
        # sudo: who sets up the sending may not edit companies
        self.company_id.sudo().dispatch_general_address = right

    def action_view_unreachable(self):
        """Open the customers whose documents would go to the paper tray."""
        partners = self.env["res.partner"].search(self.company_id._dispatch_unreachable_domain())
        return self.env["document.dispatch.flags.line"]._list_action(partners, self.env._("Without an Address"))


class DocumentDispatchFlagsLine(models.TransientModel):
    """One thing that contacts tell, and the flag that follows."""

    _name = "document.dispatch.flags.line"
    _description = "Suggested Contact Flags"

    window_id = fields.Many2one("document.dispatch.flags", required=True, ondelete="cascade")
    source = fields.Selection(
        [("invoice_address", "Invoice addresses of companies"), ("by_email", "Customers whose invoices go “by Email”")],
        string="Contacts", required=True, readonly=True,
    )
    role = fields.Selection(
        selection=lambda self: list(self.env["document.dispatch.role"]._get_labels().items()),
        string="Would receive", required=True, readonly=True,
    )
    chosen = fields.Boolean(string="Apply")
    count = fields.Integer(string="How many", compute="_compute_count")

    @api.depends("source", "role", "window_id.ticked")
    def _compute_count(self):
        for line in self:
            line.count = len(line._contacts())

    def _contacts(self):
        self.ensure_one()
        return self.env["res.partner"]._dispatch_suggest_flags(self.source, self.role, self.window_id.company_id)

    def action_view(self):
        """Look at the contacts before they are ticked."""
        return self._list_action(self._contacts(), self.env._("Contacts to Flag"))

    @api.model
    def _list_action(self, partners, name):
        return {
            "type": "ir.actions.act_window", "name": name, "res_model": "res.partner", "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")], "domain": [("id", "in", partners.ids)],
            "context": {"create": False}, "target": "current",
        }
