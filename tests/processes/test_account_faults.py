"""A server that refuses account or sender: asked once for all, nothing is given up, all arrive when it is mended."""

from case import FaultCase
from worker import transaction

MANY = 8


class TestBlame(FaultCase):
    def test_refused(self):
        for stage, reply in (
            ("mail", "550 5.4.5 Daily sending limit reached"),
            ("mail", "530 5.7.0 Authentication required"),
            ("mail", "553 5.7.1 Sender address rejected: not owned by user"),
            ("rcpt", "550 5.7.1 relaying denied, must be authenticated"),
            ("data", "554 Message rejected: Email address is not verified."),
            ("data", "454 Throttling failure: Daily message quota exceeded."),
        ):
            with self.subTest(stage=stage, reply=reply):
                self.handler.clear()
                self.handler.refusals[stage] = reply
                dispatches = self.invoices(count=MANY)
                self.deliver()
                self.deliver()
                self.assertDispatches(dispatches, "queued", is_move_sent=False)
                self.assertEqual(self.handler.asked[stage], 1)
                self.assertCopies(0)
                self.handler.refusals.clear()
                self.mend()
                self.deliver()
                self.assertDispatches(dispatches, "sent")
                self.assertCopies(MANY)

    def test_two_workers_at_once(self):
        self.handler.refusals["mail"] = "550 5.4.5 Daily sending limit reached"
        dispatches = self.invoices(count=MANY)
        for worker in [self.start(), self.start()]:
            self.finish(worker)
        self.deliver()
        self.assertDispatches(dispatches, "queued", is_move_sent=False)
        self.assertLessEqual(self.handler.asked["mail"], 2)

    def mend(self):
        """Press "Resume Now" on the account, and nothing else."""
        with transaction() as env:
            server = env["ir.mail_server"].search([])
            self.assertTrue(server.dispatch_problem)
            server.action_dispatch_resume()
