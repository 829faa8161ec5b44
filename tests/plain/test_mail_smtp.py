"""One SMTP conversation with real servers on loopback: friendly ones, and one that follows a script.

What is known after each end of the conversation: RFC 5321 §4.2.1, §4.5.3.2.6, §6.1, RFC 1047.
"""

import smtplib
import socket
import struct
import threading
import time
import unittest
from contextlib import suppress
from email.message import EmailMessage
from unittest.mock import patch

from aiosmtpd.controller import Controller

from tools.delivery.sessions import Sessions
from tools.mail import blame, smtp
from tools.mail.smtp import Outcome

ANA, RUI, EVA = "ana@silva.example.com", "rui@silva.example.com", "eva@silva.example.com"
SENDER = "faturas@aurora.example.com"
#: An answer of the script: the connection is gone
DROP = object()


class ScriptedServer:
    """An SMTP server that answers as a test asks, command by command; friendly where it is not asked.

    :param script: for each verb (``connect``, ``ehlo``, ``mail``, ``rcpt``, ``data``, ``body``, ``dot``,
        ``idle``, ``rset``, ``quit``, ``auth``) one answer or a list of answers to give one after the other: a reply,
        :data:`DROP`, or a pair of seconds to wait and a reply
    """

    friendly = {
        "connect": "220 localhost ready", "ehlo": "250-localhost\r\n250-SIZE 1000000\r\n250 AUTH PLAIN",
        "mail": "250 2.1.0 sender ok", "rcpt": "250 2.1.5 recipient ok", "data": "354 go on",
        "body": None, "dot": "250 2.0.0 queued", "idle": None, "rset": "250 2.0.0 reset", "quit": "221 2.0.0 bye",
        "auth": "235 2.7.0 welcome",
    }

    def __init__(self, **script):
        self._script = {verb: answers if isinstance(answers, list) else [answers] for verb, answers in script.items()}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        #: All command lines, connection after connection
        self.commands = []
        self.connections = 0
        #: Texts that came with their final dot, and those of them that the server said 2yz to
        self.received, self.accepted = [], []
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self):
        """Refuse connections from now on; shutdown ends an ``accept`` that already waits."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def verbs(self):
        return [command.split(":")[0].split()[0].lower() for command in self.commands]

    def _listen(self):
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as lines:
            try:
                going_on = self._answer(connection, "connect")
                while going_on and (line := lines.readline()):
                    self.commands.append(line.decode().strip())
                    verb = self.verbs()[-1]
                    going_on = self._answer(connection, verb) and verb != "quit"
                    if verb == "data" and going_on and self._last_reply.startswith("354"):
                        going_on = self._answer(connection, "body") and self._read_text(connection, lines)
            except OSError:
                return

    def _read_text(self, connection, lines):
        text = []
        while (line := lines.readline()) != b".\r\n":
            if not line:
                return False
            text.append(line)
        self.received.append(b"".join(text))
        return self._answer(connection, "dot") and self._answer(connection, "idle")

    def _answer(self, connection, verb):
        """Give the next answer to a verb; tell whether the connection goes on."""
        answers = self._script.get(verb)
        answer = answers.pop(0) if answers else self.friendly[verb]
        if isinstance(answer, tuple):
            time.sleep(answer[0])
            answer = answer[1]
        if answer is DROP:
            # gone at once (RST), as when the machine behind a firewall restarts
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        self._last_reply = answer or ""
        if verb == "dot" and self._last_reply.startswith("2"):
            # before it is said: who hears the 250 may look at once
            self.accepted.append(self.received[-1])
        if answer:
            connection.sendall(answer.encode("latin-1") + b"\r\n")
        return not (answer or "").startswith("421")


class SmtpCase(unittest.TestCase):
    def serve(self, **script):
        """Start a server that follows this script."""
        self.server = ScriptedServer(**script)
        self.addCleanup(self.server.close)
        return self.server

    def connect(self, port=None, timeout=5):
        """Open a session as Odoo does: connected, and EHLO said."""
        connection = smtplib.SMTP("127.0.0.1", port or self.server.port, timeout=timeout)
        self.addCleanup(connection.close)
        connection.ehlo()
        return smtp.Session(connection)

    def send(self, session, *to, text="Segue a fatura.\n"):
        """Send one message and return the outcome; the session keeps it too."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = SENDER, ", ".join(to or (ANA,)), "INV/2026/00042"
        message.set_content(text)
        try:
            self.assertEqual(session.send_message(message, SENDER, list(to or (ANA,))), {})
            outcome = session.outcome
            self.assertEqual(outcome.state, "sent", "only a 250 ends without Ended")
        except smtp.Ended as ended:
            outcome = ended.outcome
            self.assertNotEqual(outcome.state, "sent")
        self.assertIs(session.outcome, outcome)
        return outcome

    def assertEnd(self, expected, accepted=0, **script):
        """A server with this script leads to this outcome, and takes so many messages."""
        self.serve(**script)
        session = self.connect()
        self.assertEqual(self.send(session), expected)
        self.assertEqual(len(self.server.accepted), accepted)
        return session


