"""What becomes of a document that goes several times: nothing that comes later makes it less."""

import random

from ..report.document_dispatch_report import OUTCOMES
from ..tools.dispatch import states
from .common import DispatchCase


class TestBest(DispatchCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.silva)

    def _reported(self):
        self.env.flush_all()
        self.env["document.dispatch.report"].invalidate_model()
        return self.env["document.dispatch.report"].search([
            ("res_model", "=", "account.move"), ("res_id", "=", self.invoice.id)]).outcome

    def _resend(self):
        window = self.env["document.dispatch.resend"].create({"numbers": self.invoice.name})
        window.action_find()
        window.action_send()
        return self._rows(self.invoice)[-1]

    def _send(self):
        self.invoice._dispatch_create("rule")
        self._deliver()
        return self._rows(self.invoice)

    def test_accepted_and_printed_later(self):
        first = self._send()
        with self._mail_server_down():
            again = self._resend()
        again._to_paper("manual")
        steps = ((lambda: None, False), (again._printed, False), (again.action_mark_sent_by_post, True))
        for step, sent_by_post in steps:
            step()
            self.assertEqual((self.invoice.dispatch_state, self._reported()), ("sent", "sent"))
            self.assertEqual(bool(again.sent_by_post_date), sent_by_post)
            self.assertEqual(self.invoice.dispatch_sent_date, first.sent_date)
            self.assertEqual(self.invoice.dispatch_sent_to, ", ".join(first.recipient_ids.mapped("email")))
            self.assertTrue(self.invoice.is_move_sent)

    def test_accepted_for_some_and_the_very_dispatch_printed_later(self):
        """Of one mail nobody knows what became of it: that one goes on paper, the others have theirs."""
        row = self.invoice._dispatch_create("rule")
        self.assertEqual(len(row.recipient_ids), 2)
        self.smtp.handler.data_replies = ["250 yes", "399 what"]
        self._deliver()
        self.assertEqual(row.state, "unknown")
        row.action_to_paper()
        for step in (lambda: None, row._printed, row.action_mark_sent_by_post, row.action_undo_sent_by_post):
            step()
            self.assertEqual((self.invoice.dispatch_state, self._reported()), ("sent", "sent"))
            self.assertTrue(self.invoice.is_move_sent)

    def test_tray_printed_and_sent_by_post_are_three_things(self):
        row = self.invoice._dispatch_to_paper()
        for step, state, outcome in (
            (lambda: None, "paper", "tray"), (row._printed, "printed", "printed"),
            (row.action_mark_sent_by_post, "sent_by_post", "sent_by_post"),
            (row.action_undo_sent_by_post, "printed", "printed"), (row.action_undo_printed, "paper", "tray"),
        ):
            step()
            self.assertEqual((self.invoice.dispatch_state, self._reported()), (state, outcome))

    def test_a_bounce_of_the_second_takes_nothing_from_the_first(self):
        first = self._send()
        again = self._resend()
        self.assertEqual((first.state, again.state), ("sent", "sent"))
        self._bounce(again)
        self.assertEqual((again.state, self.invoice.dispatch_state), ("failed", "sent"))
        self.assertTrue(self.invoice.is_move_sent)
        self._bounce(first)
        self.assertEqual((self.invoice.dispatch_state, self.invoice.is_move_sent), ("failed", False))

    def test_refused_the_second_time(self):
        self._send()
        for recipient in self._rows(self.invoice).recipient_ids:
            self.smtp.handler.rcpt_replies[recipient.email] = "550 5.1.1 no such user"
        again = self._resend()
        self.assertEqual((again.state, self.invoice.dispatch_state, self._reported()), ("failed", "sent", "sent"))

    def test_random_sequences(self):
        """Whatever happens to the dispatches of one document, it is as good as the best of them."""
        first = self._send()
        rows = first
        for _number in range(3):
            rows |= self._resend()
        dice = random.Random(15)
        every = [state for state, _label in rows._fields["state"].selection if state != "cancelled"]
        for _round in range(60):
            chosen = dice.choice(rows)
            state = dice.choice(every)
            # raw SQL: any mixture, also those that take many steps to come to
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE document_dispatch SET state = %s, sent_by_post_date = CASE WHEN %s THEN now() END"
                " WHERE id = %s",
                (state, state == "printed" and dice.random() < .5, chosen.id))
            self.env.invalidate_all()
            rows._documents_changed()
            reached = [row._reached() for row in rows]
            best = reached[states.find_best(reached)]
            expected = "queued" if best == "sending" else best
            self.assertEqual(self.invoice.dispatch_state, expected, reached)
            if "sent" in reached:
                self.assertEqual(self.invoice.dispatch_state, "sent")
            if best != "rehearsed":
                self.assertIn(expected, OUTCOMES[self._reported()], reached)

    def _bounce(self, row):
        row.recipient_ids._set_state("bounced")
        row._conclude()
