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
        return self._dispatches(self.invoice)[-1]

    def _send(self):
        self.invoice._dispatch_create("rule")
        self._deliver()
        return self._dispatches(self.invoice)

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
        dispatch = self.invoice._dispatch_create("rule")
        self.assertEqual(len(dispatch.recipient_ids), 2)
        self.smtp.handler.data_replies = ["250 yes", "399 what"]
        self._deliver()
        self.assertEqual(dispatch.state, "unknown")
        dispatch.action_to_paper()
        by_post = dispatch.action_mark_sent_by_post, dispatch.action_undo_sent_by_post
        for step in (lambda: None, dispatch._printed, *by_post):
            step()
            self.assertEqual((self.invoice.dispatch_state, self._reported()), ("sent", "sent"))
            self.assertTrue(self.invoice.is_move_sent)

    def test_tray_printed_and_sent_by_post_are_three_things(self):
        dispatch = self.invoice._dispatch_to_paper()
        for step, state, outcome in (
            (lambda: None, "paper", "tray"), (dispatch._printed, "printed", "printed"),
            (dispatch.action_mark_sent_by_post, "sent_by_post", "sent_by_post"),
            (dispatch.action_undo_sent_by_post, "printed", "printed"), (dispatch.action_undo_printed, "paper", "tray"),
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
        for recipient in self._dispatches(self.invoice).recipient_ids:
            self.smtp.handler.rcpt_replies[recipient.email] = "550 5.1.1 no such user"
        again = self._resend()
        self.assertEqual((again.state, self.invoice.dispatch_state, self._reported()), ("failed", "sent", "sent"))

    def test_random_sequences(self):
        """Whatever happens to the dispatches of one document, it is as good as the best of them."""
        first = self._send()
        dispatches = first
        for _number in range(3):
            dispatches |= self._resend()
        dice = random.Random(15)
        every = [state for state, _label in dispatches._fields["state"].selection if state != "cancelled"]
        for _round in range(60):
            chosen = dice.choice(dispatches)
            state = dice.choice(every)
            # raw SQL: any mixture, also those that take many steps to come to
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE document_dispatch SET state = %s, sent_by_post_date = CASE WHEN %s THEN now() END"
                " WHERE id = %s",
                (state, state == "printed" and dice.random() < .5, chosen.id))
            self.env.invalidate_all()
            dispatches._documents_changed()
            reached = [dispatch._reached() for dispatch in dispatches]
            best = reached[states.find_best(reached)]
            expected = "queued" if best == "sending" else best
            self.assertEqual(self.invoice.dispatch_state, expected, reached)
            if "sent" in reached:
                self.assertEqual(self.invoice.dispatch_state, "sent")
            if best != "rehearsed":
                self.assertIn(expected, OUTCOMES[self._reported()], reached)

    def _bounce(self, dispatch):
        dispatch.recipient_ids._set_state("bounced")
        dispatch._conclude()
