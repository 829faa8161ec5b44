from odoo import models
from odoo.fields import Domain

from ...tools.recipients.wishes import Wish


class ResPartner(models.Model):
    """When customers want their documents, and what they want to read in the subject."""

    _inherit = "res.partner"

    def _dispatch_wishes(self, company):
        """What is said nearest counts: at the partner, then at each parent, one by one for time and reference."""
        lines = {partner: partner._dispatch_line() for partner in self}
        # sudo: who sends obeys what customers wish, whether or not they may read it
        preferences = self.env["document.dispatch.preference"].sudo().search(
            Domain("partner_id", "in", self.browse().union(*lines.values()).ids)
            & (Domain("collection", "!=", False) | Domain("reference", "!=", False)))
        said = {(preference.partner_id, preference.role_id.code): preference for preference in preferences}
        roles = set(preferences.mapped("role_id.code"))
        found = {}
        for partner, line in lines.items():
            for role in roles:
                own = [said[key] for above in line if (key := (above, role)) in said]
                collecting = next((preference for preference in own if preference.collection), None)
                naming = next((preference for preference in own if preference.reference), None)
                if collecting or naming:
                    found[partner.id, role] = Wish(
                        collecting and collecting._get_next_collection(company.sudo()),  # sudo: settings
                        naming.reference if naming else "")
        return found

    def _dispatch_line(self):
        """This partner and its parents up to the commercial entity, the nearest first."""
        # sudo: what is said of the company counts for a contact, whoever may read it
        line, partner = self.sudo(), self.sudo()
        while partner.parent_id and partner != partner.commercial_partner_id:
            partner = partner.parent_id
            if partner in line:
                break
            line += partner
        return line
