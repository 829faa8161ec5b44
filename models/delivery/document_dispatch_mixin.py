from odoo import models


class DocumentDispatchMixin(models.AbstractModel):
    """The files of a document that says nothing else: the report and the files that its text names."""

    _inherit = "document.dispatch.mixin"

    def _dispatch_make_files(self, template, report):
        return self.env["document.dispatch.content"]._make_template_files(self, template, report)

    def _dispatch_draw_files(self, template, report):
        self.env["document.dispatch.content"]._draw_template_files(self, template, report)
