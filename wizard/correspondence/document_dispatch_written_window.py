from odoo import fields, models


class DocumentDispatchWrittenWindow(models.AbstractModel):
    """What the windows that write to many customers have in common: to whom and how, then a look, then it goes."""

    _name = "document.dispatch.written.window"
    _description = "Window that Writes to Customers"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    step = fields.Selection(
        [("choose", "To whom and how"), ("look", "Preview")], required=True, readonly=True, default="choose")
    # How
    channel = fields.Selection(
        [("email", "E-mail"), ("paper", "Print")], string="Method", required=True, default="email",
    )
    # What will happen
    count = fields.Integer(compute="_compute_count")
    count_email = fields.Integer(string="by e-mail", compute="_compute_count")
    count_print = fields.Integer(string="on paper", compute="_compute_count")
    announcement = fields.Char(compute="_compute_count", help="What the button does.")
    # with the user's rights: a window that is not saved may say any company
    preview_partner_id = fields.Many2one("res.partner", string="Preview for", compute="_compute_preview_partner",
                                         store=True, readonly=False, compute_sudo=False)

    def _find_customers(self):
        """The customers, in the order in which theirs are printed."""
        raise NotImplementedError(self._name)

    def _find_mailed(self, partners):
        """Ids of those of these customers who would get a mail."""
        raise NotImplementedError(self._name)

    def _check(self):
        """The customers, where all is said that must be; else raise.

        :raise UserError: with what is missing or wrong
        """
        raise NotImplementedError(self._name)

    def _issue_to(self, partners):
        """Write to these customers, and send or print it.

        :return: ``document.dispatch.batch`` with the dispatches
        """
        raise NotImplementedError(self._name)

    def _is_printed(self):
        return self.env["document.dispatch.channel"]._is_for_paper(self.channel)

    def _compute_count(self):
        for window in self:
            partners, printed = window._find_customers(), window._is_printed()
            window.count = len(partners)
            window.count_email = 0 if printed else len(window._find_mailed(partners))
            window.count_print = window.count - window.count_email
            window.announcement = self.env["document.dispatch"]._announce(
                mailed=window.count_email, **{"printed" if printed else "tray": window.count_print})

    def _compute_preview_partner(self):
        for window in self:
            window.preview_partner_id = window._find_customers()[:1]

    # ------------------------------------------------------------------

    def action_look(self):
        """Show what one of the customers gets, before anything goes."""
        self._check()
        return self._show("look")

    def action_back(self):
        """Back to whom it goes to, and how."""
        return self._show("choose")

    def action_next(self):
        """Show what the next customer gets; after the last one the first."""
        partners = self._find_customers()
        position = partners.ids.index(self.preview_partner_id.id) if self.preview_partner_id in partners else -1
        self.preview_partner_id = partners[(position + 1) % len(partners)] if partners else False
        return self._show("look")

    def _show(self, step):
        self.ensure_one()
        self.step = step
        return {
            "type": "ir.actions.act_window", "name": self.env["ir.model"]._get(self._name).name,
            "res_model": self._name, "res_id": self.id, "view_mode": "form", "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_send(self):
        """Write to the customers, and open the page that says what became of it."""
        batch = self._issue_to(self._check())
        run = batch.dispatch_ids.print_id[:1]
        return run._open() if self._is_printed() and run else batch._open()