class TestFriendlyServer(unittest.TestCase):
    """Against an implementation that is not ours."""

    send, connect = SmtpCase.send, SmtpCase.connect

    def setUp(self):
        self.messages = []
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        self.addCleanup(controller.stop)

    async def handle_DATA(self, _server, _session, envelope):
        self.messages.append(envelope)
        return "250 2.0.0 accepted"

    def test_accepted(self):
        outcome = self.send(self.connect(self.port), ANA, RUI)
        self.assertEqual(outcome, Outcome("sent", "250 2.0.0 accepted"))
        [envelope] = self.messages
        self.assertEqual((envelope.mail_from, envelope.rcpt_tos), (SENDER, [ANA, RUI]))

    def test_text_arrives_as_it_was(self):
        text = ".ponto no começo\n..dois\n.\nTotal: R$ 1.250,00\n" + "łódź " * 400 + "\n"
        self.send(self.connect(self.port), text=text)
        message = EmailMessage()
        message.set_content(text)
        sent = message.as_bytes().replace(b"\n", b"\r\n").partition(b"\r\n\r\n")[2]
        self.assertEqual(self.messages[0].content.partition(b"\r\n\r\n")[2], sent)

    def test_text_handed_over_as_str_or_without_end_of_line(self):
        session = self.connect(self.port)
        for number, text in enumerate(("Subject: a\n\n.b\nc", b"Subject: a\r\n\r\n.b\r\nc")):
            session.sendmail(SENDER, ANA, text)
            self.assertEqual(self.messages[number].content, b"Subject: a\r\n\r\n.b\r\nc\r\n")

    def test_many_over_one_session(self):
        session = self.connect(self.port)
        states = [self.send(session, to).state for to in (ANA, RUI, EVA)]
        self.assertEqual(states, ["sent", "sent", "sent"])
        self.assertEqual([envelope.rcpt_tos for envelope in self.messages], [[ANA], [RUI], [EVA]])

    def test_client_certificate(self):
        """urllib3's socket, which Odoo takes then, has no options and tells no time-out."""

        class Wrapped:
            def __init__(self, plain):
                self.socket = plain
                self.recv, self.sendall, self.close = plain.recv, plain.sendall, plain.close
                self.settimeout = plain.settimeout

        connection = smtplib.SMTP("127.0.0.1", self.port, timeout=5)
        self.addCleanup(connection.close)
        connection.ehlo()
        connection.sock = Wrapped(connection.sock)
        self.assertEqual(self.send(smtp.Session(connection)).state, "sent")

    def test_server_tells_the_size_first(self):
        session = self.connect(self.port)
        session._connection.esmtp_features["size"] = "100"
        with patch.object(session._connection, "mail", wraps=session._connection.mail) as mail:
            session.sendmail(SENDER, ANA, b"Subject: a\r\n\r\nb\r\n")
        self.assertEqual(mail.call_args.args, (SENDER, ["size=17"]))


