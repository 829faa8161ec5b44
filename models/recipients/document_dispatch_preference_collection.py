from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...tools.recipients import wishes

#: What a customer says of when and how, which one contact of two keeps when they become one
WISHES = ("collection", "collection_weekday", "collection_day", "reference")


class DocumentDispatchPreference(models.Model):
    """When documents of a contact flag go to a customer, and what stands in their subject."""

    _inherit = "document.dispatch.preference"

    collection = fields.Selection(
        [("day", "Once a day"), ("week", "Once a week"), ("month", "Once a month")],
        help="What is due is gathered, and goes in one mail at the company's hour. Empty: each goes as soon as it can. "
        "Branches and contacts follow their company, unless they say otherwise.",
    )
    collection_weekday = fields.Selection(
        [("0", "Monday"), ("1", "Tuesday"), ("2", "Wednesday"), ("3", "Thursday"), ("4", "Friday"), ("5", "Saturday"),
         ("6", "Sunday")], string="Weekday", default="4",
    )
    collection_day = fields.Integer(
        string="Day of the month", default=1, help="From 1 to 31; the last day of a month that is shorter.")
    reference = fields.Char(
        string="In the subject",
        help="Stands at the end of the subject as it is written here, for instance the number under which the customer "
        "knows the company.",
    )

    @api.constrains("collection", "collection_weekday", "collection_day")
    def _check_collection(self):
        for preference in self:
            if preference.collection == "week" and not preference.collection_weekday:
                raise ValidationError(self.env._("Choose the weekday of the collection."))
            if preference.collection == "month" and not 1 <= preference.collection_day <= 31:
                raise ValidationError(self.env._("A day of the month is a number from 1 to 31."))

    @api.constrains("reference")
    def _check_reference(self):
        for preference in self:
            if len(preference.reference or "") > wishes.MOST_LETTERS:
                raise ValidationError(self.env._(
                    "“%(reference)s” is too long for a subject: %(most)s letters at the most.",
                    reference=preference.reference, most=wishes.MOST_LETTERS))

    @api.model
    def _get_wishes(self):
        return [*super()._get_wishes(), *WISHES]

    @api.model_create_multi
    def create(self, vals_list):
        self._check_may_wish(any(vals.get(name) for vals in vals_list for name in ("collection", "reference")))
        return super().create([self._clean_reference(vals) for vals in vals_list])

    def write(self, vals):
        # nor does somebody else move a wish to another customer, or other documents
        moved = {"partner_id", "role_id"} & vals.keys() and self.filtered(
            lambda preference: preference.collection or preference.reference)
        self._check_may_wish(moved or any(name in vals for name in WISHES))
        return super().write(self._clean_reference(vals))

    @api.model
    def default_get(self, fields):
        """What only managers say comes from no context of somebody else either."""
        return super().default_get(fields) if self._may_wish() else super(
            DocumentDispatchPreference, self.with_context({
                key: value for key, value in self.env.context.items() if key.removeprefix("default_") not in WISHES
            })).default_get(fields)

    @api.model
    def _may_wish(self):
        return self.env.su or self.env.user.has_group("document_dispatch.group_dispatch_manager")

    @api.model
    def _check_may_wish(self, wishing):
        """Managers say when documents go and what stands in the subject; who edits contacts says all else."""
        if wishing and not self._may_wish():
            raise AccessError(self.env._(
                "Only managers say when documents go to a customer, and what stands in the subject."))

    @api.model
    def _clean_reference(self, vals):
        """A reference is one line: it becomes part of a header."""
        return {**vals, "reference": wishes.clean(vals["reference"])} if vals.get("reference") else vals

    def _get_next_collection(self, company):
        """When what is due to this customer goes next from a company, in UTC; ``None`` where nothing is gathered."""
        if not self.collection:
            return None
        return wishes.next_collection(
            fields.Datetime.now(), company._dispatch_collection_zone(), company.dispatch_collection_hour,
            self.collection, int(self.collection_weekday or 0), self.collection_day or 1)

    @api.model
    def _merge(self, sources, destination):
        """What the contact wished who stays counts, then what the others did."""
        # sudo: as in super
        preferences = self.sudo().search([("partner_id", "in", (sources | destination).ids)])
        preferences = preferences.sorted(lambda preference: (preference.partner_id != destination, preference.id))
        said = {role: {name: same.filtered(name)[:1][name] for name in ("collection", "reference")}
                for role, same in preferences.grouped("role_id").items()}
        days = {role: {name: same.filtered("collection")[:1][name] for name in WISHES if name.startswith("collection_")}
                for role, same in preferences.grouped("role_id").items() if any(same.mapped("collection"))}
        result = super()._merge(sources, destination)
        for kept in preferences.exists():
            kept.write({**said[kept.role_id], **days.get(kept.role_id, {})})
        self.env.flush_all()  # core goes on by SQL
        return result
