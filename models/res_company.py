from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import addresses


class ResCompany(models.Model):
    _inherit = "res.company"

    dispatch_mode = fields.Selection(
        [("send", "Send"), ("rehearse", "Rehearse"), ("off", "Off")],
        string="Sending", required=True, default="send",
        help="Rehearse: everything goes to the supervisor only, and counts for nothing.\n"
        "Off: nothing goes by mail; what is there waits.",
    )
    dispatch_open_on_post = fields.Boolean(
        string="Send when posted", help="Posting an invoice opens the window that sends it.",
    )
    dispatch_copy_to_me = fields.Boolean(
        string="Copy to the sender", help="“Send me a copy” is ticked when the window opens.",
    )
    dispatch_extra_accept = fields.Boolean(
        string="Everybody may accept", help="Whoever gets a quotation by an address that was only typed may accept it "
        "in the customer's name, too. Else the link shows it, and nothing more.",
    )
    dispatch_print_asks = fields.Boolean(
        string="Print asks how", help="“Print” on an invoice opens the window: by e-mail or on paper.",
    )
    dispatch_rehearsal_email = fields.Char(string="Supervisor", help="The one address that a rehearsal goes to.")

    @api.constrains("dispatch_mode", "dispatch_rehearsal_email")
    def _check_dispatch_rehearsal(self):
        for company in self:
            parsed = addresses.parse(company.dispatch_rehearsal_email)
            if company.dispatch_mode == "rehearse" and len(parsed.valid) != 1:
                raise ValidationError(self.env._(
                    "A rehearsal goes to one address: write the supervisor's, like name@company.com."
                ))
