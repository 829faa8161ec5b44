"""The steps of a worker, in their order, which is what keeps a mail from being lost or doubled.

``sending`` is committed before the server hears of the mail, its answer is committed by itself right after, and only
then the document is told. What the steps do to the database, the clock and the mail server is said elsewhere:
``document.dispatch.delivery`` does it in Odoo, the simulation of the tests in memory.
"""

import logging

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from . import accounts, claim, environment

_logger = logging.getLogger(__name__)

#: Another transaction was faster with the same dispatches: no fault of theirs, and over the next moment
CLASHES = (DeadlockDetected, SerializationFailure)
#: Somebody holds the dispatch, nobody knows for how long
HELD = LockNotAvailable
#: How often a unit of work is done anew because of a clash
ATTEMPTS = 5
#: Dispatches whose documents are told of the outcome in one transaction
CONCLUDE_BATCH = 20


class Transactions:
    """Units of work, which meet those of people and of other workers.

    A transaction sees the database as it was when it began; a dispatch that somebody else has written since then cannot
    be written (PostgreSQL: "could not serialize access"). Then the unit of work is done anew, on what is there now.

    Needs ``_roll_back()``, and ``_can_repeat()``: whether there is anything to go back to.
    """

    __slots__ = ()

    def _repeat(self, unit, *args, attempts=ATTEMPTS):
        """Do a unit of work, anew as long as it clashes with another transaction."""
        for attempt in range(1, attempts + 1):
            try:
                return unit(*args)
            except CLASHES:
                if attempt == attempts or not self._can_repeat():
                    raise
                self._roll_back()

    def _insist(self, unit, *args):
        """Do a unit of work that nobody could do later: anew, however often others are faster, or hold what it writes.

        Only the end of the process ends it.
        """
        while True:
            try:
                return unit(*args)
            except (*CLASHES, HELD):
                if not self._can_repeat():
                    raise
                self._roll_back()

    def _isolate(self, unit, *args):
        """As :meth:`_repeat`, for a unit that the next run does where this one fails: then return false."""
        try:
            return self._repeat(unit, *args)
        except Exception:
            _logger.warning("Left to the next run: %s %s", unit.__name__, args, exc_info=True)
            self._roll_back()
            return False


