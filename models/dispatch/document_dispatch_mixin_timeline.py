from datetime import datetime

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime


class DocumentDispatchMixin(models.AbstractModel):
    """What became of a document, step by step, as far as it is known."""

    _inherit = "document.dispatch.mixin"

    dispatch_timeline = fields.Html(
        string="History", compute="_compute_dispatch_timeline",
        sanitize=False,  # rendered by our own QWeb template, which escapes every value
        groups="document_dispatch.group_dispatch_user",
    )

    @api.depends("dispatch_state")
    @api.depends_context("lang", "tz", "uid", "allowed_company_ids")
    def _compute_dispatch_timeline(self):
        best = self._dispatch_find_best()  # of those that the user may see
        for document in self:
            dispatch = best.get(document._origin.id)
            steps = document._dispatch_timeline_steps(dispatch) if dispatch and not dispatch.rehearsal else []
            document.dispatch_timeline = steps and self.env["ir.qweb"]._render(
                "document_dispatch.timeline", {"steps": document._dispatch_prepare_steps(steps)},
                minimal_qcontext=True)

    def _dispatch_timeline_steps(self, dispatch):
        """What is known: ``[(moment or day, words)]``; rooms above add theirs.

        :param dispatch: the one that reached most
        """
        if not dispatch.sent_date:
            return []
        tried = [moment for moment in dispatch.recipient_ids.mapped("first_try") if moment]
        sent = [(min(tried, default=dispatch.sent_date), self.env._("Sent"))]
        # what a person sent with their own program, no server of ours accepted
        return [*sent, (dispatch.sent_date, self.env._("Accepted"))] if tried else sent

    def _dispatch_prepare_steps(self, steps):
        """In the order of their days, on the clock of who looks; those of one day as they were found."""
        return [{
            "words": words, "day": format_date(self.env, self._dispatch_day_of(moment)),
            "moment": format_datetime(self.env, moment, dt_format="short") if isinstance(moment, datetime) else False,
        } for moment, words in sorted(steps, key=lambda step: self._dispatch_day_of(step[0]))]
