from odoo import models


class DocumentDispatchContent(models.AbstractModel):
    """What a reminder says is open is kept beside it; what lapsed is not made at all."""

    _inherit = "document.dispatch.content"

    def _prepare(self, dispatches):
        going = dispatches
        for dispatch in dispatches:
            if reason := dispatch._get_reminder_lapse():
                dispatch._lapse(reason)
                going -= dispatch
        return super()._prepare(going)

    def _render_group(self, group):
        result = super()._render_group(group)
        for dispatch in group:
            dispatch._reminder()._note_amounts()
        return result
