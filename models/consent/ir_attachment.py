from odoo import api, models
from odoo.exceptions import UserError

from ..delivery.ir_attachment import CONTENT_FIELDS


class IrAttachment(models.Model):
    """Evidence of the ledger, which stays as it is."""

    _inherit = "ir.attachment"

    def write(self, vals):
        """Evidence stays as it is, like its entry."""
        if vals.keys() & CONTENT_FIELDS:
            self.check_access("write")  # first: the answer below names a customer
            self._check_no_evidence()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        """PostgreSQL would refuse it anyway, in its own words."""
        self._check_no_evidence()

    def _check_no_evidence(self):
        """Only the ledger's own files are kept: what belongs to another record stays its owner's."""
        # sudo: who changes a file need not see the ledger
        ours = self.sudo().filtered(lambda file: file.res_model == "document.consent" and file.res_id)
        entries = self.env["document.consent"].sudo().search([("attachment_id", "in", ours.ids)]) if ours else None
        if entry := entries and entries.filtered(lambda entry: entry.attachment_id.res_id == entry.id)[:1]:
            raise UserError(self.env._(
                "This file proves a declaration of %s. It is kept for the consent "
                "ledger.", entry.partner_id.display_name,
            ))
