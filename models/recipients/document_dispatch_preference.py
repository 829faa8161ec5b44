from odoo import api, fields, models

from ...tools.dispatch.address_fields import strongest
from ..dispatch.document_dispatch_recipient import ADDRESS_FIELDS

#: Of ``channel``: nothing is sent, the customer fetches it; the key of Odoo's “Invoice sending”
DOWNLOAD = "manual"


class DocumentDispatchPreference(models.Model):
    """What a customer or one of the contacts wishes for the documents of a contact flag."""

    _name = "document.dispatch.preference"
    _inherit = ["document.dispatch.bordered"]
    _description = "Contact Preference"
    _order = "partner_id, role_id"

    partner_id = fields.Many2one("res.partner", string="Contact", required=True, ondelete="cascade", index=True)
    role_id = fields.Many2one(
        "document.dispatch.role", string="Contact flag", required=True, ondelete="cascade", index=True,
    )
    receives = fields.Boolean(default=True)
    address_field = fields.Selection(
        ADDRESS_FIELDS, string="Field", required=True, default="to",
        help="In which field of the e-mail the address is placed. If contacts are only in Cc or Bcc, the customer's "
             "general address is used in To. Recipients in Bcc are hidden.",
    )
    channel = fields.Selection(
        "_selection_channel", string="Method",
        help="How the documents of this contact flag are sent to this customer. Empty: as required by law, otherwise "
             "as “Invoice sending” on the contact says. A contact without a value follows its company.",
    )

    # a constraint, not an index: core's merge of partners asks for those before it moves rows by SQL
    _partner_role_uniq = models.Constraint(
        "UNIQUE(partner_id, role_id)", "The contact already has this contact flag.",
    )

    @api.model
    def _selection_channel(self):
        """Channels that a customer may want: those by which documents go anyhow, and none (Odoo's own key)."""
        usual = self.env["document.dispatch.channel"]._get_usual()
        choices = [(channel._code(), channel._get_name()) for channel in usual]
        return [*choices, (DOWNLOAD, self.env._("Download only"))]

    @api.model
    def _is_by_mail(self, wish):
        """Tell whether documents go to e-mail addresses, too, where this is the wish; also where there is none."""
        return not wish or self.env["document.dispatch.channel"]._of(wish)._takes_addresses()

    @api.model
    def _get_wishes(self):
        """Fields that say how documents go, not to whom, each with those that only mean something beside it.

        Who says only that is not ticked for the documents.
        """
        return {"channel": ()}

    @api.model
    def _get_wish_fields(self):
        """The names of all these fields."""
        return [name for wish, details in self._get_wishes().items() for name in (wish, *details)]

    @api.model_create_multi
    def create(self, vals_list):
        """Who says only how documents go ticks nobody; an import names what is there already, and changes it."""
        wishes = self._get_wishes()
        vals_list = [{"receives": not any(map(vals.get, wishes)), **vals} for vals in vals_list]
        there = self._find_imported(vals_list)
        for number, preference in there.items():
            preference.write({name: value for name, value in vals_list[number].items() if name != "receives"})
        made = iter(super().create([vals for number, vals in enumerate(vals_list) if number not in there]))
        preferences = self.browse().union(*(there.get(number) or next(made) for number in range(len(vals_list))))
        preferences.partner_id.check_access("write")  # they belong to the contact
        return preferences

    def write(self, vals):
        self.partner_id.check_access("write")  # as above, also of the contact that it leaves
        result = super().write(vals)
        self.partner_id.check_access("write")
        return result

    @api.model
    def _find_imported(self, vals_list):
        """What is there of the preferences that an import names: ``{number: preference}``."""
        if not self.env.context.get("import_file"):
            return {}
        found = self.search([("partner_id", "in", [vals.get("partner_id") for vals in vals_list])])
        keys = {(preference.partner_id.id, preference.role_id.id): preference for preference in found}
        return {number: preference for number, vals in enumerate(vals_list)
                if (preference := keys.get((vals.get("partner_id"), vals.get("role_id"))))}

    @api.depends("partner_id", "role_id")
    def _compute_display_name(self):
        for preference in self:
            preference.display_name = f"{preference.partner_id.display_name}: {preference.role_id.name}"

    @api.model
    def _merge(self, sources, destination):
        """Partners become one, who receives what any of them received, in the strongest of their fields.

        What the contact wished who stays counts, then what the others did.
        """
        # sudo: whoever may merge partners, these belong to them
        preferences = self.sudo().search([("partner_id", "in", (sources | destination).ids)])
        for same in preferences.grouped("role_id").values():
            kept = same.filtered(lambda preference: preference.partner_id == destination) or same[:1]
            receiving = same.filtered("receives")
            kept.write({
                "receives": bool(receiving), "address_field": strongest((receiving or kept).mapped("address_field")),
                **(kept | same)._merge_wishes(),
            })
            (same - kept).unlink()
        self.env.flush_all()  # core goes on by SQL

    def _merge_wishes(self):
        """What these wish together, as values: each wish as the first says it who has it."""
        vals = {}
        for wish, details in self._get_wishes().items():
            if first := self.filtered(wish)[:1]:
                vals.update({name: first[name] for name in (wish, *details)})
        return vals
