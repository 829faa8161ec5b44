from odoo import models


class DocumentDispatchBordered(models.AbstractModel):
    """Settings that stay where their writer may write: Odoo asks its rules before a change, and not after it."""

    _name = "document.dispatch.bordered"
    _description = "Limited Setting"

    def write(self, vals):
        result = super().write(vals)
        self.check_access("write")  # no company and no contact that the rules keep from the user stands there now
        return result
