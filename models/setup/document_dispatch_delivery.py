from odoo import models


class DocumentDispatchDelivery(models.AbstractModel):
    """Nothing leaves a database that may be a copy: what would go waits as it is."""

    _inherit = "document.dispatch.delivery"

    def _deliver(self, *args, **kwargs):
        if self.env["document.dispatch.home"]._is_elsewhere():
            return None
        return super()._deliver(*args, **kwargs)
