"""What runs in the worker processes.

Odoo is loaded once by whoever imports this; each worker is a fork of it, as the cron workers of
Odoo's own server are. Everything is committed, nothing knows that it is tested.
"""

import ctypes
import os
import signal
import tempfile
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import odoo.init  # noqa: F401 it gives the package its names
from odoo import SUPERUSER_ID, sql_db
from odoo.addons.base.models import ir_actions_report, ir_attachment, ir_cron
from odoo.api import Environment
from odoo.modules.registry import Registry
from odoo.tools import config

DATABASE = os.environ["DISPATCH_DATABASE"]
#: Longer than any test lasts
FOR_EVER = 600
#: From linux/prctl.h: which signal comes when the parent ends
PR_SET_PDEATHSIG = 1

config.parse_config(
    [
        "-c", os.environ["DISPATCH_CONFIG"], "-d", DATABASE,
        "--logfile", os.environ["DISPATCH_LOG"], "--log-handler", "mail.log:ERROR",
    ],
    setup_logging=True,
)
Registry(DATABASE)
sql_db.close_all()  # a connection must not be shared by two processes


def registry():
    """The registry as it is now: a test before may have installed a module.

    Odoo itself looks when a scheduled job begins (``ir.cron._callback``), and what is patched would be gone.
    """
    return Registry(DATABASE).check_signaling()


@contextmanager
def transaction():
    """An environment whose changes are committed at the end."""
    with registry().cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {})


class Stop:
    """A place in the code where a worker stands still, until it is killed or told to go on.

    By pipes: an event of ``multiprocessing`` never wakes again when its process was killed.

    :param context: of ``multiprocessing``
    :param str model: the class that has the method
    :param bool after: stand still when the method is done, instead of before
    """

    def __init__(self, context, model, method, after=False):
        self.model, self.method, self.after = model, method, after
        self._test, self._worker = context.Pipe()

    def wait(self, seconds):
        """Tell whether a worker comes to stand here."""
        return self._test.poll(seconds)

    def go_on(self):
        """Let it go on."""
        self._test.send("go on")

    def patch(self):
        """Return the patch of the method; only the first call stops."""
        original = getattr(registry()[self.model], self.method)
        calls = iter([self._stand_still])

        def stopping(*args, **kwargs):
            stand_still = next(calls, bool)
            if self.after:
                result = original(*args, **kwargs)
                stand_still()
                return result
            stand_still()
            return original(*args, **kwargs)

        return patch.object(registry()[self.model], self.method, stopping)

    def _stand_still(self):
        self._worker.send("here")
        self._worker.poll(FOR_EVER)


@contextmanager
def job(stops, seconds=FOR_EVER, page=FOR_EVER):
    """A transaction of a worker that stands still at these places, and ends with its test at the latest.

    A busy machine does not come to the end of what a test asks for in the times that users wait for.

    :param seconds: for a scheduled job in one run, of which Odoo gives 10
    :param page: seconds for one page; ten times as much for all of a batch
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    with ExitStack() as patches, transaction() as env:
        patches.enter_context(patch.object(ir_cron, "MIN_TIME_PER_JOB", seconds))
        patches.enter_context(patch.object(
            registry()["ir.actions.report"], "_dispatch_seconds", lambda _self, alone: (page, 10 * page)))
        for stop in stops:
            patches.enter_context(stop.patch())
        yield env


def deliver(*stops, **patience):
    """Deliver everything that is due.

    :param patience: see :func:`job`
    """
    with job(stops, **patience) as env:
        env["document.dispatch.delivery"]._deliver()


def deliver_disturbed(times, *stops):
    """Deliver while somebody writes each recipient so often, at the moment when its outcome is to be written."""
    Recipient = registry()["document.dispatch.recipient"]
    apply_outcome, left = Recipient._apply_outcome, iter(range(times))

    def disturbed(recipient, outcome):
        if next(left, None) is not None:
            with transaction() as env:
                env.cr.execute("UPDATE document_dispatch_recipient SET write_uid = 2 WHERE id = %s", [recipient.id])
        return apply_outcome(recipient, outcome)

    with patch.object(Recipient, "_apply_outcome", disturbed):
        deliver(*stops)


def run_cron(*stops):
    """Deliver as the scheduler does, with its bookkeeping, in one run."""
    run_cron_shortly(FOR_EVER, *stops)


def run_cron_shortly(seconds, *stops):
    """As :func:`run_cron`, in a scheduler that gives each job so much time."""
    with job(stops, seconds) as env:
        env.ref("document_dispatch.ir_cron_dispatch_deliver").method_direct_trigger()


def receive(raw, *stops):
    """Take in a mail, as the mail gateway does."""
    with job(stops) as env:
        env["mail.thread"].message_process(None, raw)


def open_on_full_disk(path, mode="r"):
    """Open a file, on a disk that takes no byte more: a real error of the system, of which root is not spared."""
    return open("/dev/full" if set(mode) & set("wax") else path, mode)


def deliver_drawing(path, options, *stops):
    """Deliver with the wkhtmltopdf of this PATH.

    ``timeout``: seconds that one page may take; ``folder``: where temporary files go; ``filestore``: where files are;
    ``disk_full``: no byte more goes into files of the database
    """
    os.environ["PATH"] = path
    ir_actions_report._wkhtml.cache_clear()
    tempfile.tempdir = options.get("folder")
    with ExitStack() as patches:
        if filestore := options.get("filestore"):
            patches.enter_context(patch.object(
                registry()["ir.attachment"], "_filestore", lambda _self: filestore))
        if options.get("disk_full"):
            patches.enter_context(patch.object(ir_attachment, "open", open_on_full_disk, create=True))
        deliver(*stops, page=options.get("timeout") or FOR_EVER)


def print_runs(*stops):
    """Make the print runs that wait, as the scheduler does."""
    with job(stops) as env:
        env.ref("document_dispatch.ir_cron_dispatch_print").method_direct_trigger()


def plan(*stops):
    """Let the rules run whose time has come, as the scheduler does."""
    with job(stops) as env:
        env.ref("document_dispatch.ir_cron_dispatch_plan").method_direct_trigger()
