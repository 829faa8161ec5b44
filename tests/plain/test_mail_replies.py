"""Replies of real mail servers, and what they mean."""

import unittest

from tools.mail.replies import connection, is_answer, is_said, meaning


class TestMeaning(unittest.TestCase):
    def test_who_says_it(self):
        for reply in ("550 5.1.1 no", "5.1.1", "[Errno 111] Connection refused", "timed out", "-1 what is no SMTP",
                      "Connection unexpectedly closed: [Errno 104] reset", "[SSL: WRONG_VERSION] x", "", False):
            self.assertTrue(is_said(reply), reply)
        for own in ("The file Fatura.pdf is damaged: of 30 bytes 14 are there.", "The mail has no valid sender."):
            self.assertFalse(is_said(own), own)

    def test_connections(self):
        """All sorts of what keeps a conversation from coming about, as Linux, macOS, Windows, OpenSSL and Odoo say."""
        for reply, cause in (
            ("[Errno 111] Connection refused", "silent"), ("[Errno 61] Connection refused", "silent"),
            ("[WinError 10061] No connection could be made because the target machine actively refused it", "silent"),
            ("timed out", "silent"), ("[Errno 110] Connection timed out", "silent"),
            ("Connection unexpectedly closed: timed out", "silent"),
            ("[Errno 113] No route to host", "silent"), ("[Errno 101] Network is unreachable", "silent"),
            ("[Errno -2] Name or service not known", "nameless"),
            ("[Errno -3] Temporary failure in name resolution", "nameless"),
            ("[Errno -5] No address associated with hostname", "nameless"),
            ("[Errno 8] nodename nor servname provided, or not known", "nameless"),
            ("[Errno 11001] getaddrinfo failed", "nameless"),
            ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)",
             "insecure"),
            ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "insecure"),
            ("STARTTLS extension not supported by server.", "insecure"),
            ("535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "locked"),
            ("530 5.7.0 Authentication Required", "locked"), ("534-5.7.9 Application-specific password", "locked"),
            ("SMTP AUTH extension not supported by server.", "locked"),
            ("No suitable authentication method found.", "locked"),
            ("Connection unexpectedly closed", "ended"), ("[Errno 104] Connection reset by peer", "ended"),
            ("[Errno 32] Broken pipe", "ended"), ("the reply has no end", "ended"), ("-1 what is no SMTP", "ended"),
            ("Missing SMTP Server Please define at least one SMTP server", "missing"),
            # told by a server, or by us
            ("550 5.1.1 no such user", ""), ("450 4.4.1 No answer from host: timed out", ""), ("250 OK", ""),
            ("The file Fatura.pdf is damaged", ""), ("", ""), (False, ""),
        ):
            with self.subTest(reply):
                self.assertEqual(connection(reply), cause)
                self.assertEqual(is_answer(reply), bool(reply) and reply.lstrip("-")[:3].isdigit())

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
