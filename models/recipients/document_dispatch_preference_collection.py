from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.recipients import wishes
from ..dispatch.document_dispatch_time import WEEKDAYS


class DocumentDispatchPreference(models.Model):
    """When documents of a contact flag go to a customer, and what stands in their subject."""

    _inherit = "document.dispatch.preference"

    collection = fields.Selection(
        [("day", "Once a day"), ("week", "Once a week"), ("month", "Once a month")],
        help="Due documents are gathered and sent in one e-mail at the hour set on the company. Empty: each document "
             "is sent immediately. Branches and contacts follow their company unless set otherwise.",
    )
    collection_weekday = fields.Selection(WEEKDAYS, string="Weekday", default="4")
    collection_day = fields.Integer(
        string="Day of the month", default=1, help="From 1 to 31; in shorter months, the last day.")
    reference = fields.Char(
        string="In the subject",
        help="Added at the end of the subject, for instance the number under which the customer knows your company.",
    )

    @api.constrains("collection", "collection_weekday", "collection_day")
    def _check_collection(self):
        for preference in self:
            if preference.collection == "week" and not preference.collection_weekday:
                raise ValidationError(self.env._("Choose the weekday of the periodic delivery."))
            if preference.collection == "month" and not 1 <= preference.collection_day <= 31:
                raise ValidationError(self.env._("A day of the month is a number from 1 to 31."))

    @api.constrains("reference")
    def _check_reference(self):
        for preference in self:
            if len(preference.reference or "") > wishes.MOST_LETTERS:
                raise ValidationError(self.env._(
                    "“%(reference)s” is too long for a subject: at most %(most)s characters.",
                    reference=preference.reference, most=wishes.MOST_LETTERS))

    @api.model
    def _get_wishes(self):
        return {**super()._get_wishes(), "collection": ("collection_weekday", "collection_day"), "reference": ()}

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_reference(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_reference(vals))

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