class TestForeignConnection(unittest.TestCase):
    """What another module puts in the place of ``smtplib.SMTP``: all that Odoo asks of it is ``send_message``."""

    class Connection:
        def __init__(self, error=None):
            self.error, self.sent = error, []

        def send_message(self, message, from_addr, to_addrs):
            if self.error:
                raise self.error
            self.sent.append((message["Subject"], from_addr, to_addrs))

    def _message(self):
        message = EmailMessage()
        message["Subject"] = "Fatura"
        return message

    def test_taken(self):
        connection = self.Connection()
        session = smtp.session_of(connection)
        session.send_message(self._message(), "a@x.example", ["b@y.example"])
        self.assertEqual(connection.sent, [("Fatura", "a@x.example", ["b@y.example"])])
        self.assertEqual((session.outcome.state, session.count, session.is_closed), ("sent", 1, False))
        self.assertIn(b"Fatura", session.message)
        session.quit()  # it has none

    def test_not_taken(self):
        session = smtp.session_of(self.Connection(ValueError("no")))
        with self.assertRaisesRegex(ValueError, "no"):
            session.send_message(self._message(), "a@x.example", ["b@y.example"])
        self.assertIsNone(session.outcome)

    def test_word_of_a_server_and_of_the_network(self):
        refused = {"b@y.example": (550, b"no such user")}
        for error, state in (
            (smtplib.SMTPDataError(451, b"later"), "deferred"), (smtplib.SMTPDataError(554, b"spam"), "failed"),
            (smtplib.SMTPRecipientsRefused(refused), "failed"), (ConnectionResetError("gone"), "unknown"),
            (smtplib.SMTPServerDisconnected("gone"), "unknown"),
        ):
            session = smtp.session_of(self.Connection(error))
            with self.subTest(error=error), self.assertRaises(smtp.Ended) as ended:
                session.send_message(self._message(), "a@x.example", ["b@y.example"])
            self.assertEqual(ended.exception.outcome.state, state)


class TestSent(SmtpCase):
    def test_250(self):
        self.assertEnd(Outcome("sent", "250 2.0.0 queued"), accepted=1)

    def test_other_positive_replies_are_positive(self):
        """RFC 5321 §4.2: a client acts on the first digit of a code that it does not expect."""
        self.assertEnd(
            Outcome("sent", "251 2.0.0 queued"), accepted=1,
            mail="251 ok", rcpt="252 will try", dot="251 2.0.0 queued",
        )

    def test_reply_of_several_lines_is_one_line(self):
        self.assertEnd(
            Outcome("sent", "250 2.0.0 queued as 4F2 thank you"), accepted=1,
            dot="250-2.0.0 queued   as 4F2\r\n250 thank you",
        )

    def test_slow_server_is_waited_for(self):
        """Ten minutes for the reply to the final dot: a shorter time-out makes multiple copies (§4.5.3.2.6)."""
        self.assertEqual(smtp.FINAL_DOT_TIMEOUT, 600)
        self.serve(dot=(0.6, "250 2.0.0 queued"))
        self.assertEqual(self.send(self.connect(timeout=0.2)), Outcome("sent", "250 2.0.0 queued"))

    def test_the_long_wait_is_for_the_dot_only(self):
        self.serve(mail=["250 ok", (2, "250 ok")])
        session = self.connect(timeout=0.2)
        self.send(session)
        started = time.monotonic()
        outcome = self.send(session)
        self.assertLess(time.monotonic() - started, 1)
        self.assertEqual((outcome.state, outcome.costs_try, outcome.connection_lost), ("deferred", False, True))

    def test_failing_quit_after_the_250_is_no_failure(self):
        for answer in (DROP, "500 what", "421 going down", (0.5, "221 bye")):
            with self.subTest(answer=answer):
                self.serve(quit=answer)
                session = self.connect(timeout=0.2)
                self.assertEqual(self.send(session).state, "sent")
                session.quit()
                self.assertEqual(session.outcome, Outcome("sent", "250 2.0.0 queued"))
                self.assertEqual(len(self.server.accepted), 1)

    def test_quit_of_a_session_that_is_gone(self):
        session = self.assertEnd(
            Outcome("deferred", "Connection unexpectedly closed: [Errno 104] Connection reset by peer",
                    connection_lost=True),
            rcpt=DROP,
        )
        session.quit()
        session.quit()


class TestNobodyKnows(SmtpCase):
    """Between the final dot and its reply (RFC 1047): unknown, never sent again by itself."""

    def test_connection_lost_after_the_dot(self):
        self.assertEnd(Outcome(
            "unknown", "Connection unexpectedly closed: [Errno 104] Connection reset by peer", connection_lost=True,
        ), dot=DROP)
        self.assertEqual(len(self.server.received), 1, "the server has it all")

    def test_no_reply_in_time(self):
        with patch.object(smtp, "FINAL_DOT_TIMEOUT", 0.2):
            self.assertEnd(
                Outcome("unknown", "Connection unexpectedly closed: timed out", connection_lost=True),
                dot=(1, "250 ok"),
            )
        self.assertEqual(len(self.server.received), 1)

    def test_reply_that_says_nothing(self):
        for answer, reply in (("yes, all right", "-1 all right"), ("354 go on", "354 go on"), ("199 wait", "199 wait")):
            with self.subTest(answer=answer):
                self.assertEnd(Outcome("unknown", reply, connection_lost=True), dot=answer)


