"""How states may follow each other, and how the state of the whole follows from its recipients."""

import itertools
import unittest

from tools.dispatch import states
from tools.dispatch.states import (
    BOUNCED,
    CANCELLED,
    DEFERRED,
    FAILED,
    HANDED,
    PAPER,
    PARTIAL,
    PRINTED,
    QUEUED,
    REHEARSED,
    REVIEW,
    SENDING,
    SENT,
    UNKNOWN,
)

#: What may follow what, written down a second time: whoever changes a table says so here, too, and means it
RECIPIENT_STEPS = {
    "queued": "sending handed failed unknown cancelled",
    "sending": "sent deferred failed unknown rehearsed",
    "deferred": "sending queued failed unknown cancelled",
    "failed": "queued cancelled",
    "unknown": "sent queued cancelled rehearsed",
    "sent": "bounced",
    "bounced": "queued cancelled",
    "rehearsed": "",
    "handed": "sent cancelled",
    "cancelled": "",
}
DISPATCH_STEPS = {
    "review": "queued failed paper cancelled",
    "queued": "review sending sent partial failed unknown paper handed rehearsed cancelled",
    "sending": "queued sent partial failed unknown rehearsed",
    "sent": "partial failed",
    "partial": "queued failed unknown sent paper cancelled",
    "failed": "review queued paper rehearsed cancelled",
    "unknown": "sending queued sent partial failed paper rehearsed cancelled",
    "paper": "printed queued cancelled",
    "printed": "paper",
    "handed": "sent cancelled",
    "rehearsed": "",
    "cancelled": "",
}
RECIPIENT_STATES = tuple(states.RECIPIENT_TRANSITIONS)
#: The worker alone leaves this state: between the claim and the last outcome it tells the dispatch nothing
OF_A_PERSON = set(RECIPIENT_STATES) - {SENDING}


class TestTables(unittest.TestCase):
    def test_as_written_here(self):
        for table, steps in (
            (states.RECIPIENT_TRANSITIONS, RECIPIENT_STEPS), (states.DISPATCH_TRANSITIONS, DISPATCH_STEPS),
        ):
            self.assertEqual(table, {old: set(followers.split()) for old, followers in steps.items()})

    def test_withdrawable(self):
        self.assertEqual(set(states.DISPATCH_WITHDRAWABLE), {"review", "queued", "failed", "paper"})

    def test_only_known_states_are_named(self):
        for table in (states.RECIPIENT_TRANSITIONS, states.DISPATCH_TRANSITIONS):
            for followers in table.values():
                self.assertLessEqual(followers, set(table))

    def test_sent_only_through_sending_or_by_a_person(self):
        """Nothing is sent before the mail server said 250; a person may know of an unknown one, or of their own."""
        before_sent = {old for old, new in states.RECIPIENT_TRANSITIONS.items() if SENT in new}
        self.assertEqual(before_sent, {SENDING, UNKNOWN, HANDED})

    def test_sending_is_left_only_with_an_outcome(self):
        """What may have left is never withdrawn or queued as if nothing had happened."""
        self.assertEqual(states.RECIPIENT_TRANSITIONS[SENDING], {SENT, DEFERRED, FAILED, UNKNOWN, REHEARSED})

    def test_who_has_it_never_gets_it_again(self):
        reachable, pending = set(), [SENT]
        while pending:
            for state in states.RECIPIENT_TRANSITIONS[pending.pop()] - reachable - {BOUNCED}:
                reachable.add(state)
                pending.append(state)
        self.assertEqual(reachable, set(), "only a bounce leads out of sent")

    def test_cancelled_is_the_end(self):
        self.assertEqual(states.RECIPIENT_TRANSITIONS[CANCELLED], set())
        self.assertEqual(states.DISPATCH_TRANSITIONS[CANCELLED], set())

    def test_paper_is_never_called_sent(self):
        for state in (PAPER, PRINTED):
            self.assertNotIn(SENT, states.DISPATCH_TRANSITIONS[state])

    def test_withdrawable_states_can_be_cancelled(self):
        for state in states.DISPATCH_WITHDRAWABLE:
            self.assertIn(CANCELLED, states.DISPATCH_TRANSITIONS[state])
        self.assertFalse({SENDING, SENT, PARTIAL, UNKNOWN, PRINTED} & set(states.DISPATCH_WITHDRAWABLE))


class TestCheck(unittest.TestCase):
    def test_every_pair_is_as_written_here(self):
        for table, steps in (
            (states.RECIPIENT_TRANSITIONS, RECIPIENT_STEPS), (states.DISPATCH_TRANSITIONS, DISPATCH_STEPS),
        ):
            for old, new in itertools.product(steps, steps):
                with self.subTest(old=old, new=new):
                    if old == new or new in steps[old].split():
                        states.check(table, old, new)
                    else:
                        with self.assertRaisesRegex(states.ForbiddenTransition, f"^{old} -> {new}$"):
                            states.check(table, old, new)

    def test_sent_does_not_go_back(self):
        for new in (QUEUED, SENDING, DEFERRED, FAILED, UNKNOWN, CANCELLED):
            with self.assertRaises(states.ForbiddenTransition):
                states.check(states.RECIPIENT_TRANSITIONS, SENT, new)


