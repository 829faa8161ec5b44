from odoo import models


class ResPartner(models.Model):
    """The postal address of a customer, as it stands on an envelope."""

    _inherit = "res.partner"

    def _dispatch_postal_lines(self, company):
        """The lines of the address on an envelope of this company: names, street, place, country if abroad.

        The country is written for the post that takes the letter: in its language, in capitals.
        """
        self.ensure_one()
        partner = self.with_context(lang=company.partner_id.lang or self.env.lang)
        address_format, args = partner._prepare_display_address(without_company=True)
        country = partner.country_id
        home = company.partner_id.country_id
        args["country_name"] = country.name.upper() if country and country != home else ""
        lines = [*partner._dispatch_postal_names(), *(address_format % args).splitlines()]
        return [line for line in (" ".join(line.split()) for line in lines) if line]

    def _dispatch_postal_names(self):
        """The company, and the person or department there."""
        names = [self.commercial_company_name or self.parent_id.name or "", self.name or ""]
        return list(dict.fromkeys(filter(None, names)))

    def _dispatch_has_postal_address(self):
        return bool((self.street or self.street2) and (self.city or self.zip))