class TestRefused(SmtpCase):
    """4yz is worth another try, 5yz must not be repeated as it is (§4.2.1)."""

    def test_for_now(self):
        for verb in ("rcpt", "data", "dot"):
            with self.subTest(verb=verb):
                self.assertEnd(Outcome("deferred", "452 4.2.2 mailbox full"), **{verb: "452 4.2.2 mailbox full"})

    def test_for_good(self):
        for verb in ("rcpt", "data", "dot"):
            with self.subTest(verb=verb):
                self.assertEnd(Outcome("failed", "550 5.1.1 no such user"), **{verb: "550 5.1.1 no such user"})

    def test_before_the_server_has_heard_of_the_customer(self):
        """What it refuses there is the account or the sender: the message waits, and spends no try."""
        for reply, whose, wait in (
            ("452 4.3.1 no room", "account", 360), ("550 5.1.1 no such user", "sender", 86460),
            ("530 5.7.0 Authentication required", "account", 86460), ("550 5.4.5 Daily limit", "account", 86460),
        ):
            with self.subTest(reply=reply):
                self.assertEnd(Outcome(
                    "deferred", reply, costs_try=False, connection_lost=whose == "account", wait=wait), mail=reply)
        self.assertEnd(Outcome("failed", "552 5.3.4 too big"), mail="552 5.3.4 too big")

    def test_a_sender_refused_leaves_the_session_to_others(self):
        session = self.assertEnd(
            Outcome("deferred", "550 5.7.60 not as this sender", costs_try=False, wait=86460),
            mail="550 5.7.60 not as this sender")
        self.assertEqual(self.send(session, RUI), Outcome("sent", "250 2.0.0 queued"))
        self.assertEqual(self.server.connections, 1)

    def test_an_extended_sender_that_the_server_does_not_take(self):
        """The plain one goes instead, at once, and from then on; nothing arrives twice."""
        own, plain = "bounce+1-x@aurora.example.com", "bounce@aurora.example.com"
        refusal = "553 5.7.1 Sender address rejected: not owned by user"
        for verb in ("mail", "rcpt", "data", "dot"):
            with self.subTest(verb=verb):
                self.serve(**{verb: [refusal]})
                session = self.connect()
                for _mail in range(2):
                    session.plain_sender = plain
                    self.assertEqual(session.sendmail(own, ANA, b"Subject: a\r\n\r\nb\r\n"), {})
                senders = [command for command in self.server.commands if command.lower().startswith("mail")]
                self.assertEqual([own in command for command in senders], [True, False, False])
                self.assertEqual((len(self.server.accepted), self.server.connections), (2, 1))
        self.serve(mail=[refusal, refusal])
        session = self.connect()
        session.plain_sender = plain
        with self.assertRaises(smtp.Ended) as ended:
            session.sendmail(own, ANA, b"x")
        self.assertEqual(ended.exception.outcome.verdict.whose, blame.SENDER)

    def test_refused_in_the_middle_of_a_large_text(self):
        """The server says so and hangs up: what it said counts, not that the connection is lost."""
        self.serve(body="552 5.3.4 too big")
        outcome = self.send(self.connect(), text="Bomba centrífuga\n" * 100_000)
        self.assertEqual((outcome.state, outcome.reply, outcome.connection_lost), ("failed", "552 5.3.4 too big", True))
        self.assertEqual((self.server.received, self.server.accepted), ([], []))

    def test_now_refused_then_accepted(self):
        self.serve(rcpt=["451 4.7.1 greylisted", "250 ok"])
        session = self.connect()
        self.assertEqual(self.send(session).state, "deferred")
        self.assertEqual(self.send(session).state, "sent")
        self.assertEqual(len(self.server.accepted), 1)

    def test_session_serves_the_next_message(self):
        for verb in ("rcpt", "data", "dot"):
            with self.subTest(verb=verb):
                session = self.assertEnd(Outcome("failed", "550 no"), **{verb: "550 no"})
                self.assertEqual(self.send(session, RUI), Outcome("sent", "250 2.0.0 queued"))
                self.assertEqual(self.server.connections, 1)
                self.assertEqual(self.server.verbs().count("rset"), 1)

    def test_reply_in_bytes_that_are_no_text(self):
        self.assertEnd(Outcome("failed", "550 caixa inv\ufffdlida"), rcpt="550 caixa inválida")

    def test_connection_closed_instead_of_the_reset(self):
        """The refusal stands; the next message finds the session gone, which costs it nothing."""
        session = self.assertEnd(Outcome("failed", "550 no"), rcpt="550 no", rset=DROP)
        outcome = self.send(session, RUI)
        self.assertEqual(
            (outcome.state, outcome.costs_try, outcome.connection_lost), ("deferred", False, True),
        )

    def test_no_handler_of_odoo_swallows_the_outcome(self):
        """``ir.mail_server.send_email`` and ``mail.mail._send`` catch every ``Exception``."""
        self.serve(rcpt="550 no")
        with self.assertRaises(smtp.Ended):
            try:
                self.connect().sendmail(SENDER, ANA, b"Subject: a\r\n\r\nb\r\n")
            except Exception:  # noqa: BLE001 as Odoo does
                self.fail("swallowed")

    def test_address_that_the_session_cannot_write(self):
        """Without SMTPUTF8 nothing of the message is sent: the mail itself is wrong, not the session."""
        self.serve()
        session = self.connect()
        with self.assertRaises(smtplib.SMTPNotSupportedError):
            session.send_message(EmailMessage(), SENDER, ["jiří@čapek.example.cz"])
        self.assertIsNone(session.outcome)
        self.assertEqual(self.send(session).state, "sent")


