from odoo import api, models


class DocumentDispatchRecipient(models.Model):
    """Why somebody gets an NF-e or NFS-e."""

    _inherit = "document.dispatch.recipient"

    @api.model
    def _flag_labels(self):
        return {
            **super()._flag_labels(), "flag_nf": self.env._("NF-e flag on the contact"),
            "flag_nfse": self.env._("NFS-e flag on the contact"),
        }
