from odoo import api, fields, models
from odoo.exceptions import UserError


class DocumentDispatchCorrect(models.TransientModel):
    """Asks for the right address of a recipient who did not get a document."""

    _name = "document.dispatch.correct"
    _description = "Correct Address"

    recipient_id = fields.Many2one("document.dispatch.recipient", required=True)
    # with the user's rights: a client may name any recipient
    document_name = fields.Char(related="recipient_id.dispatch_id.document_name", related_sudo=False)
    partner_id = fields.Many2one(related="recipient_id.partner_id", related_sudo=False)
    wrong = fields.Char(related="recipient_id.email", related_sudo=False, string="Wrong address")
    reply = fields.Text(related="recipient_id.reply", related_sudo=False)
    email = fields.Char(string="Right address", required=True)
    may_save = fields.Boolean(compute="_compute_may_save")
    save_address = fields.Boolean(string="Write it on the contact, too", default=True)

    @api.depends("recipient_id")
    def _compute_may_save(self):
        for window in self:
            contact = window.partner_id
            window.may_save = bool(contact) and contact.has_access("write") and bool(
                contact._dispatch_replace_address(window.wrong, window.wrong))

    def action_send(self):
        """Send the document to the right address, and to nobody else."""
        self.ensure_one()
        recipient = self.recipient_id
        recipient._check_correctable()
        typed = self.env["res.partner"]._dispatch_typed_addresses(self.email)
        if len(typed) != 1:
            raise UserError(self.env._(
                "“%s” is not a valid e-mail address. Write one address, like name@company.com.", self.email))
        [address] = typed
        if self.save_address and self.may_save:
            contact = recipient.partner_id
            with contact._dispatch_keeping_address(address.email):
                contact.email = contact._dispatch_replace_address(recipient.email, address.email)
        return recipient._send_corrected(address.email)._tell()