class TestSeveral(SmtpCase):
    """One message to several: what is said at RCPT is said of one, what is said to the text of those who are left."""

    def told(self, *answers, **script):
        """Send to Ana, Rui and Eva; return the states of each, and what of it cost a try."""
        self.serve(rcpt=list(answers), **script)
        self.session = self.connect()
        self.outcome = self.send(self.session, ANA, RUI, EVA)
        each = [self.session.outcomes.get(email, self.outcome) for email in (ANA, RUI, EVA)]
        return [(said.state, said.costs_try) for said in each]

    def test_table(self):
        sent, failed, later, waits = ("sent", True), ("failed", True), ("deferred", True), ("deferred", False)
        ok, never, not_now = "250 2.1.5 ok", "550 5.1.1 no such user", "450 4.2.0 greylisted"
        ours, enough = "550 5.4.5 Daily user sending quota exceeded", "452 4.5.3 too many recipients"
        for answers, script, expected, accepted in (
            ((ok, ok, ok), {}, [sent, sent, sent], 1),
            ((ok, never, ok), {}, [sent, failed, sent], 1),
            ((never, ok, ok), {}, [failed, sent, sent], 1),
            ((ok, ok, never), {}, [sent, sent, failed], 1),
            ((not_now, never, ok), {}, [later, failed, sent], 1),
            ((never, never, never), {}, [failed, failed, failed], 0),
            ((not_now, never, not_now), {}, [later, failed, later], 0),
            # the account's fault at one of them leaves the others, whichever comes first
            ((ours, ok, ok), {}, [waits, sent, sent], 1),
            ((ok, ours, never), {}, [sent, waits, failed], 1),
            ((ours, ours, ours), {}, [waits, waits, waits], 0),
            # enough for one mail says nothing against the one who is named next
            ((ok, enough, enough), {}, [sent, waits, waits], 1),
            ((ok, "550 5.5.3 too many recipients", ok), {}, [sent, waits, sent], 1),
            ((enough, ok, ok), {}, [later, sent, sent], 1),
            # to DATA and to the dot
            ((ok, never, ok), {"data": "451 4.3.0 not now"}, [later, failed, later], 0),
            ((ok, not_now, ok), {"dot": "554 5.7.1 no"}, [failed, later, failed], 0),
            ((ok, never, ok), {"dot": DROP}, [("unknown", True), failed, ("unknown", True)], 0),
            # the session ends: nobody has it, and who was named then pays
            ((ok, DROP), {}, [waits, later, waits], 0),
            ((never, DROP), {}, [failed, later, waits], 0),
            ((ok, "421 4.3.2 closing"), {}, [waits, later, waits], 0),
            ((ok, "999 what"), {}, [waits, later, waits], 0),
        ):
            with self.subTest(answers=answers, **script):
                self.assertEqual(self.told(*answers, **script), expected)
                self.assertEqual(len(self.server.accepted), accepted)

    def test_the_session_serves_the_next(self):
        self.told("250 ok", "550 5.1.1 no such user", "250 ok")
        self.assertEqual(self.send(self.session).state, "sent")
        self.assertEqual((self.server.connections, self.session.outcomes), (1, {}))
        self.assertEqual(self.told(*["550 5.1.1 no such user"] * 3)[0], ("failed", True))
        self.assertEqual(self.server.verbs()[-1], "rset")
        self.assertEqual(self.send(self.session).state, "sent")

    def test_another_session_asks_only_who_was_not_judged(self):
        self.serve(rcpt=["250 ok", "550 5.1.1 no", "451 4.7.0 too many mails in this session"])
        session = self.connect()
        session.count = 1
        outcome = self.send(session, ANA, RUI, EVA)
        self.assertTrue(outcome.is_of_idle_session(fresh=False))
        sessions = Sessions()
        sessions.each = session.outcomes
        self.assertEqual(list(sessions.judged()), [RUI])


