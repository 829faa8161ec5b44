from odoo import fields, models


class MailActivity(models.Model):
    """What the addon leaves for people to do, known by a mark: texts are in the language of each."""

    _name = "mail.activity"
    _inherit = ["mail.activity", "document.dispatch.protected"]

    dispatch_alarm = fields.Selection(
        [("outcome", "Result of a document"), ("health", "Problem"), ("address", "New address")],
        string="From Document Dispatch", readonly=True, copy=False, index="btree_not_null",
        help="Removed when the app is uninstalled.",
    )