class TestBest(unittest.TestCase):
    """What becomes of a document that went several times, by whatever way."""

    STATES = tuple(itertools.chain(*states.REACHED))

    def test_every_state_has_a_place(self):
        self.assertEqual(set(self.STATES), {*states.DISPATCH_TRANSITIONS, states.SENT_BY_POST} - {CANCELLED})
        self.assertEqual(len(self.STATES), len(set(self.STATES)))
        self.assertIsNone(states.find_best([]))

    def test_nothing_that_comes_later_makes_it_less(self):
        for length in range(1, 5):
            for reached in itertools.product(self.STATES, repeat=length):
                before = reached[states.find_best(reached[:-1])] if length > 1 else REHEARSED
                best = reached[states.find_best(reached)]
                self.assertLessEqual(self._rank(best), self._rank(before), reached)
                self.assertEqual(SENT in reached, best == SENT, reached)

    def test_a_bounce_leaves_the_best_of_the_others(self):
        for before, after in itertools.product(self.STATES, repeat=2):
            reached = [before, SENT, after]
            self.assertEqual(reached[states.find_best(reached)], SENT)
            reached[1] = FAILED  # it came back
            self.assertEqual(self._rank(reached[states.find_best(reached)]),
                             min(map(self._rank, reached)))

    def test_of_two_that_are_as_good_the_last_one_counts(self):
        self.assertEqual(states.find_best([QUEUED, REVIEW, PAPER]), 2)
        self.assertEqual(states.find_best([FAILED, SENT, PRINTED, SENT]), 3)

    @staticmethod
    def _rank(state):
        return next(rank for rank, line in enumerate(states.REACHED) if state in line)


class TestSummarize(unittest.TestCase):
    def test_one_recipient(self):
        for state, whole in (
            (QUEUED, QUEUED), (SENDING, SENDING), (SENT, SENT), (DEFERRED, QUEUED), (FAILED, FAILED),
            (UNKNOWN, UNKNOWN), (BOUNCED, FAILED), (HANDED, HANDED), (REHEARSED, REHEARSED), (CANCELLED, CANCELLED),
        ):
            with self.subTest(state=state):
                self.assertEqual(states.summarize([state]), whole)

    def test_several_recipients(self):
        for recipients, whole in (
            ([SENT, SENT], SENT),
            ([SENT, CANCELLED], SENT),
            ([SENT, FAILED], PARTIAL),
            ([SENT, BOUNCED, CANCELLED], PARTIAL),
            ([SENT, DEFERRED], QUEUED),
            ([FAILED, QUEUED], QUEUED),
            ([FAILED, BOUNCED], FAILED),
            ([FAILED, CANCELLED], FAILED),
            ([SENT, UNKNOWN], UNKNOWN),
            ([DEFERRED, UNKNOWN], UNKNOWN),
            ([SENDING, UNKNOWN, SENT], SENDING),
            ([CANCELLED, CANCELLED], CANCELLED),
        ):
            with self.subTest(recipients=recipients):
                self.assertEqual(states.summarize(recipients), whole)
                self.assertEqual(states.summarize(recipients[::-1]), whole)

    def test_sent_means_that_somebody_has_it_and_nobody_is_missing(self):
        for recipients in self._mixtures(3):
            whole = states.summarize(recipients)
            has_it = SENT in recipients
            missing = set(recipients) - {SENT, CANCELLED}
            self.assertEqual(whole == SENT, has_it and not missing, recipients)
            self.assertTrue(whole != PARTIAL or has_it, recipients)

    def test_a_person_can_do_to_a_recipient_what_the_tables_allow(self):
        """Every step of one recipient outside of the worker is a step that the whole may take."""
        for others in self._mixtures(2, OF_A_PERSON):
            for old in OF_A_PERSON:
                for new in states.RECIPIENT_TRANSITIONS[old] & OF_A_PERSON:
                    before = states.summarize([*others, old])
                    after = states.summarize([*others, new])
                    if not all(map(self._of_one_row, ([*others, old], [*others, new]))):
                        continue
                    with self.subTest(others=others, old=old, new=new):
                        states.check(states.DISPATCH_TRANSITIONS, before, after)

    def test_the_worker_can_conclude_whatever_the_server_said(self):
        """From sending, each mixture of outcomes is a state that the whole may take."""
        outcomes = states.RECIPIENT_TRANSITIONS[SENDING]
        for others in self._mixtures(2, OF_A_PERSON - {HANDED}):
            for outcome in outcomes:
                after = states.summarize([*others, outcome])
                with self.subTest(others=others, outcome=outcome):
                    states.check(states.DISPATCH_TRANSITIONS, SENDING, after)

    def test_a_draft_is_handed_over_and_ends_as_a_whole(self):
        for old, followers in ((QUEUED, {HANDED}), (HANDED, {SENT, CANCELLED})):
            for new in followers:
                states.check(states.RECIPIENT_TRANSITIONS, old, new)
                states.check(states.DISPATCH_TRANSITIONS, states.summarize([old] * 3), states.summarize([new] * 3))

    @staticmethod
    def _mixtures(most, of=RECIPIENT_STATES):
        for number in range(1, most + 1):
            yield from itertools.combinations_with_replacement(sorted(of), number)

    @staticmethod
    def _of_one_row(recipient_states):
        """A dispatch is a rehearsal as a whole: nobody of it has the document; and a draft as a whole."""
        if HANDED in recipient_states:
            return set(recipient_states) == {HANDED}
        return REHEARSED not in recipient_states or not {SENT, BOUNCED} & set(recipient_states)
