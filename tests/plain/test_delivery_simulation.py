"""Thousands of schedules of workers, people, mail servers, crashes and clocks; and that they notice what is broken.

What goes on is told by ``simulation.py``; the same against PostgreSQL: ``tests/test_delivery_simulation.py``.
"""

import concurrent.futures
import contextlib
import logging
import multiprocessing
import os
import unittest
from unittest.mock import patch

import simulation
from mutations import rewritten
from sampling import LONG

from tools.delivery import accounts, claim, sessions, steps
from tools.dispatch import clicks, states
from tools.mail import blame, consequences, smtp

SCHEDULES = 100_000 if LONG else 5_000
#: A failure names its seed; with it in this variable only that one is lived through, and told in full
SEED = "DISPATCH_TEST_SEED"
BLOCK = 250
#: Schedules that came only once in many thousands, and what was wrong in them; they are lived through each time
PINNED = {
    42333: "a bounce holds the row of a mail when its 250 is to be written down: it was given up, and found unknown",
}
#: In so many schedules each mutation must be noticed
MOST_SEEDS = 1500
S = states


def rewrite(owner, name, *changes):
    return lambda: patch.object(owner, name, rewritten(getattr(owner, name), *changes))


def replace(owner, name, value):
    return lambda: patch.object(owner, name, value)


def allow(state, *more):
    """Let the table of a recipient's states have these, too: what is mutated elsewhere must not be caught there."""
    return lambda: patch.dict(S.RECIPIENT_TRANSITIONS, {state: S.RECIPIENT_TRANSITIONS[state] | set(more)})


def judged(final):
    right = blame.judge

    def judge(phase, code, text):
        verdict = right(phase, code, text)
        return verdict if verdict.is_ours else blame.Verdict(verdict.whose, verdict.cause, final)
    return replace(blame, "judge", judge)


#: What is broken → how: each must be noticed. Patches of the very functions and tables that production uses
MUTATIONS = {
    "an unknown mail is tried again": [
        rewrite(consequences, "after_outcome", (
            '    values = {"state": outcome.state,',
            '    from dataclasses import replace\n'
            '    if outcome.state == states.UNKNOWN:\n        outcome = replace(outcome, state=states.DEFERRED)\n'
            '    values = {"state": outcome.state,'))],
    "a connection that is lost after the dot is taken for one before it": [
        rewrite(smtp.Session, "_transmit", ("dot_sent = True", "dot_sent = False"))],
    "whatever a server says to the dot is a yes": [
        rewrite(smtp.Session, "_transmit", ("if _accepts(code):", "if True:"))],
    "not for now (4yz) is taken for never": [judged(final=True)],
    "never (5yz) is taken for not now": [judged(final=False)],
    "a refusal of the account costs the document a try": [
        rewrite(smtp, "_ours", ("costs_try=False", "costs_try=True"))],
    "what a dead worker left is tried again": [
        replace(consequences, "OF_LOST_WORKER", S.DEFERRED)],
    "who lives is taken for dead": [
        rewrite(steps.Delivery, "_find_abandoned", ("if self._is_gone(worker):", "if True:"))],
    "the claim takes what is in others' hands": [
        replace(claim, "DISPATCH_STATES", (*claim.DISPATCH_STATES, S.SENDING)),
        replace(claim, "RECIPIENT_STATES", (*claim.RECIPIENT_STATES, S.SENDING))],
    "the claim takes what is unknown": [
        replace(claim, "RECIPIENT_STATES", (*claim.RECIPIENT_STATES, S.UNKNOWN)), allow(S.UNKNOWN, S.SENDING)],
    "the claim takes what has its time later": [
        rewrite(claim, "is_due", (" and (not recipient.next_try or recipient.next_try <= now)", ""))],
    "a mail begins before it is written down": [
        rewrite(steps.Delivery, "_deliver_dispatch", (
            "self._commit()\n        outcome, used", "outcome, used"))],
    "the dispatch is not written with its next mail": [
        rewrite(steps.Delivery, "_deliver_dispatch", (
            "self._mark_sending(dispatch)", "dispatch.state == 'sending' or self._mark_sending(dispatch)"))],
    "what could not be told is forgotten": [
        rewrite(steps.Delivery, "_find_abandoned", ("self._conclude(self._find_untold())", "pass"))],
    "a document that went back to draft goes all the same": [
        rewrite(steps.Delivery, "_deliver_dispatch", ("if self._stop_blocked(dispatch):", "if False:"))],
    "a draft forgets those who still wait beside one that has left": [
        replace(clicks, "PARTLY_WITHDRAWN", ())],
    "a server that is down has its turn first": [
        rewrite(accounts, "must_wait", ("account.is_unreached() and not sessions.is_later", "False"))],
    "one account that must wait holds up all": [
        rewrite(sessions.Sessions, "must_wait", (
            "return any(", "return bool(self.aside) or any("))],
    "an account that rests is asked": [replace(accounts, "seconds_until", lambda date, now: None)],
    "an idle session that was closed and a lost answer are the same": [
        rewrite(smtp.Outcome, "is_of_idle_session", (
            "return self.connection_lost and not self.costs_try and not fresh", "return self.connection_lost"))],
    "unread answers stay in the session": [replace(smtp._Ear, "unasked", lambda self: b"")],
    "what was sent is sent again by Try Again Now": [
        replace(clicks, "QUEUED_BY_RETRY", (*clicks.QUEUED_BY_RETRY, S.SENT)), allow(S.SENT, S.QUEUED)],
    "what is on its way is cancelled": [
        replace(S, "DISPATCH_WITHDRAWABLE", (*S.DISPATCH_WITHDRAWABLE, S.SENDING)),
        replace(clicks, "CANCELLED_BY_CANCEL", (*clicks.CANCELLED_BY_CANCEL, S.SENDING)),
        allow(S.SENDING, S.CANCELLED)],
    "what was released can still be changed": [
        replace(clicks, "can_edit", lambda state: state in (S.REVIEW, S.QUEUED, S.SENDING))],
    "a state of the whole forgets one who waits": [
        replace(S, "summarize", lambda all_, right=S.summarize: right([s for s in all_ if s != S.DEFERRED] or all_))],
    "what became of a common mail became of each of its readers": [
        rewrite(steps.Delivery, "_deliver_dispatch", ("sessions.each.get(recipient.email, outcome)", "outcome"))],
    "who shares a mail gets it whenever another one does": [
        rewrite(steps.Delivery, "_deliver_dispatch", (
            "[recipient for recipient in mail if claim.is_due(recipient, now)]",
            "mail if any(claim.is_due(recipient, now) for recipient in mail) else []")),
        *(allow(state, S.SENDING) for state in (S.SENT, S.FAILED, S.UNKNOWN))],
    "an outcome is given up where somebody holds its row": [
        rewrite(steps.Delivery, "_deliver_dispatch", ("self._insist(", "self._repeat("))],
    "a clash ends the run": [replace(steps, "CLASHES", ())],
}


