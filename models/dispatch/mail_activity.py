from odoo import fields, models


class MailActivity(models.Model):
    """What the addon leaves for people to do, known by a mark: texts are in the language of each."""

    _name = "mail.activity"
    _inherit = ["mail.activity", "document.dispatch.protected"]

    dispatch_alarm = fields.Selection(
        [("outcome", "What became of a document"), ("health", "Something is wrong"), ("address", "New address")],
        string="From Document Dispatch", readonly=True, copy=False, index="btree_not_null",
        help="It goes with the app when that is uninstalled.",
    )
