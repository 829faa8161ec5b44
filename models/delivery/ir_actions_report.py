import copy
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, partial

import lxml.html

from odoo import SUPERUSER_ID, api, fields, models, modules
from odoo.addons.base.models import ir_actions_report
from odoo.exceptions import UserError
from odoo.tools import config

from ...tools.delivery.environment import ProgramMissing
from ...tools.dispatch import settings
from ...tools.pdf import gateway as pdf_gateway
from ...tools.pdf import groups as pdf_groups
from ...tools.pdf import pool as pdf_pool
from ...tools.pdf import styles as pdf_styles

#: Documents that one wkhtmltopdf process draws, where the binary can draw several
GROUP_SIZE = 5
#: Larger tables than this are split, as core does while it writes the file (ir.actions.report._run_wkhtmltopdf)
LARGEST_BODY, LARGEST_TABLE = 4 * 1024 * 1024, 500
#: What a run may take where the server's configuration sets no limit
UNLIMITED = 600
#: Of the time that a run may take: for all pages of a batch, and for one page among others
BATCH_SHARE, PAGE_SHARE = 1 / 4, 1 / 8
#: For a page that is made alone, because it was not done in time among others
ALONE_SHARE = 1 / 3
#: For all pages of a rendering that somebody waits for, who has no second attempt
DIRECT_SHARE = 3 / 4
#: Seconds that one page among others may take at most
LONGEST_PAGE = 30
#: What core hands over for a report without heads or feet (ir.actions.report._prepare_html): loading it takes longer
#: than drawing a letter, for nothing
NO_HEADER, NO_FOOTER = (f'<div id="minimal_layout_report_{place}"></div>' for place in ("headers", "footers"))
#: What draws pages where no other module does: only in its place are they drawn several at once
CORE_ENGINE = ir_actions_report.IrActionsReport._run_wkhtmltopdf


class PageTimeout(UserError):
    """A page was not drawn in time; alone it may be."""


class Collected(BaseException):
    """Ends a rendering whose HTML is made; caught a few frames above, in :meth:`RenderBatch.collect`.

    Only core's whole way from the report to wkhtmltopdf, with what each module adds on it, makes the HTML that will
    be printed; a copy of that way would miss them. What comes behind wkhtmltopdf (splitting, embedding an e-invoice,
    keeping the file) must not happen without a PDF, so that giving back an empty one is no way to end there. Not an
    ``Exception``: a module that catches those, to print without its own addition, would print a second time.
    """


class RenderBatch:
    """The state of one parallel rendering, handed through the layers of core in the context.

    Core renders in one go: HTML, wkhtmltopdf, splitting, and modules add to each step. So what is
    drawn in parallel goes through core twice: first until the HTML is made, which is kept and drawn
    from then on, while the HTML of the next one is made; then to the end, with the HTML and the PDF
    at hand.

    HTML is kept for one pass; what was drawn of it is kept as long as the pool lives, so that whoever
    goes through core once more, in a new transaction, waits only for pages that have changed.
    """

    def __init__(self, pool, gateways, groups=None, styles=None):
        self.pool = pool
        self.gateways = gateways
        self.groups = groups
        self.styles = styles
        self.drawn = {}
        self.late = set()
        self.collecting = False
        self.html = {}
        self.prepared = {}

    def inner(self):
        """A pass of its own on the same pool."""
        batch = RenderBatch(self.pool, self.gateways, self.groups, self.styles)
        batch.drawn, batch.late = self.drawn, self.late
        return batch

    @contextmanager
    def collect(self):
        """Whatever core renders in this block ends when its HTML is made."""
        self.collecting = True
        try:
            with suppress(Collected):
                yield
        finally:
            self.collecting = False

    def submit(self, job):
        """Have a job drawn: what is collected with others like it, where one process can draw several."""
        if self.groups and self.collecting and self.groups.takes(job):
            return self.groups.submit(job)
        return self.pool.submit(job)

    def put_in_styles(self, page):
        """Return the HTML of a page with those of its styles in it that it can use, where its bundles can be read."""
        return self.styles(page) if self.styles else page

    def draw_all(self):
        """Have drawn what waits for others like it: no more of them come."""
        if self.groups:
            self.groups.flush()

    def wait(self):
        """Wait until everything that was collected is drawn, or given up."""
        for future in list(self.drawn.values()):
            future.exception()


