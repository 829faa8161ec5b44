"""Replies of real mail servers, and what they mean."""

import unittest

from tools.mail.replies import is_said, meaning


class TestMeaning(unittest.TestCase):
    def test_who_says_it(self):
        for reply in ("550 5.1.1 no", "5.1.1", "[Errno 111] Connection refused", "timed out", "-1 what is no SMTP",
                      "Connection unexpectedly closed: [Errno 104] reset", "[SSL: WRONG_VERSION] x", "", False):
            self.assertTrue(is_said(reply), reply)
        for own in ("The file Fatura.pdf is damaged: of 30 bytes 14 are there.", "The mail has no valid sender."):
            self.assertFalse(is_said(own), own)

    def test_replies(self):
        for reply, expected in (
            ("550 5.1.1 <ana@silva.example.com>: Recipient address rejected: User unknown", "no_mailbox"),
            ("550 No such user here", "no_mailbox"),
            ("553 5.1.3 Invalid address", "no_mailbox"),
            ("550 5.2.1 The email account is disabled", "no_mailbox"),
            ("5.1.1", "no_mailbox"),
            ("552 5.2.2 Mailbox full", "full"),
            ("452 4.2.2 The mailbox is over quota", "full"),
            ("452 4.3.1 Insufficient system storage", "full"),
            ("552 5.3.4 Message size exceeds fixed limit", "too_large"),
            ("552-5.2.3 Your message exceeded the size limit", "too_large"),
            ("550 5.7.1 Message rejected as spam", "policy"),
            ("554 5.7.26 SPF and DKIM did not pass", "policy"),
            ("550 5.1.8 Sender rejected", "policy"),
            ("554 Transaction failed", "policy"),
            ("451 4.7.1 Greylisted, try again later", "policy"),
            ("451 Try again later", "busy"),
            ("421 4.3.2 Service shutting down", "busy"),
            ("450 4.4.1 No answer from host", "unreachable"),
            ("500 Syntax error", "other"),
            ("550 5.6.7 SMTPUTF8 required", "other"),
            ("553 5.6.1 Media not supported", "other"),
            ("550 5.5.4 Unsupported option", "other"),
            ("[Errno 111] Connection refused", "unreachable"),
            ("Connection unexpectedly closed", "unreachable"),
            ("", "unreachable"),
            (False, "unreachable"),
        ):
            with self.subTest(reply=reply):
                self.assertEqual(meaning(reply), expected)
