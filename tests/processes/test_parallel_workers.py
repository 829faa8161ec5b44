"""The scheduler's rounds: ten seconds for each job, and several lanes beside each other."""

import worker
from case import FaultCase
from worker import transaction

LANE = "document_dispatch.ir_cron_dispatch_deliver"


class TestLanes(FaultCase):
    def setUp(self):
        super().setUp()
        with transaction() as env:
            env["ir.cron.trigger"].search([]).unlink()

    def test_round_after_round(self):
        """More than one round can do: each ends in time, and the next one comes at once."""
        rows = self.invoices(count=60)
        self.handler.faults["dot"] = 0.02
        self.finish(self.start(worker.run_cron_shortly, 0.5))
        self.assertLess(self.copies(), 60)
        done = self.progress()
        while self.comes_back():
            self.finish(self.start(worker.run_cron_shortly, 0.5))
            before, done = done, self.progress()
            self.assertGreater(done, before, "each round is used")
        self.assertRows(rows, "sent")
        self.assertCopies(60)

    def test_time_is_up_when_the_files_are_made(self):
        rows = self.invoices(count=30)
        self.finish(self.start(worker.run_cron_shortly, 0.01))
        self.assertTrue(self.comes_back())
        self.finish(self.start(worker.run_cron))
        self.assertRows(rows, "sent")
        self.assertFalse(self.comes_back())

    def test_another_lane_has_it_in_hand(self):
        """Nothing to do for this lane: it does not come back at once, time and again."""
        [row] = self.invoices()
        with transaction() as other:
            other["document.dispatch"].browse(row).lock_for_update()
            self.finish(self.start(worker.run_cron))
            self.assertFalse(self.comes_back())
        self.assertRow(row, "queued", "queued", is_move_sent=False)

    def progress(self):
        """How much was made and handed over."""
        with transaction() as env:
            return self.copies() + env["document.dispatch"].search_count([("frozen", "=", True)])

    def copies(self):
        return sum(self.handler.copies.values())

    def comes_back(self):
        """Tell whether the scheduler would run the lane again at once."""
        with transaction() as env:
            job = env.ref(LANE)
            due = [("cron_id", "=", job.id), ("call_at", "<=", env.cr.now())]
            return bool(env["ir.cron.trigger"].search_count(due))
