from contextlib import contextmanager, suppress

from odoo import api, fields, models, modules
from odoo.addons.base.models import ir_actions_report
from odoo.exceptions import UserError

from ..tools import pdf_pool, settings

#: Documents that one wkhtmltopdf process draws, where the binary can draw several
GROUP_SIZE = 5
#: Core splits larger tables while it writes the file (ir.actions.report._run_wkhtmltopdf)
LARGEST_BODY = 4 * 1024 * 1024


class Collected(BaseException):
    """Ends a rendering whose HTML is made; not an ``Exception``, which modules on the way may catch."""


class RenderBatch:
    """The state of one parallel rendering, handed through the layers of core in the context.

    Core renders in one go: HTML, wkhtmltopdf, splitting, and modules add to each step. So what is
    drawn in parallel goes through core twice: first until the HTML is made, which is kept and drawn
    from then on, while the HTML of the next one is made; then to the end, with the HTML and the PDF
    at hand.
    """

    def __init__(self, pool):
        self.pool = pool
        self.collecting = False
        self.html = {}
        self.drawn = {}

    @contextmanager
    def collect(self):
        """Whatever core renders in this block ends when its HTML is made."""
        self.collecting = True
        try:
            with suppress(Collected):
                yield
        finally:
            self.collecting = False


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    dispatch_needs_javascript = fields.Boolean(
        string="Draws with JavaScript",
        help="Wait for the scripts of the page (system parameter report.print_delay) also when it "
        "is made for sending. Without it the pages come out the same, ten times faster.",
    )

    dispatch_letter = fields.Boolean(
        string="Letter for a window envelope",
        help="Printed on the paper of the company's envelopes, where each millimetre is one.",
    )

    def get_paperformat(self):
        """A letter is as large as the company's envelopes ask for."""
        if self.dispatch_letter:
            return self.env.company._dispatch_letter_paper()
        return super().get_paperformat()

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Core waits ``report.print_delay``, a second, for the scripts of each body and header.

        Page numbers are written by a script too, but while the page loads.
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
        context, bodies = self.env.context, list(bodies)
        page = {
            "landscape": landscape, "specific_paperformat_args": specific_paperformat_args,
            "set_viewport_size": set_viewport_size,
        }
        report = self._get_report(report_ref) if report_ref else self
        patient = context.get("dispatch_patient")
        if "dispatch_render" in context and not patient and not report.dispatch_needs_javascript:
            self = self.with_context(dispatch_no_delay=True)
        batch = context.get("dispatch_render")
        if not batch or max(map(len, bodies), default=0) >= LARGEST_BODY:
            return super()._run_wkhtmltopdf(bodies, report_ref=report_ref, header=header, footer=footer, **page)
        # the call that core would make
        arguments = self._build_wkhtmltopdf_args(report.get_paperformat(), **page)
        job = pdf_pool.Job(
            tuple(arguments), tuple(map(str, bodies)), str(header or ""), str(footer or ""),
            tolerant=bool(patient),
        )
        return self._dispatch_draw(batch, job)

    @api.model
    def _dispatch_draw(self, batch, job):
        """Return the PDF of a job, which may have been drawn already."""
        if batch.collecting:
            batch.drawn[job] = batch.pool.submit(job)
            raise Collected
        future = batch.drawn.pop(job, None) or batch.pool.submit(job)
        try:
            return future.result()
        except pdf_pool.RenderError as error:
            raise UserError(str(error)) from error

    @api.model
    @contextmanager
    def _dispatch_rendering(self):
        """Yield the :class:`RenderBatch` to give in the context as ``dispatch_render``.

        ``None`` in tests: there wkhtmltopdf shares the test's own cursor, one request after another.
        """
        if modules.module.current_test:
            yield None
            return
        with pdf_pool.Pool(ir_actions_report._wkhtml().bin, self._dispatch_processes()) as pool:
            yield RenderBatch(pool)

    @api.model
    def _dispatch_processes(self):
        """How many wkhtmltopdf processes at once: the setting, else by the processors."""
        # sudo: a system parameter
        setting = self.env["ir.config_parameter"].sudo().get_param("document_dispatch.pdf_processes")
        return settings.whole_number(setting) or pdf_pool.default_processes()

    @api.model
    def _dispatch_group_size(self):
        """Several documents in one process only where the binary can."""
        return GROUP_SIZE if ir_actions_report._wkhtml().is_patched_qt else 1
