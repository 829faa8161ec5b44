from odoo import fields, models

from ...tools.dispatch import states
from ...tools.dispatch.steering import SendRequest


class DocumentDispatchMixin(models.AbstractModel):
    """When documents go, and what their customers want to read in the subject."""

    _inherit = "document.dispatch.mixin"

    dispatch_scheduled_date = fields.Datetime(
        string="Scheduled for", compute="_compute_dispatch_scheduled_date",
        groups="document_dispatch.group_dispatch_user",
    )

    def _compute_dispatch_scheduled_date(self):
        """When what waits of each document goes, where it waits for a time."""
        waiting = self.env["document.dispatch"].search(
            self.env["document.dispatch"]._get_document_domain(self._origin) & fields.Domain([
                ("state", "=", states.QUEUED), ("frozen", "=", False), ("scheduled_date", ">", fields.Datetime.now()),
            ]), order="scheduled_date desc")
        dates = {dispatch.res_id: dispatch.scheduled_date for dispatch in waiting}
        for document in self:
            document.dispatch_scheduled_date = dates.get(document._origin.id)

    def _dispatch_is_collected(self):
        """Tell whether this document may wait for its customer's collection."""
        return True

    def _dispatch_set_times(self, vals_list, request=None):
        """Add to values of dispatches when each goes: as the person chose, else as the customer wishes.

        :param list vals_list: of documents of one company, as ``_dispatch_prepare_vals`` makes them
        :param request: :class:`tools.dispatch.steering.SendRequest`; ``None``: that of the environment, if there is one
        :return: the same list
        """
        request = request or SendRequest.of(self.env)
        partners = self.env["res.partner"].browse({vals["partner_id"] for vals in vals_list})
        company = self.env["res.company"].browse(vals["company_id"] for vals in vals_list[:1])
        wishes = partners._dispatch_wishes(company) if vals_list else {}
        for vals in vals_list:
            dispatch_type = self.env["document.dispatch.type"].browse(vals["type_id"])
            wish = wishes.get((vals["partner_id"], dispatch_type.role))
            vals["reference"] = wish.reference if wish else False
            vals.update(self._dispatch_prepare_time(vals, dispatch_type, wish, request))
        return vals_list

    def _dispatch_prepare_time(self, vals, dispatch_type, wish, request):
        """When a dispatch with these values goes.

        :param dispatch_type: ``document.dispatch.type``
        :param wish: :class:`tools.recipients.wishes.Wish`, or ``None``
        :param request: :class:`tools.dispatch.steering.SendRequest`, or ``None``
        :return: values
        """
        channel = self.env["document.dispatch.channel"]._of(vals["channel"])
        at_once = {"scheduled_date": False, "collected": False}
        if vals["state"] not in (states.QUEUED, states.REVIEW) or request and request.draft:
            return at_once
        if request and request.scheduled_date and channel._takes_addresses():
            return {**at_once, "scheduled_date": fields.Datetime.to_datetime(request.scheduled_date)}
        document = self.env[vals["res_model"]].browse(vals["res_id"])
        if not wish or not wish.date or request and request.at_once or not channel._can_bundle() or (
            not document._dispatch_is_collected()
        ):
            return at_once
        collected = {"scheduled_date": wish.date, "collected": True}
        # sudo: whether there is a text for several, which whoever sends need not read
        return {**collected, "in_bundle": True} if dispatch_type.sudo().bundle_template_id else collected
