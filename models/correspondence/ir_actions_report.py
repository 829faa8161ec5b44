from odoo import models


class IrActionsReport(models.Model):
    """What the addon writes itself needs no picture from outside."""

    _inherit = "ir.actions.report"

    def _dispatch_is_closed(self):
        return super()._dispatch_is_closed() or self.model == "document.statement"
