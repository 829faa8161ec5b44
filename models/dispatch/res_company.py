from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.mail import addresses

#: How several readers get a document
READERS = [("common", "One mail for all"), ("each", "One mail for each address")]


class ResCompany(models.Model):
    """Whether the company sends, rehearses, or sends nothing."""

    _inherit = "res.company"

    dispatch_mode = fields.Selection(
        [("send", "Send"), ("rehearse", "Rehearse"), ("off", "Off")],
        string="Sending mode", required=True, default="send",
        help="Rehearse: everything goes to the supervisor only, and counts for nothing.\n"
        "Off: nothing goes by mail; what is there waits.",
    )
    dispatch_rehearsal_email = fields.Char(
        string="Supervisor", groups="base.group_user", help="The one address that a rehearsal goes to.",
    )

    dispatch_readers = fields.Selection(
        READERS, string="Several recipients", required=True, default="common",
        help="One mail for all: its readers see each other in To and Cc, and the link in it is the customer's.\n"
        "One mail for each address: nobody sees who else gets it. Letters always go like that.",
    )
    dispatch_bcc = fields.Char(
        string="Always in Bcc", groups="base.group_user",
        help="Addresses with commas between them, like an archive or the accountant's program: they get a copy of "
        "every document that goes by e-mail, without the customer's links.",
    )

    @api.constrains("dispatch_bcc")
    def _check_dispatch_bcc(self):
        for company in self:
            self.env["res.partner"]._dispatch_typed_addresses(company.dispatch_bcc)

    @api.constrains("dispatch_mode", "dispatch_rehearsal_email")
    def _check_dispatch_rehearsal(self):
        for company in self:
            parsed = addresses.parse(company.dispatch_rehearsal_email)
            if company.dispatch_mode == "rehearse" and len(parsed.valid) != 1:
                raise ValidationError(self.env._(
                    "A rehearsal goes to one address: write the supervisor's, like name@company.com."
                ))
