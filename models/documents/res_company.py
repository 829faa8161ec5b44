from odoo import fields, models


class ResCompany(models.Model):
    """What the windows do by themselves."""

    _inherit = "res.company"

    dispatch_open_on_post = fields.Boolean(
        string="Send window after posting", help="Posting an invoice opens the Send window.",
    )
    dispatch_copy_to_me = fields.Boolean(
        string="Copy to the sender", help="“Send me a copy” is preselected in the Send window.",
    )
    dispatch_download_pdf = fields.Boolean(
        string="Download the PDF", help="“Download the PDF” is preselected in the Send window.",
    )
    dispatch_print_asks = fields.Boolean(
        string="Ask for output on Print", help="“Print” on an invoice opens the Send window: by e-mail or on paper.",
    )
