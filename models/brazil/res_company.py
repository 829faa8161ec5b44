from odoo import models


class ResCompany(models.Model):
    """The law that asks for NF-e by e-mail is Brazil's."""

    _inherit = "res.company"

    def _dispatch_duty_types(self):
        types = super()._dispatch_duty_types()
        here = self.country_id.code == "BR"
        return types if here else types.filtered(lambda dispatch_type: dispatch_type.role != "nf")
