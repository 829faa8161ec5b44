from odoo import api, fields, models


class ResUsers(models.Model):
    """How a user signs."""

    _inherit = "res.users"

    dispatch_title = fields.Char(
        string="Title in mails", help="Before the name where mails are signed, as in “Dr. Beatriz Prado”.",
    )
    dispatch_folded_company_ids = fields.Many2many(
        "res.company", "dispatch_folded_company_rel", string="First steps folded away for",
    )
    dispatch_signature = fields.Char(compute="_compute_dispatch_signature", compute_sudo=True)

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["dispatch_title", "dispatch_signature"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["dispatch_title"]

    @api.depends("dispatch_title", "name")
    def _compute_dispatch_signature(self):
        """Title, first name and surname: how the user signs, in texts ``user.dispatch_signature``."""
        for user in self:
            user.dispatch_signature = " ".join(filter(None, [user.dispatch_title, user.name]))
