"""The end of the server: what is in hand is waited for, nothing else begins."""

import threading
import time
import unittest

from tools.delivery.shutdown import Shutdown

LONG = 20


class TestShutdown(unittest.TestCase):
    def setUp(self):
        self.shutdown = Shutdown()
        self.done = []

    def in_hand(self, go_on):
        """Begin something in another thread that lasts until ``go_on`` is set."""
        begun = threading.Event()

        def work():
            with self.shutdown.in_hand() as may_begin:
                begun.set()
                go_on.wait(LONG)
                self.done.append(may_begin)

        thread = threading.Thread(target=work)
        thread.start()
        self.addCleanup(thread.join, LONG)
        self.addCleanup(go_on.set)
        begun.wait(LONG)

    def test_nothing_in_hand(self):
        self.assertFalse(self.shutdown.is_on)
        self.assertEqual(self.shutdown.begin(LONG, LONG), 0)
        self.assertTrue(self.shutdown.is_on)

    def test_waits_for_all_that_is_in_hand(self):
        first, second = threading.Event(), threading.Event()
        self.in_hand(first)
        self.in_hand(second)
        threading.Timer(0.1, first.set).start()
        threading.Timer(0.2, second.set).start()
        self.assertEqual(self.shutdown.begin(LONG, LONG), 0)
        self.assertEqual(self.done, [True, True])

    def test_nothing_else_begins(self):
        self.shutdown.begin(LONG, LONG)
        with self.shutdown.in_hand() as may_begin:
            self.assertFalse(may_begin)
        self.assertEqual(self.shutdown.begin(0, 0), 0, "who was refused is not counted")

    def test_what_nobody_need_finish_is_ended_after_the_mails_in_hand(self):
        mail = threading.Event()
        self.in_hand(mail)
        threading.Timer(0.1, mail.set).start()
        self.shutdown.begin(LONG, LONG, lambda: self.done.append("ended"))
        self.assertEqual(self.done, [True, "ended"])

    def test_patience_ends(self):
        self.in_hand(threading.Event())
        began = time.monotonic()
        self.assertEqual(self.shutdown.begin(0.1, LONG), 1)
        self.assertLess(time.monotonic() - began, LONG / 2)

    def test_workers_get_less_patience(self):
        """A worker that draws pages is not waited for, one that tells the documents is."""
        with self.shutdown.at_work():
            self.assertEqual(self.shutdown.begin(LONG, 0.1), 0)

    def test_a_failure_leaves_nothing_in_hand(self):
        with self.assertRaises(ValueError), self.shutdown.at_work(), self.shutdown.in_hand():
            raise ValueError
        self.assertEqual(self.shutdown.begin(LONG, LONG), 0)

    def test_begun_or_refused_and_nothing_between(self):
        """Whoever may begin is waited for, at whatever moment the end comes."""
        running = []

        def work():
            while True:
                with self.shutdown.in_hand() as may_begin:
                    if not may_begin:
                        return
                    running.append(1)
                    time.sleep(0)
                    running.pop()

        threads = [threading.Thread(target=work) for _number in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.05)
        self.shutdown.begin(LONG, LONG)
        self.assertEqual(running, [])
        for thread in threads:
            thread.join(LONG)
