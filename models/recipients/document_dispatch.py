from odoo import fields, models


class DocumentDispatch(models.Model):
    """A dispatch that goes as its customer wants it."""

    _inherit = "document.dispatch"

    channel_reason = fields.Selection(selection_add=[("wish", "Customer preference")])