class IrActionsReport(models.Model):
    """PDFs that are drawn several at once, within limits of time and of what they load."""

    _inherit = "ir.actions.report"

    dispatch_needs_javascript = fields.Boolean(
        string="Uses JavaScript",
        help="Wait for the scripts of the page (system parameter report.print_delay) also when it is rendered for "
             "sending. Reports without scripts are rendered ten times faster without it.",
    )

    dispatch_letter = fields.Boolean(
        string="Letter for a window envelope",
        help="Printed at exact scale for the company's window envelopes.",
    )

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Core waits ``report.print_delay``, a second, for the scripts of each body and header.

        Page numbers are written by a script too, but while the page loads. What a page loads comes
        through the gateway, where there is one.
        """
        arguments = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("dispatch_no_delay"):
            arguments[arguments.index("--javascript-delay") + 1] = "1"
        gateway = self.env.context.get("dispatch_gateway")
        if isinstance(gateway, pdf_gateway.Gateway):  # a client can set keys of the context, but no such object
            arguments += ["--proxy", gateway.url]
        return arguments

    def _dispatch_is_closed(self):
        """Tell whether pages of this report load nothing but the server's own files, whatever their text names."""
        return self.dispatch_letter

    @api.model
    def _dispatch_render_batch(self):
        """The :class:`RenderBatch` of this context, or ``None``; what a client sends as one is none."""
        batch = self.env.context.get("dispatch_render")
        return batch if isinstance(batch, RenderBatch) else None

    @api.model
    def get_wkhtmltopdf_state(self):
        """Where nobody looks at a screen, a missing program is a fault of the machine, not of the document."""
        state = super().get_wkhtmltopdf_state()
        if state == "install" and self._dispatch_render_batch():
            raise ProgramMissing(self.env._("wkhtmltopdf is not installed, or cannot be started"))
        return state

    @api.model
    def _render_qweb_html(self, report_ref, docids, data=None):
        batch = self._dispatch_render_batch()
        if not batch:
            return super()._render_qweb_html(report_ref, docids, data=data)
        key = (
            self._get_report(report_ref).id, tuple(docids or ()), repr(sorted((data or {}).items(), key=str)),
            self.env.uid, self.env.company.id, self.env.lang,
        )
        if key not in batch.html:
            batch.html[key] = super()._render_qweb_html(report_ref, docids, data=data)
        return batch.html[key]

    def _prepare_html(self, html, report_model=False):
        """What is collected is divided once: it comes here again, the same, when its PDF is asked for."""
        batch = self._dispatch_render_batch()
        if not batch:
            return super()._prepare_html(html, report_model=report_model)
        key = self.id, html, report_model, self.env.company.id, self.env.lang
        if key not in batch.prepared:
            batch.prepared[key] = super()._prepare_html(html, report_model=report_model)
        return copy.deepcopy(batch.prepared[key])  # whoever adds to it, does so each time

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, header=None, footer=None, landscape=False,
                         specific_paperformat_args=None, set_viewport_size=False):
        context, bodies = self.env.context, list(bodies)
        page = {
            "landscape": landscape, "specific_paperformat_args": specific_paperformat_args,
            "set_viewport_size": set_viewport_size,
        }
        report = self._get_report(report_ref) if report_ref else self
        # from a client no more than how long its own PDF takes
        patient = context.get("dispatch_patient")
        if "dispatch_render" in context and not patient and not report.dispatch_needs_javascript:
            self = self.with_context(dispatch_no_delay=True)
        batch = self._dispatch_render_batch()
        with ExitStack() as stack:
            if batch:
                gateway = batch.gateways[not report._dispatch_is_closed()]
            elif report._dispatch_is_closed():
                gateway = stack.enter_context(self._dispatch_make_gateway())
            else:
                gateway = None
            self = self.with_context(dispatch_gateway=gateway)
            beneath = super()._run_wkhtmltopdf
            if not batch or beneath.__func__ is not CORE_ENGINE:
                if batch and batch.collecting:
                    raise Collected  # another module's engine draws by itself, when the page is needed
                return beneath(bodies, report_ref=report_ref, header=header, footer=footer, **page)
        # the call that core would make
        arguments = self._build_wkhtmltopdf_args(report.get_paperformat(), **page)
        header, footer = ("" if nothing in (html or "") else str(html or "")
                          for html, nothing in ((header, NO_HEADER), (footer, NO_FOOTER)))
        bodies = tuple(map(self._dispatch_split_tables, bodies))
        if not report.dispatch_needs_javascript:  # a script may ask for styles that the page does not name
            bodies, header, footer = (
                tuple(map(batch.put_in_styles, bodies)), batch.put_in_styles(header), batch.put_in_styles(footer))
        job = pdf_pool.Job(tuple(arguments), bodies, header, footer, tolerant=bool(patient))
        return self._dispatch_draw(batch, job)

    @api.model
    def _dispatch_split_tables(self, body):
        """As core does: wkhtmltopdf takes exponential time for large tables."""
        if len(body) < LARGEST_BODY:
            return str(body)
        tree = lxml.html.fromstring(body)
        ir_actions_report._split_table(tree, LARGEST_TABLE)
        return lxml.html.tostring(tree, encoding="unicode")

    @api.model
    def _dispatch_draw(self, batch, job):
        """Return the PDF of a job, which may have been drawn already."""
        if job.bodies in batch.late:
            raise PageTimeout(self.env._("wkhtmltopdf did not finish in time"))  # nor will it with other options
        future = batch.drawn.get(job)
        if not future:
            future = batch.drawn[job] = batch.submit(job)
        if batch.collecting:
            raise Collected
        batch.draw_all()
        try:
            return future.result()
        except pdf_pool.RenderTimeout as error:
            if len(job.bodies) == 1:
                batch.late.add(job.bodies)
            raise PageTimeout(str(error)) from error
        except pdf_pool.RenderError as error:
            raise UserError(str(error)) from error

    @api.model
    def _dispatch_make_gateway(self, foreign=False):
        """By which pages reach the network: this server only, or strange servers too, for some seconds."""
        # sudo: a system parameter
        base_url = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        return pdf_gateway.Gateway([self._get_report_url(), base_url], foreign)

    @api.model
    @contextmanager
    def _dispatch_rendering(self, alone=None):
        """Yield the :class:`RenderBatch` to give in the context as ``dispatch_render``.

        Within another rendering it is a pass on the same pool. ``None`` in tests: there wkhtmltopdf
        shares the test's own cursor, one request after another.

        :param alone: true for one document, which may take longer than one among others (false) that
            has this second attempt; ``None`` where there is no other attempt
        """
        if outer := self._dispatch_render_batch():
            yield outer.inner()
            return
        if modules.module.current_test:
            yield None
            return
        if ir_actions_report._wkhtml().state == "install":
            ir_actions_report._wkhtml.cache_clear()  # it may have been installed meanwhile
        page, batch = self._dispatch_seconds(alone)
        with ExitStack() as stack:
            gateways = {
                foreign: stack.enter_context(self._dispatch_make_gateway(foreign)) for foreign in (False, True)
            }
            pool = stack.enter_context(pdf_pool.Pool(
                ir_actions_report._wkhtml().bin, self._dispatch_processes(), page, time.monotonic() + batch))
            groups = pdf_groups.Groups(pool) if ir_actions_report._wkhtml().is_patched_qt else None
            styles = cache(partial(pdf_styles.put_in, read=cache(self._dispatch_read_bundle)))
            yield RenderBatch(pool, gateways, groups, styles)

    @api.model
    def _dispatch_read_bundle(self, url):
        """The text of a bundle of styles, or ``None`` where nobody has asked for it yet: its link stays."""
        # sudo, and what is searched: as whoever asks for the address gets it (web: Binary.content_assets)
        return (self.env["ir.attachment"].sudo().search([
            ("url", "=", url), ("public", "=", True), ("res_model", "=", "ir.ui.view"), ("res_id", "=", 0),
            ("create_uid", "=", SUPERUSER_ID),
        ], limit=1).raw or b"").decode() or None

    @api.model
    def _dispatch_seconds(self, alone):
        """The seconds for one page, and for all pages of a batch: far below what ends the whole worker."""
        limits = [limit for name in ("limit_time_real", "limit_time_real_cron") if (limit := config[name] or 0) > 0]
        run = min(limits, default=UNLIMITED)
        if alone is None:
            return run * ALONE_SHARE, run * DIRECT_SHARE
        if alone:
            return run * ALONE_SHARE, run * ALONE_SHARE
        return min(run * PAGE_SHARE, LONGEST_PAGE), run * BATCH_SHARE

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
