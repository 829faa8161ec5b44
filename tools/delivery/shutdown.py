"""The end of the server: what is in hand is finished, nothing else is begun.

One process, several threads: Odoo's scheduler, and people who press Send. What is in hand between the
decision to send and the committed outcome must not be cut, or nobody knows whether it arrived.
"""

import time
from contextlib import contextmanager
from threading import Condition


class Shutdown:
    """Says whether the server stops, and waits for those who have something in hand."""

    def __init__(self):
        self._changed = Condition()
        self._in_hand = 0
        self._at_work = 0
        self._stops = False

    @property
    def is_on(self):
        """Whether the server stops."""
        return self._stops

    @contextmanager
    def at_work(self):
        """A worker that ends by itself soon after the server begins to stop, unless something holds it up."""
        with self._changed:
            self._at_work += 1
        try:
            yield
        finally:
            self._leave("_at_work")

    @contextmanager
    def in_hand(self):
        """A piece of work that must not be cut; yields false when it must not begin any more."""
        with self._changed:  # never between the question and the beginning: see begin()
            may_begin = not self._stops
            self._in_hand += may_begin
        try:
            yield may_begin
        finally:
            if may_begin:
                self._leave("_in_hand")

    def begin(self, patience, courtesy, interrupt=lambda: None):
        """Let nothing begin any more, and wait.

        :param float patience: the most seconds for what is in hand
        :param interrupt: ends what the workers need not finish; called when nothing is in hand, or patience is over
        :param float courtesy: the most seconds for the workers to put their things in order after it
        :return: how many pieces of work were still in hand when patience was over
        """
        with self._changed:
            self._stops = True
            is_finished = self._wait("_in_hand", patience)
        interrupt()
        with self._changed:
            if is_finished:
                self._wait("_at_work", courtesy)
            return self._in_hand

    def _leave(self, counter):
        with self._changed:
            setattr(self, counter, getattr(self, counter) - 1)
            self._changed.notify_all()

    def _wait(self, counter, seconds):
        """Wait until nobody is left; return false when time is up first."""
        end = time.monotonic() + seconds
        while getattr(self, counter):
            left = end - time.monotonic()
            if left <= 0:
                return False
            # short, so that a second signal, which ends Odoo at once, is heard on every system
            self._changed.wait(min(left, 0.5))
        return True


#: The one of this process
SHUTDOWN = Shutdown()