class Delivery(Transactions):
    """From what is due to what the mail server said.

    :param int key: (of the methods) this worker's
    :param only: dispatches; ``None``: all that are due
    :param Sessions sessions: open connections, by account
    """

    __slots__ = ()

    # ------------------------------------------------------------------
    # What dead workers left
    # ------------------------------------------------------------------

    def _find_abandoned(self, key):
        """Turn what a dead worker left ``sending`` into ``unknown``: nobody knows if it arrived."""
        for worker in self._find_workers_sending() - {key}:
            if self._is_gone(worker):
                self._commit()  # a fresh snapshot: the worker may have finished since we looked
                self._isolate(self._give_up, worker)
        # the outcome is known, but the worker could not tell the documents any more
        self._conclude(self._find_untold())

    # ------------------------------------------------------------------
    # One run
    # ------------------------------------------------------------------

    def _work_off(self, key, only, sessions):
        """Send what is made, then make the next batch, until nothing is left or time is up."""
        if only is None:
            self._announce()
        seen, tried = set(), set()
        while True:
            if not self._hand_over_due(key, only, sessions, seen):
                return
            batch = self._find_unprepared(only, tried)
            if not batch:
                if only is None and self._isolate(self._bundle_left_over):
                    continue
                break
            if not self._prepare_batch(batch, key, tried):
                break  # nor can the server make others now
            if self._is_time_up():
                return
        if not self._hand_over_due(key, only, sessions, seen - sessions.take_later()):
            return
        if only is None:
            # what is left is in the hands of another worker, or waits for a server that is down or not able
            self._announce_remaining(0)

    def _hand_over_due(self, key, only, sessions, seen):
        """Hand over everything that is made and due; return false when time is up.

        :param set seen: ids that had their turn in this run; it is added to
        """
        handed_over = []
        go_on = True
        while go_on and (dispatch := self._repeat(self._claim, only, seen, sessions)):
            seen.add(dispatch.id)
            go_on = self._deliver_isolated(dispatch, key, sessions)
            handed_over.append(dispatch)
            if len(handed_over) >= CONCLUDE_BATCH:
                self._conclude(handed_over)
                handed_over = []
        self._conclude(handed_over)
        return go_on

    def _deliver_isolated(self, dispatch, key, sessions):
        for _attempt in range(ATTEMPTS):
            try:
                return self._deliver_dispatch(dispatch, key, sessions)
            except (*CLASHES, HELD) as clash:
                # no fault of the dispatch: it is as it was, and goes now, or at the next run
                _logger.info("Dispatch %s is taken anew: %s", dispatch.id, clash)
                self._roll_back()
                if isinstance(clash, HELD) or not self._repeat(self._claim, dispatch, (), sessions):
                    break
            except Exception as error:
                _logger.exception("Dispatch %s could not be handed over", dispatch.id)
                self._roll_back()
                if fault := environment.find_fault(error):
                    self._isolate(self._wait_for_server, dispatch, fault)
                else:
                    self._isolate(self._park, dispatch, error)
                break
        return self._commit()

    # ------------------------------------------------------------------
    # One dispatch
    # ------------------------------------------------------------------

    def _deliver_dispatch(self, dispatch, key, sessions):
        """Hand one dispatch to the mail server, mail by mail; return false when time is up.

        Who shares a mail is named in one transaction of the server, each with an answer and an outcome of their own; of
        those whose turn is later nobody speaks.

        :param dispatch: the one that was claimed
        """
        if self._stop_blocked(dispatch):
            return self._commit(1)
        now, go_on = self._now(), True
        for mail in self._until_stopped(claim.in_mails(dispatch.recipient_ids)):
            recipients = [recipient for recipient in mail if claim.is_due(recipient, now)]
            if not recipients:
                continue
            if self._must_wait(recipients[0], sessions):
                self._isolate(self._note_waiting, recipients[0], sessions)
                break
            links = self._begin(recipients, key, sessions)
            # always written: whoever derives the state of the whole at this moment has not seen this one begin, and
            # would write what is no longer so (write skew); now the two clash, and the later one looks again
            self._mark_sending(dispatch)
            self._commit()
            outcome, used = self._hand_over(recipients, sessions, links)
            outcomes = [sessions.each.get(recipient.email, outcome) for recipient in recipients]
            # what the server said is known here and nowhere else: without it the mail would be found unknown
            go_on = self._insist(self._write_outcome, recipients, outcomes, used, sessions)
            # by itself: another worker may note the same of the account, and the outcome is safe now. What the server
            # has against the account comes after what it accepted
            for said in sorted(dict.fromkeys(outcomes), key=lambda said: said.is_ours):
                self._isolate(self._note_account, recipients[0], said)
            if sessions.fault:
                self._isolate(self._wait_for_server, dispatch, sessions.fault)
                break
            if any(said.holds_account for said in outcomes):
                accounts.hold(sessions, self._choose(recipients[0], sessions))
                # what else goes through this account, or in this name, stays as it is
                self._isolate(self._note_waiting, recipients[0], sessions)
                break
        return go_on

    def _conclude(self, dispatches):
        """Tell the dispatches, their documents and the chatter what came of it.

        By itself, after the outcome was committed, for many dispatches at once. Where that fails, because
        somebody edits one of the documents, each is told alone, and the rest at the next run
        (``_find_abandoned``).
        """
        if dispatches and not self._isolate(self._tell, dispatches) and len(dispatches) > 1:
            for dispatch in dispatches:
                self._isolate(self._tell, [dispatch])
