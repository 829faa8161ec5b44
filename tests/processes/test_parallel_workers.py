"""The scheduler's rounds: ten seconds for each job, and several parallel workers."""

import worker
from case import PATIENCE, FaultCase
from worker import transaction

WORKER = "document_dispatch.ir_cron_dispatch_deliver"


class TestLanes(FaultCase):
    def setUp(self):
        super().setUp()
        with transaction() as env:
            env["ir.cron.trigger"].search([]).unlink()

    def test_round_after_round(self):
        """More than one round can do: each ends in time, and the next one comes at once."""
        dispatches, seconds = self.invoices(count=60), 0.5
        self.handler.faults["dot"] = 0.02
        self.finish(self.start(worker.run_cron_shortly, seconds))
        self.assertLess(self.copies(), 60)
        done = self.progress()
        while self.comes_back():
            self.finish(self.start(worker.run_cron_shortly, seconds))
            before, done = done, self.progress()
            if done == before:
                seconds *= 2  # a busy machine needs longer to begin at all
                self.assertLess(seconds, PATIENCE, "each round is used")
        self.assertDispatches(dispatches, "sent")
        self.assertCopies(60)

    def test_time_is_up_when_the_files_are_made(self):
        dispatches = self.invoices(count=30)
        self.finish(self.start(worker.run_cron_shortly, 0.01))
        self.assertTrue(self.comes_back())
        self.finish(self.start(worker.run_cron))
        self.assertDispatches(dispatches, "sent")
        self.assertFalse(self.comes_back())

    def test_another_worker_has_it_in_hand(self):
        """Nothing to do for this worker: it does not come back at once, time and again."""
        [dispatch] = self.invoices()
        with transaction() as other:
            other["document.dispatch"].browse(dispatch).lock_for_update()
            self.finish(self.start(worker.run_cron))
            self.assertFalse(self.comes_back())
        self.assertDispatch(dispatch, "queued", "queued", is_move_sent=False)

    def progress(self):
        """How much was made and handed over."""
        with transaction() as env:
            return self.copies() + env["document.dispatch"].search_count([("frozen", "=", True)])

    def copies(self):
        return sum(self.handler.copies.values())

    def comes_back(self):
        """Tell whether the scheduler would run the worker again at once."""
        with transaction() as env:
            job = env.ref(WORKER)
            due = [("cron_id", "=", job.id), ("call_at", "<=", env.cr.now())]
            return bool(env["ir.cron.trigger"].search_count(due))