class TestConnectionLost(SmtpCase):
    reset = "Connection unexpectedly closed: [Errno 104] Connection reset by peer"

    def test_before_the_server_looked_at_the_message(self):
        """A failure before MAIL FROM costs no try."""
        self.assertEnd(Outcome("deferred", self.reset, costs_try=False, connection_lost=True), mail=DROP)

    def test_idle_session_that_the_server_closed(self):
        """With or without a word: Postfix says 421 first, which then waits for the next MAIL."""
        for farewell in (DROP, "421 4.4.2 timeout exceeded"):
            with self.subTest(farewell=farewell):
                self.serve(idle=farewell)
                session = self.connect()
                self.assertEqual(self.send(session), Outcome("sent", "250 2.0.0 queued"))
                outcome = self.send(session, RUI)
                self.assertEqual(
                    (outcome.state, outcome.costs_try, outcome.connection_lost), ("deferred", False, True),
                )
                self.assertEqual(len(self.server.accepted), 1)

    def test_service_closing(self):
        """§3.8: a server that shuts down, or that closes an idle session, says 421 to any command."""
        for verb in ("rcpt", "data", "dot"):
            with self.subTest(verb=verb):
                self.assertEnd(
                    Outcome("deferred", "421 4.3.2 shutting down", connection_lost=True),
                    **{verb: "421 4.3.2 shutting down"},
                )
                self.assertNotIn("rset", self.server.verbs())

    def test_service_closing_before_it_looked_at_the_message(self):
        """Too many messages in one session, for example: the next session may take it at once."""
        self.assertEnd(
            Outcome("deferred", "421 4.7.0 too many messages", costs_try=False, connection_lost=True, wait=120),
            mail="421 4.7.0 too many messages",
        )

    def test_after_mail_from(self):
        for verb in ("rcpt", "data"):
            with self.subTest(verb=verb):
                self.assertEnd(Outcome("deferred", self.reset, connection_lost=True), **{verb: DROP})

    def test_in_the_middle_of_the_text(self):
        """Without its final dot the server must throw it away: it can be sent again."""
        self.serve(body=DROP)
        outcome = self.send(self.connect(), text="Bomba centrífuga\n" * 500_000)
        self.assertEqual(
            (outcome.state, outcome.costs_try, outcome.connection_lost), ("deferred", True, True),
        )
        self.assertEqual((self.server.received, self.server.accepted), ([], []))

    def test_silent_server(self):
        for verb, costs_try in (("mail", False), ("rcpt", True), ("data", True)):
            with self.subTest(verb=verb):
                self.serve(**{verb: (1, "250 ok")})
                self.assertEqual(
                    self.send(self.connect(timeout=0.2)),
                    Outcome("deferred", "Connection unexpectedly closed: timed out", costs_try=costs_try,
                            connection_lost=True),
                )


