from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    """Odoo's window that merges contacts."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """The rows of the ledger move by SQL: have their result computed anew. Texts may meet: one of two stays.

        Links to the page of a partner who is gone open nothing: they were made to show less.
        """
        # sudo: the links are the system's
        self.env["document.dispatch.page"].sudo().search([("partner_id", "in", src_partners.ids)]).unlink()
        self.env["document.dispatch.text"]._merge(src_partners, dst_partner)
        self.env["document.dispatch.preference"]._merge(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        partners = dst_partner.commercial_partner_id | dst_partner
        for name in (
            "dispatch_refusals", "dispatch_letter_date",
            "dematerialization_letter_sent", "dematerialization_letter_date",
        ):
            self.env.add_to_compute(partners._fields[name], partners)
        return result
