from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.tools import html2plaintext

from ...tools.text import signatures

#: What Odoo writes as the signature of its first user, whatever they are called
DEFAULT_SIGNATURE = "Administrator"


class ResUsers(models.Model):
    """How a user signs."""

    _inherit = "res.users"

    dispatch_title = fields.Char(
        string="Title in e-mails", help="Precedes the name in e-mail signatures, as in “Dr. Beatriz Prado”.",
    )
    dispatch_folded_company_ids = fields.Many2many(
        "res.company", "dispatch_folded_company_rel", string="First steps dismissed for",
    )
    # made of the user's signature, which Odoo cleans
    dispatch_signature = fields.Html(compute="_compute_dispatch_signature", compute_sudo=True, sanitize=False)

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["dispatch_title", "dispatch_signature"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["dispatch_title"]

    @api.depends("dispatch_title", "name", "signature")
    def _compute_dispatch_signature(self):
        """How the user signs, in texts ``user.dispatch_signature``: title, first name and surname.

        Who wrote more than the name into Odoo's signature, like a telephone number, signs with that, the title before
        the name.
        """
        for user in self:
            written = html2plaintext(user.signature or "").strip()
            if written in ("", user.name, DEFAULT_SIGNATURE):
                user.dispatch_signature = escape(user._dispatch_full_name())
            else:
                user.dispatch_signature = Markup(signatures.put_before(
                    user.signature, escape(user.name or ""), escape(user.dispatch_title or "")))

    def _dispatch_signs_without_name(self):
        """Tell whether customers read “Administrator” instead of a name."""
        return html2plaintext(self.dispatch_signature or "").strip().casefold() == DEFAULT_SIGNATURE.casefold()

    def _dispatch_full_name(self):
        """Title, first name and surname."""
        return " ".join(filter(None, [self.dispatch_title, self.name]))