class TestNoSession(SmtpCase):
    """No session could be opened: no mail was judged, no try is spent."""

    def failed(self, **script):
        """Return the outcome of connecting and logging in to such a server."""
        self.serve(**script)
        with self.assertRaises(OSError) as caught:
            self.connect(timeout=0.5)._connection.login("faturas", "secret")
        return smtp.connection_failed(caught.exception)

    def test_nobody_listens(self):
        self.serve().close()
        with self.assertRaises(OSError) as caught:
            self.connect()
        outcome = smtp.connection_failed(caught.exception)
        self.assertEqual(outcome, Outcome("deferred", outcome.reply, costs_try=False, connection_lost=True))
        self.assertIn("refused", outcome.reply)

    def test_server_is_busy(self):
        for greeting, wait in (("421 4.3.2 too many connections", 120), ("554 5.7.1 go away", 3660)):
            with self.subTest(greeting=greeting):
                self.assertEqual(
                    self.failed(connect=greeting),
                    Outcome("deferred", greeting, costs_try=False, connection_lost=True, wait=wait),
                )

    def test_hangs_up(self):
        outcome = self.failed(connect=DROP)
        self.assertEqual((outcome.state, outcome.costs_try, outcome.is_ours), ("deferred", False, False))

    def test_login_refused(self):
        """The account is wrong, not the mails: they wait, and cost no try."""
        outcome = self.failed(auth="535 5.7.8 wrong password")
        self.assertEqual(outcome, Outcome(
            "deferred", "535 5.7.8 wrong password", costs_try=False, connection_lost=True, wait=86460,
        ))
        self.assertEqual(outcome.verdict, blame.Verdict("account", "login"))

    def test_login_broken_off(self):
        outcome = self.failed(auth=DROP)
        self.assertEqual((outcome.costs_try, outcome.is_ours), (False, False))

    def test_error_without_words(self):
        self.assertEqual(smtp.describe(TimeoutError()), "TimeoutError")
        self.assertEqual(smtp.describe(OSError("no\n  route")), "no route")


class TestOutOfStep(SmtpCase):
    """The text of one mail never goes under the envelope of another, and what is not understood is not believed."""

    def texts(self):
        return [next(line for line in text.split(b"\r\n") if line.startswith(b"To:")) for text in self.server.accepted]

    def assertInStep(self, sessions=3):
        """Whatever the server does, with a session anew where one is closed, each text goes to its own address."""
        session, outcomes = self.connect(), []
        for to in (ANA, RUI, EVA):
            if session.is_closed:
                session = self.connect()
            outcomes.append(self.send(session, to))
        envelopes, to = [], None
        for command in self.server.commands:
            if command.upper().startswith("RCPT"):
                to = command.partition("<")[2].partition(">")[0]
            elif command.upper().startswith("DATA"):
                envelopes.append(to)
        self.assertLessEqual(self.server.connections, sessions + 1)
        return outcomes, envelopes

    def test_answer_to_data_that_is_no_answer(self):
        for answer in ("250 2.0.0 ok", "220 hello", "199 wait", "all right", "999 what", "334 VXNlcm5hbWU6", "235 yes"):
            with self.subTest(answer=answer):
                self.serve(data=[answer])
                session = self.connect()
                outcome = self.send(session)
                self.assertEqual((outcome.state, outcome.connection_lost), ("deferred", True))
                self.assertTrue(session.is_closed)
                self.assertNotIn("rset", self.server.verbs())
                self.assertEqual(self.server.received, [])

    def test_every_command_answered_twice(self):
        twice = {verb: f"{reply}\r\n{reply}" for verb, reply in ScriptedServer.friendly.items()
                 if reply and verb not in ("connect", "ehlo")}
        for verb in twice:
            with self.subTest(verb=verb):
                self.serve(**{verb: [twice[verb]] * 9})
                outcomes, _envelopes = self.assertInStep()
                self.assertNotIn("failed", [outcome.state for outcome in outcomes])
                self.assertEqual(len(set(self.texts())), len(self.server.accepted), "each text at most once")
        self.serve(**{verb: [reply] * 9 for verb, reply in twice.items()})
        self.assertInStep()
        self.assertEqual(self.server.accepted, [])

    def test_greeting_answered_twice(self):
        """What lies there before the first MAIL: the account is not to be used, whoever it is for."""
        self.serve(ehlo="250-localhost\r\n250 SIZE 1000000\r\n250 once more")
        session = self.connect()
        time.sleep(0.05)
        outcome = self.send(session)
        self.assertEqual((outcome.state, outcome.costs_try, outcome.connection_lost), ("deferred", False, True))
        self.assertEqual(outcome.verdict.whose, "account")
        self.assertNotIn("mail", self.server.verbs())

    def test_unasked_answer_before_the_dot(self):
        for answer in ("250 2.0.0 already queued", "354 go on", "what"):
            with self.subTest(answer=answer):
                self.serve(body=answer)
                session = self.connect()
                with patch.object(session._ear, "unasked", side_effect=self._slowly(session._ear.unasked)):
                    outcome = self.send(session)
                self.assertEqual((outcome.state, outcome.connection_lost), ("deferred", True))
                self.assertTrue(session.is_closed)
                self.assertEqual(self.server.received, [], "no dot")

    def test_reset_that_is_refused(self):
        for answer in ("500 what", "354 go on", "250 ok\r\n250 ok"):
            with self.subTest(answer=answer):
                self.serve(rcpt=["550 5.1.1 no such user"], rset=answer)
                session = self.connect()
                self.assertEqual(self.send(session).state, "failed")
                if "\n" in answer:
                    time.sleep(0.05)
                    self.send(session)
                self.assertTrue(session.is_closed)
                self.assertEqual(self.server.accepted, [])

    def test_bad_sequence_of_commands(self):
        self.serve(data=["503 5.5.1 need RCPT first"])
        session = self.connect()
        outcome = self.send(session)
        self.assertEqual((outcome.state, outcome.costs_try), ("deferred", True))
        self.assertTrue(session.is_closed)

    def test_too_many_for_one_session(self):
        """Another session may go on at once: no fault of the account."""
        self.serve(mail=["250 ok", "451 Mails per session limit"])
        session = self.connect()
        self.send(session)
        outcome = self.send(session, RUI)
        self.assertEqual((outcome.state, outcome.costs_try, outcome.is_ours), ("deferred", False, False))
        self.assertTrue(session.is_closed)

    def test_interrupted_before_the_dot(self):
        """Whatever it is: the session is not used again, the mail did not leave."""
        for error in (MemoryError("no room"), KeyboardInterrupt(), RuntimeError("ours")):
            with self.subTest(error=error):
                self.serve()
                session = self.connect()
                with patch.object(smtplib, "_quote_periods", side_effect=error), self.assertRaises(type(error)):
                    self.send(session)
                self.assertIsNone(session.outcome)
                self.assertTrue(session.is_closed)
                self.assertEqual(self.server.received, [])

    def test_interrupted_while_waiting_after_the_dot(self):
        """Nobody knows. What ends the process goes on; the outcome stays known."""
        for error in (MemoryError(), RuntimeError("ours"), RecursionError(), KeyboardInterrupt(), SystemExit(1)):
            with self.subTest(error=error):
                self.serve()
                session = self.connect()
                getreply, answers = session._connection.getreply, iter((None, None, None))

                def interrupted(getreply=getreply, answers=answers, error=error):
                    if next(answers, error) is error:
                        raise error
                    return getreply()

                with patch.object(session._connection, "getreply", interrupted):
                    if isinstance(error, Exception):
                        self.assertEqual(self.send(session).state, "unknown")
                    else:
                        with self.assertRaises(type(error)):
                            self.send(session)
                self.assertEqual(session.outcome.state, "unknown")
                self.assertTrue(session.is_closed)

    @staticmethod
    def _slowly(unasked):
        def wait():
            time.sleep(0.05)
            return unasked()

        return wait


