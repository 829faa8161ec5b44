from odoo import api, fields, models
from odoo.exceptions import UserError


class DocumentConsent(models.Model):
    """The ledger of what customers declared about receiving documents by e-mail.

    Append-only: a new row supersedes the older ones, nothing is edited or deleted. The flags on
    the partner are its result. By default a customer accepts (Directive 2006/112/EC art. 232
    leaves the form of the acceptance open, tacit included).
    """

    _name = "document.consent"
    _description = "Consent of a Customer"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, readonly=True,
        ondelete="restrict", help="The commercial entity: its contacts and branches share it.",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, help="Empty: declared to every company.",
    )
    kind = fields.Selection(
        selection=[
            ("letter", "Letter edited"),
            ("accepted", "Accepted e-mail"),
            ("refused", "Refused e-mail"),
            ("withdrawn", "Withdrew the refusal"),
        ],
        required=True,
        readonly=True,
    )
    channel = fields.Selection(
        selection=[
            ("user", "Recorded by a user"),
            ("letter", "Letter"),
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("import", "Import"),
        ],
        required=True,
        default="user",
        readonly=True,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Recorded by", required=True, readonly=True,
        default=lambda self: self.env.user,
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            partner = self.env["res.partner"].browse(vals.get("partner_id"))
            vals["partner_id"] = partner.commercial_partner_id.id
            if not self.env.su:
                vals["user_id"] = self.env.uid
        rows = super().create(vals_list)
        if any(row.date > fields.Datetime.now() for row in rows):
            raise UserError(self.env._("A declaration cannot be dated in the future."))
        return rows

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._(
            "The consent ledger is never edited. Record a new declaration: it supersedes this one."
        ))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "The consent ledger is never deleted. Record a new declaration: it supersedes this one."
        ))

    @api.model
    def _refused(self, partners):
        """Return those of ``partners`` (commercial entities) whose last word is a refusal."""
        last_word = {}
        # sudo: a clerk who sends must obey a refusal even where he may not read the ledger
        rows = self.sudo().search_fetch(
            [("partner_id", "in", partners.ids), ("kind", "in", ("accepted", "refused", "withdrawn"))],
            ["partner_id", "kind"],
            order="date, id",
        )
        for row in rows:
            last_word[row.partner_id.id] = row.kind
        return partners.filtered(lambda partner: last_word.get(partner.id) == "refused")
