import secrets
import time
from contextlib import contextmanager

from odoo import api, fields, models, modules

from ...tools.delivery import steps
from ...tools.delivery.steps import ATTEMPTS, CLASHES, HELD  # noqa: F401, as all models know them
from ...tools.dispatch import states

#: How long a unit of work waits for a document that somebody holds
LOCK_TIMEOUT = "1s"
#: First key of the advisory locks by which workers show that they live ("DISP")
LOCK_SPACE = 0x44495350
#: The scheduled actions that deliver side by side: the parallel workers
WORKER_CRONS = ("ir_cron_dispatch_deliver", *(f"ir_cron_dispatch_deliver_{number}" for number in range(2, 5)))


class DocumentDispatchWorker(steps.Transactions, models.AbstractModel):
    """The life of a worker, and its transactions, which meet those of people and of other workers."""

    _name = "document.dispatch.worker"
    _description = "Dispatch Worker"

    def _commit(self, done=0):
        """End this unit of work; return false when the scheduler's time is up."""
        if modules.module.current_test and not self.env.context.get("ir_cron_progress_id"):
            self.env.flush_all()  # a test's transaction is never committed
            return True
        # A commit here is the point: what the server said must survive whatever comes next
        if done:
            return bool(self.env["ir.cron"]._commit_progress(done))
        self.env.cr.commit()  # pylint: disable=invalid-commit
        return not self._is_time_up()

    def _is_time_up(self):
        """Tell whether the scheduler wants to go on with its other jobs."""
        return time.monotonic() >= self.env.context.get("cron_end_time", float("inf"))

    def _announce_remaining(self, count):
        """Tell the scheduler how many units of work are left."""
        if self.env.context.get("ir_cron_progress_id"):
            self.env["ir.cron"]._commit_progress(remaining=count)

    def _roll_back(self):
        """Drop what this transaction did since the last commit."""
        if not modules.module.current_test:
            self.env.cr.rollback()
        self.env.invalidate_all()

    def _can_repeat(self):
        return not modules.module.current_test  # a test's transaction has nothing to go back to

    def _limit_waiting(self):
        """Let nobody's long transaction on one document hold up the others.

        Raw SQL, for this transaction only: the ORM knows no such thing.
        """
        self.env.cr.execute("SET LOCAL lock_timeout = %s", [LOCK_TIMEOUT])

    @contextmanager
    def _worker(self):
        """Hold the advisory lock that tells other workers that this one lives.

        Raw SQL: the ORM knows no advisory locks. They live as long as the connection, also across
        commits, and PostgreSQL frees them at once when the worker is killed, on whichever host.
        """
        key = secrets.randbelow(2**31 - 1) + 1
        self.env.cr.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_SPACE, key))
        try:
            yield key
        except Exception:
            self._roll_back()  # a broken transaction could not give the lock back
            raise
        finally:
            self.env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK_SPACE, key))

    def _is_gone(self, worker):
        """Tell whether the worker with this key has ended, in whatever way."""
        self.env.cr.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_SPACE, worker))
        [gone] = self.env.cr.fetchone()
        if gone:
            self.env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK_SPACE, worker))
        return gone

    def _get_living_workers(self):
        """The keys of all workers that live now, this one too.

        Raw SQL: only PostgreSQL knows them (``_worker``).
        """
        self.env.cr.execute("""
            SELECT objid::bigint FROM pg_locks
             WHERE locktype = 'advisory' AND classid = %s AND granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """, [LOCK_SPACE])
        return [key for [key] in self.env.cr.fetchall()]

    # ------------------------------------------------------------------
    # Parallel workers: Odoo's scheduler calls each of them, side by side
    # ------------------------------------------------------------------

    def _come_back(self, times=()):
        """Have the scheduler wake us when the next deferred mail is due, or what waits for the server itself.

        :param times: also then, where it is a time at all: of accounts that must wait
        """
        now = fields.Datetime.now()
        mail = self.env["document.dispatch.recipient"].search(
            [("state", "=", states.DEFERRED), ("next_try", ">", now)], order="next_try", limit=1)
        dispatch = self.env["document.dispatch"].search(
            [("state", "in", (states.QUEUED, states.REVIEW)), ("prepare_after", ">", now)],
            order="prepare_after", limit=1)
        scheduled = self.env["document.dispatch"].search(
            [("state", "=", states.QUEUED), ("scheduled_date", ">", now)], order="scheduled_date", limit=1)
        self._trigger_workers_at(scheduled.mapped("scheduled_date"))
        times = filter(None, times)
        if times := [*mail.mapped("next_try"), *dispatch.mapped("prepare_after"), *times]:
            self._trigger_workers(min(times))

    @api.model
    def _trigger_workers_at(self, times):
        """Wake every parallel worker at these times, which may be weeks away: once, however often it is asked for."""
        for cron in self._get_worker_crons().filtered("active"):
            # sudo: the scheduler's own
            there = self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id), ("call_at", "in", times)])
            if missing := set(times).difference(there.mapped("call_at")):
                cron._trigger(sorted(missing))

    @api.model
    def _trigger_workers(self, at=None):
        """Wake every parallel worker that is switched on, now or at a time."""
        for cron in self._get_worker_crons().filtered("active"):
            cron._trigger(at)

    @api.model
    def _get_worker_crons(self):
        """The scheduled actions that deliver, the first one always; more can be switched on."""
        crons = self.env["ir.cron"]
        for name in WORKER_CRONS:
            crons |= self.env.ref(f"document_dispatch.{name}", raise_if_not_found=False) or crons
        return crons