class TestStrangeReplies(SmtpCase):
    """Servers send what they like; what it means counts, and what is kept can be stored and shown."""

    def test_signs_that_are_no_text(self):
        for code, state in (("250", "sent"), ("550", "failed"), ("451", "deferred")):
            for strange in ("\x00", "\x00 a\x00b \x1b[31m \x07", "\xff\xfe\x80", "\x85\x7f"):
                with self.subTest(code=code, strange=strange):
                    self.serve(dot=f"{code} 2.0.0 said{strange}so")
                    outcome = self.send(self.connect())
                    self.assertEqual(outcome.state, state)
                    self.assertTrue(outcome.reply.startswith(f"{code} "))
                    self.assertTrue(outcome.reply.isprintable(), outcome.reply)

    def test_long_reply(self):
        for code, state in (("250", "sent"), ("550", "failed"), ("451", "deferred")):
            self.serve(dot="\r\n".join(f"{code}-{'x' * 400}" for _line in range(100)) + f"\r\n{code} end")
            outcome = self.send(self.connect())
            self.assertEqual((outcome.state, len(outcome.reply)), (state, 1004))

    def test_reply_without_end(self):
        for reply in ("250-" + "x" * 9000, "\r\n".join("250-" + "x" * 500 for _line in range(200))):
            self.serve(dot=reply)
            self.assertEqual(self.send(self.connect()).state, "unknown")
            self.serve(rcpt=reply)
            self.assertEqual(self.send(self.connect()).state, "deferred")

    def test_reply_that_drips(self):
        """A byte now and then is no answer: the time is for the whole of it."""
        self.serve(dot=[(0, "250-still")], idle=[(0.2, "250-still")])
        with patch.object(smtp, "FINAL_DOT_TIMEOUT", 0.4):
            started = time.monotonic()
            outcome = self.send(self.connect())
        self.assertEqual(outcome.state, "unknown")
        self.assertLess(time.monotonic() - started, 2)
