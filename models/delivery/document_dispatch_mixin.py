from odoo import fields, models
from odoo.fields import Domain


class DocumentDispatchMixin(models.AbstractModel):
    """The files of a document that says nothing else: the report and the files that its text names. And its answers."""

    _inherit = "document.dispatch.mixin"

    dispatch_answered_date = fields.Datetime(
        string="Answered on", compute="_compute_dispatch_answered_date",
        groups="document_dispatch.group_dispatch_user", help="When the customer last replied to an e-mail with this "
                                                             "document.",
    )

    def _compute_dispatch_answered_date(self):
        Dispatch = self.env["document.dispatch"]
        answered = dict(Dispatch._read_group(
            Dispatch._get_document_domain(self._origin) & Domain("answered_date", "!=", False), ["res_id"],
            ["answered_date:max"],
        ))
        for document in self:
            document.dispatch_answered_date = answered.get(document._origin.id, False)

    def _dispatch_timeline_steps(self, dispatch):
        step = [(self.dispatch_answered_date, self.env._("Answered"))] if self.dispatch_answered_date else []
        return [*super()._dispatch_timeline_steps(dispatch), *step]

    def _dispatch_make_files(self, template, report):
        return self.env["document.dispatch.content"]._make_template_files(self, template, report)

    def _dispatch_draw_files(self, template, report):
        self.env["document.dispatch.content"]._draw_template_files(self, template, report)
