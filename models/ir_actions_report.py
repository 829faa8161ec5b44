from contextlib import suppress

from odoo import api, fields, models, modules
from odoo.addons.base.models import ir_actions_report
from odoo.exceptions import UserError

from ..tools import pdf_pool

#: Documents that one wkhtmltopdf process draws, where the binary can draw several
GROUP_SIZE = 5
#: Core splits larger tables while it writes the file (ir.actions.report._run_wkhtmltopdf)
LARGEST_BODY = 4 * 1024 * 1024


class Collected(BaseException):
    """Ends a rendering whose HTML is made; not an ``Exception``, which modules on the way may catch."""


class RenderBatch:
    """The state of one parallel rendering, handed through the layers of core in the context.

    Core renders in one go: HTML, wkhtmltopdf, splitting, and modules add to each step. So each
    group goes through core twice: first until the HTML is made, which is kept and drawn from then
    on, while the HTML of the next group is made; then to the end, with the HTML and the PDF at hand.
    """

    def __init__(self, pool):
        self.pool = pool
        self.collecting = True
        self.html = {}
        self.drawn = {}


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    dispatch_needs_javascript = fields.Boolean(
        string="Draws with JavaScript",
        help="Wait for the scripts of the page (system parameter report.print_delay) also when it "
        "is made for sending. Without it the pages come out the same, ten times faster.",
    )

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Do not wait a second for scripts where nothing is drawn by any.

        Core waits ``report.print_delay`` for each body and header. Page numbers are written by a
        script too, but while the page loads.
        """
        arguments = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("dispatch_no_delay"):
            arguments[arguments.index("--javascript-delay") + 1] = "1"
        return arguments

    @api.model
    def _render_qweb_html(self, report_ref, docids, data=None):
        batch = self.env.context.get("dispatch_render")
        if not batch:
            return super()._render_qweb_html(report_ref, docids, data=data)
        key = (self._get_report(report_ref).id, tuple(docids or ()), repr(sorted((data or {}).items(), key=str)))
        if key not in batch.html:
            batch.html[key] = super()._render_qweb_html(report_ref, docids, data=data)
        return batch.html[key]

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, header=None, footer=None, landscape=False,
                         specific_paperformat_args=None, set_viewport_size=False):
        options = {
            "report_ref": report_ref, "header": header, "footer": footer, "landscape": landscape,
            "specific_paperformat_args": specific_paperformat_args, "set_viewport_size": set_viewport_size,
        }
        batch = self.env.context.get("dispatch_render")
        bodies = list(bodies)
        if not batch or max(map(len, bodies), default=0) >= LARGEST_BODY:
            return super()._run_wkhtmltopdf(bodies, **options)
        key = (tuple(map(str, bodies)), str(header or ""), str(footer or ""))
        if batch.collecting:
            batch.drawn[key] = batch.pool.submit(self._dispatch_prepare_job(key, **options))
            raise Collected
        if key not in batch.drawn:
            return super()._run_wkhtmltopdf(bodies, **options)
        try:
            return batch.drawn[key].result()
        except pdf_pool.RenderError as error:
            raise UserError(str(error)) from error

    def _dispatch_prepare_job(self, key, report_ref, landscape, specific_paperformat_args, set_viewport_size, **_):
        """The call that core would make (base: ir.actions.report._run_wkhtmltopdf)."""
        report = self._get_report(report_ref) if report_ref else self
        arguments = self._build_wkhtmltopdf_args(
            report.get_paperformat(), landscape,
            specific_paperformat_args=specific_paperformat_args, set_viewport_size=set_viewport_size,
        )
        bodies, header, footer = key
        return pdf_pool.Job(tuple(arguments), bodies, header, footer)

    @api.model
    def _dispatch_render_parallel(self, groups, render):
        """Render groups of documents in several processes at once.

        :param groups: whatever ``render`` takes
        :param render: called with a group and a context; renders it through core
        """
        with pdf_pool.Pool(ir_actions_report._wkhtml().bin, self._dispatch_processes()) as pool:
            batch = RenderBatch(pool)
            context = {"dispatch_render": batch}
            for group in groups:
                with suppress(Collected):
                    render(group, context)
            batch.collecting = False
            for group in groups:
                render(group, context)

    @api.model
    def _dispatch_processes(self):
        """How many wkhtmltopdf processes at once: the setting, else by the processors."""
        # sudo: a system parameter
        setting = self.env["ir.config_parameter"].sudo().get_param("document_dispatch.pdf_processes")
        return int(setting or 0) or pdf_pool.default_processes()

    @api.model
    def _dispatch_group_size(self):
        """Several documents in one process only where the binary can."""
        return GROUP_SIZE if ir_actions_report._wkhtml().is_patched_qt else 1

    @api.model
    def _dispatch_can_parallel(self):
        """Not in tests: there wkhtmltopdf shares the test's own cursor, one request after another."""
        return not modules.module.current_test
