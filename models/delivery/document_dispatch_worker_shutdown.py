import logging
import signal
from itertools import takewhile

from odoo import models
from odoo.service.server import CommonServer, Worker

from ...tools.delivery.shutdown import SHUTDOWN
from ...tools.pdf import pool

_logger = logging.getLogger(__name__)

#: The most seconds that the server waits, when it stops, for the answers to mails in hand: less than the 90
#: after which systemd kills
PATIENCE = 60
#: Then the most seconds for telling the documents and hanging up. Pages that are just being drawn may need more: they
#: are ended, and drawn anew by the next worker
COURTESY = 5


def finish_what_is_in_hand():
    """Wait for the mails in hand before Odoo closes its connections.

    Odoo's threaded server ends its scheduler's threads wherever they are: they are daemons
    (``ThreadedServer.cron_spawn``), and it waits one second for the others (``ThreadedServer.stop``).
    Before that it calls this. In the prefork server only the master calls it, which has nothing in hand;
    its workers finish what they do (``Worker.run``).
    """
    if left := SHUTDOWN.begin(PATIENCE, COURTESY, pool.stop_all):
        _logger.warning("Stopped without the mail server's answer to %s mails", left)


CommonServer.on_stop(finish_what_is_in_hand)


class DocumentDispatchWorker(models.AbstractModel):
    """A worker takes nothing more when the server stops."""

    _inherit = "document.dispatch.worker"

    def _is_stopping(self):
        """Tell whether the server, or this process of it, was asked to stop."""
        if SHUTDOWN.is_on:
            return True
        # a process of the prefork server: its signal handler only notes it (Worker.signal_handler)
        process = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
        return isinstance(process, Worker) and not process.alive

    def _is_time_up(self):
        return self._is_stopping() or super()._is_time_up()


class DocumentDispatchDelivery(models.AbstractModel):
    """The mail in hand is finished when the server stops, no other is begun."""

    _inherit = "document.dispatch.delivery"

    def _deliver(self, *args, **kwargs):
        with SHUTDOWN.at_work():
            return super()._deliver(*args, **kwargs)

    def _deliver_isolated(self, *args, **kwargs):
        with SHUTDOWN.in_hand() as may_begin:
            go_on = may_begin and super()._deliver_isolated(*args, **kwargs)
        return go_on and not self._is_stopping()

    def _until_stopped(self, recipients):
        """These recipients, one after the other, as long as the server does not stop."""
        return takewhile(lambda _recipient: not self._is_stopping(), recipients)
