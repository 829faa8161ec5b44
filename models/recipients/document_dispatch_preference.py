from odoo import api, fields, models

from ...tools.dispatch.address_fields import strongest
from ..dispatch.document_dispatch_recipient import ADDRESS_FIELDS


class DocumentDispatchPreference(models.Model):
    """What a customer or one of the contacts wishes for the documents of a contact flag."""

    _name = "document.dispatch.preference"
    _inherit = ["document.dispatch.bordered"]
    _description = "What a Contact Receives"
    _order = "partner_id, role_id"

    partner_id = fields.Many2one("res.partner", string="Contact", required=True, ondelete="cascade", index=True)
    role_id = fields.Many2one(
        "document.dispatch.role", string="Contact flag", required=True, ondelete="cascade", index=True,
    )
    receives = fields.Boolean(default=True)
    address_field = fields.Selection(
        ADDRESS_FIELDS, string="Field", required=True, default="to",
        help="In which field of the mail the address stands. Who is only in Cc or Bcc leaves To to the customer's "
        "general address. Nobody sees who is in Bcc.",
    )

    # a constraint, not an index: core's merge of partners asks for those before it moves rows by SQL
    _partner_role_uniq = models.Constraint(
        "UNIQUE(partner_id, role_id)", "The contact has this contact flag already.",
    )

    @api.depends("partner_id", "role_id")
    def _compute_display_name(self):
        for preference in self:
            preference.display_name = f"{preference.partner_id.display_name}: {preference.role_id.name}"

    @api.model
    def _merge(self, sources, destination):
        """Partners become one, who receives what any of them received, in the strongest of their fields."""
        # sudo: whoever may merge partners, these belong to them
        preferences = self.sudo().search([("partner_id", "in", (sources | destination).ids)])
        for same in preferences.grouped("role_id").values():
            kept = same.filtered(lambda preference: preference.partner_id == destination) or same[:1]
            receiving = same.filtered("receives")
            kept.write({
                "receives": bool(receiving), "address_field": strongest((receiving or kept).mapped("address_field")),
            })
            (same - kept).unlink()
        self.env.flush_all()  # core goes on by SQL
