from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.mail import addresses

#: How several readers get a document
READERS = [("common", "One e-mail for all"), ("each", "One e-mail per address")]


class ResCompany(models.Model):
    """Whether the company sends, rehearses, or sends nothing."""

    _inherit = "res.company"

    dispatch_mode = fields.Selection(
        [("send", "Send"), ("rehearse", "Rehearse"), ("off", "Off")],
        string="Sending mode", required=True, default="send",
        help="Rehearse: everything is sent to the supervisor only, and does not count as sent.\n"
             "Off: no e-mails are sent; documents wait.",
    )
    dispatch_rehearsal_email = fields.Char(
        string="Supervisor", groups="base.group_user", help="The only address that receives e-mails during a "
                                                            "rehearsal.",
    )

    dispatch_readers = fields.Selection(
        READERS, string="Several recipients", required=True, default="common",
        help="One e-mail for all: recipients see each other in To and Cc, and share the customer's link.\n"
             "One e-mail per address: recipients do not see each other. Letters are always sent this way.",
    )
    dispatch_bcc = fields.Char(
        string="Always in Bcc", groups="base.group_user",
        help="Comma-separated addresses, such as an archive or the accountant's software, that receive a copy of "
             "every document sent by e-mail, without the customer's links.",
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
                    "A rehearsal is sent to one address: enter the supervisor's, like name@company.com."
                ))
