from odoo import api, fields, models
from odoo.exceptions import UserError


class DocumentDispatchAccountChoice(models.AbstractModel):
    """A sender account that a manager chooses by its name, without a right to look at accounts.

    Hosts, users and passwords of mail servers are the administrator's (``ir.mail_server``); a manager of documents
    reads nothing there, and still says which account a kind of document goes with.
    """

    _name = "document.dispatch.account.choice"
    _inherit = ["document.dispatch.bordered"]
    _description = "Select Sender Account"

    mail_server_id = fields.Many2one("ir.mail_server", string="Sender account")
    mail_account = fields.Selection(
        selection="_select_mail_accounts", string="Account", compute="_compute_mail_account",
        inverse="_inverse_mail_account", groups="document_dispatch.group_dispatch_manager",
    )

    @api.model
    def _select_mail_accounts(self):
        """The accounts to choose from, and those that are chosen: ``[(id as text, name)]``."""
        # sudo: their names, and nothing else of them
        servers = self.env["ir.mail_server"].sudo().search([("active", "in", (True, False))])
        # sudo: an archived one is offered as long as somebody's record names it, whoever's
        chosen = self.sudo().with_context(active_test=False).search([("mail_server_id", "!=", False)]).mail_server_id
        return [(str(server.id), server.name) for server in servers if server.active or server in chosen]

    @api.depends("mail_server_id")
    def _compute_mail_account(self):
        for record in self:
            record.mail_account = str(record.mail_server_id.id) if record.mail_server_id else False

    def _inverse_mail_account(self):
        known = dict(self._select_mail_accounts())
        for record in self:
            if record.mail_account and record.mail_account not in known:
                raise UserError(self.env._("This sender account no longer exists. Choose another one."))
            record.mail_server_id = int(record.mail_account) if record.mail_account else False
