from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class ResCompany(models.Model):
    """Whom the company may write to, and when what is gathered goes."""

    _inherit = "res.company"

    dispatch_collection_hour = fields.Float(
        string="Hour of periodic deliveries", default=8.0,
        help="When periodic deliveries are sent to customers.",
    )
    dispatch_collection_tz = fields.Selection(
        _tz_get, string="Time zone of periodic deliveries",
        help="Time zone of periodic deliveries. Empty: that of the company, otherwise of the first of its users who "
             "has one.",
    )

    @api.constrains("dispatch_collection_hour")
    def _check_dispatch_collection_hour(self):
        for company in self:
            if not 0 <= company.dispatch_collection_hour < 24:
                raise ValidationError(self.env._("The hour must be between 00:00 and 24:00."))

    def _dispatch_collection_zone(self):
        """On whose clock collections go, a name of IANA."""
        return self.dispatch_collection_tz or self.partner_id.tz or self._get_users_zone() or "UTC"

    def _get_users_zone(self):
        """The time zone of the first internal user of this company who has one."""
        # sudo: whoever sends; company_id of a user is not a matter of companies at hand
        return self.env["res.users"].sudo().search([
            ("company_id", "=", self.id), ("share", "=", False), ("tz", "!=", False),
        ], order="id", limit=1).tz

    def _dispatch_contact_domain(self):
        """Contacts that this company may write to."""
        return Domain("company_id", "=", False) | Domain("company_id", "parent_of", self.id)