def live_through(seed, most=None):
    """Return what is wrong in the first schedule of these that is wrong, and its seed; ``None`` where all are right."""
    for number in range(seed, most or seed + 1):
        world = simulation.World(number)
        try:
            world.run()
        except (Exception, simulation.Violation) as error:  # noqa: BLE001 whatever it is, its seed shows it again
            return number, f"{type(error).__name__}: {error}\n{world.tell()}"
    return None


def live_with(name):
    """As :func:`live_through`, with one thing broken."""
    with contextlib.ExitStack() as stack:
        for make in MUTATIONS[name]:
            stack.enter_context(make())
        return next(filter(None, map(live_through, PINNED)), None) or live_through(0, MOST_SEEDS)


def several_processes():
    """Return a pool of processes, forked: they need what is imported here already."""
    return concurrent.futures.ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("fork"))


class TestSimulation(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_nothing_is_lost_or_doubled(self):
        """And nothing is called sent without a 250, no state has no exit, nobody waits for another's fault."""
        if os.environ.get(SEED):
            if found := live_through(int(os.environ[SEED])):
                self._fail(*found)
            return
        for seed in PINNED:
            if found := live_through(seed):
                self._fail(*found)
        blocks = range(0, SCHEDULES, BLOCK)
        with several_processes() as pool:
            for found in pool.map(live_through, blocks, (first + BLOCK for first in blocks)):
                if LONG:
                    print(".", end="", flush=True)  # bin/test ends what says nothing for long
                if found:
                    pool.shutdown(cancel_futures=True)
                    self._fail(*found)

    def test_the_same_seed_is_the_same_schedule(self):
        for seed in range(20):
            self.assertEqual(simulation.run(seed).tell(), simulation.run(seed).tell())

    def test_schedules_come_everywhere(self):
        """What is never reached is not proved: each state, each reply and each click stand in the first schedules."""
        told = "\n".join(simulation.run(seed).tell() for seed in range(300))
        recipient_states = set(S.RECIPIENT_TRANSITIONS) - {S.REHEARSED, S.HANDED}
        words = [f": {state}" for state in recipient_states] + [click.__name__ for click in simulation.CLICKS]
        for word in [*words, "is killed", "530 5.7.0", "5.7.60", "5.4.5", "silence", "999 what", "5.1.1", "4.2.2"]:
            self.assertIn(word, told)

    def test_each_mutation_is_noticed(self):
        with several_processes() as pool:
            for name, found in zip(MUTATIONS, pool.map(live_with, MUTATIONS), strict=True):
                with self.subTest(name):
                    self.assertTrue(found, f"nobody noticed in {MOST_SEEDS} schedules that {name}")
                    self.assertIn("Violation", found[1])

    def _fail(self, seed, what):
        self.fail(f"seed {seed}: {what}\nOnce more: {SEED}={seed} bin/test delivery_simulation")


if __name__ == "__main__":
    unittest.main()
