import re

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError


class DocumentDispatchRole(models.Model):
    """What contacts may be ticked for: the documents of one or several types."""

    _name = "document.dispatch.role"
    _description = "Contact Flag"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, help="The documents received, as shown on the contact.")
    code = fields.Char(
        required=True, copy=False, compute="_compute_code", store=True, readonly=False, precompute=True,
        help="For imports and other modules: lowercase letters, digits and “_”. It cannot be changed later.",
    )
    # after those that are there already, where whoever adds one sees it come
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "There is already a contact flag with this code.")

    @api.depends("name")
    def _compute_code(self):
        for role in self:
            name = tools.remove_accents(role.name or "").lower()
            role.code = role.code or re.sub(r"[^a-z0-9]+", "_", name).strip("_")

    @api.constrains("code")
    def _check_code(self):
        for role in self:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", role.code or ""):
                raise ValidationError(self.env._(
                    "Enter a code for “%s” of lowercase letters, digits and “_”, like delivery_note.", role.name))

    @api.model
    @tools.ormcache("self.env.lang")
    def _get_labels(self):
        """What each contact flag is called, in the user's language: ``{code: name}``, archived ones last."""
        # sudo: names, which everybody reads at a contact; cached for everybody
        everything = self.sudo().with_context(active_test=False)
        return {role.code: role.name for role in everything.search([], order="active desc, sequence, id")}

    @api.model
    @tools.ormcache()
    def _get_codes(self):
        """Codes of the flags that contacts have, in the order in which they are shown."""
        # sudo: cached for everybody; there is a handful
        return tuple(self.sudo().search([("active", "=", True)]).mapped("code"))

    @api.model
    @tools.ormcache()
    def _get_ids(self):
        """``{code: id}`` of all flags, archived ones among them."""
        # sudo: as above
        roles = self.sudo().search([("active", "in", (True, False))])
        return {role.code: role.id for role in roles}

    @api.model
    def _get_by_code(self, code):
        """The flag with this code; raise where there is none."""
        if code not in self._get_ids():
            raise ValidationError(self.env._("There is no contact flag with the code “%s”.", code))
        return self.browse(self._get_ids()[code])

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if "code" in vals and any(role.code != vals["code"] for role in self):
            raise UserError(self.env._(
                "The code of a contact flag cannot be changed, as sent documents refer to it. Archive it, and create "
                "a new one."))
        self.env.registry.clear_cache()
        return super().write(vals)

    def update_field_translations(self, field_name, translations, source_lang=""):
        self.env.registry.clear_cache()
        return super().update_field_translations(field_name, translations, source_lang=source_lang)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        reasons = [f"flag_{role.code}" for role in self]
        # sudo: dispatches of all companies
        if self.env["document.dispatch.recipient"].sudo().search_count([("reason", "in", reasons)], limit=1):
            raise UserError(self.env._("Documents were sent to contacts with this flag. Archive it instead."))

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
