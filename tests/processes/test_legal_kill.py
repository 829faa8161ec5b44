"""kill -9 while an invoice is handed to its network: the service is called once, and the copy waits."""

import tempfile
from pathlib import Path

import toynet
from case import FaultCase
from worker import transaction

ANA = "ana@silva.example.com"


class TestLegalKill(FaultCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "taken")

    def test_before_the_call(self):
        self.kill_at("account.move.send", "_dispatch_call_networks")
        self.assertEqual((self.taken(), self.network_state()), (0, "unknown"))
        self.send_again()  # and it goes at once
        self.assertEqual((self.taken(), self.network_state()), (1, "queued"))
        self.answer_and_mail()

    def test_the_service_has_it_and_odoo_has_noted_nothing(self):
        self.kill_at("account.move.send", "_toy_took")
        self.assertEqual((self.taken(), self.network_state()), (1, "unknown"))
        self.answer_and_mail()

    def test_odoo_has_noted_it(self):
        self.kill_at("account.move.send", "_toy_noted")
        # Odoo's own status says that it is there: nobody need be asked
        self.assertEqual((self.taken(), self.network_state()), (1, "queued"))
        self.answer_and_mail()

    def test_the_outcome_is_written(self):
        self.kill_at("document.dispatch.delivery", "_note_account")
        self.assertEqual((self.taken(), self.network_state()), (1, "queued"))
        self.answer_and_mail()

    def test_nobody_is_killed(self):
        """A commit in the middle ends no savepoint of ours."""
        self.plan()
        self.work()
        self.assertEqual((self.taken(), self.network_state()), (1, "queued"))
        self.answer_and_mail()

    # ------------------------------------------------------------------

    def plan(self):
        with toynet.installed(self.path):
            [self.copy] = self.invoices(ANA)

    def kill_at(self, model, method):
        """Kill a worker that comes to this place; later ones do what they can."""
        self.plan()
        stop = self.stop(model, method)
        process = self.start(toynet.deliver, self.path, stop)
        self.await_(stop)
        self.kill(process)
        for _worker in range(2):
            self.work()
        self.assertCopies(0)

    def work(self):
        self.finish(self.start(toynet.deliver, self.path))

    def taken(self):
        path = Path(self.path)
        return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0

    def network_state(self):
        with transaction() as env:
            copy = env["document.dispatch"].browse(self.copy)
            self.assertEqual((copy.state, copy.move_id.is_move_sent), ("queued", False))
            return copy.after_id.state

    def send_again(self):
        """A person has looked there: it has not arrived."""
        with toynet.installed(self.path), transaction() as env:
            env["document.dispatch"].browse(self.copy).after_id.recipient_ids.action_send_again()

    def answer_and_mail(self):
        """Odoo's status job finds it accepted: the copy goes, and nobody is called again."""
        with transaction() as env:
            move = env["document.dispatch"].browse(self.copy).move_id
            move.write({"invoice_source_email": "accepted", "invoice_origin": "NET-1"})
        self.work()
        with transaction() as env:
            copy = env["document.dispatch"].browse(self.copy)
            self.assertEqual((copy.after_id.state, copy.state, copy.move_id.is_move_sent), ("sent", "sent", True))
        self.assertEqual(self.taken(), 1)
        self.assertCopies(1)
