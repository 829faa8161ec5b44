from odoo import models


class DocumentDispatchMixin(models.AbstractModel):
    """A document on paper: when it was printed, and when it went to the post."""

    _inherit = "document.dispatch.mixin"

    def _dispatch_timeline_steps(self, dispatch):
        steps = [(dispatch.printed_date, self.env._("Printed")),
                 (dispatch.sent_by_post_date, self.env._("Sent by post"))]
        return [*super()._dispatch_timeline_steps(dispatch), *(step for step in steps if step[0])]
