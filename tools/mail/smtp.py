"""One SMTP conversation, and what is known after it.

RFC 5321 §6.1: after the 250 to the final dot the server is responsible for the message, before
it the client is. In between nobody knows (RFC 1047).
"""

import smtplib
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ..dispatch import states
from . import blame, replies

#: Seconds to wait for the reply to the final dot: RFC 5321 §4.5.3.2.6 asks for ten minutes, a
#: shorter time-out makes multiple copies.
FINAL_DOT_TIMEOUT = 600
#: Bytes of one reply: what is longer is none (RFC 5321 §4.5.3.1.5 allows 512 a line)
LONGEST_REPLY = 65536
#: Seconds by which a mail that was refused for the account's sake goes behind those that only wait for it
BEHIND = 60
#: The server closes the session (RFC 5321 §3.8)
_CLOSING = 421
#: "Bad sequence of commands": the two do not speak of the same
_OUT_OF_SEQUENCE = 503


@dataclass(frozen=True)
class Outcome:
    """What one conversation came to.

    ``state`` is the recipient's next state, ``reply`` what the server (or the network) said.
    ``costs_try`` is false where the message itself was never judged; ``connection_lost`` means that the session
    cannot be used any further. ``wait`` are the seconds after which it makes sense to try again, where that is known.
    ``verdict`` says whose fault it was, where a server said something; ``sender`` the address in whose name it was.
    """

    state: str
    reply: str
    costs_try: bool = True
    connection_lost: bool = False
    wait: float = 0
    verdict: blame.Verdict | None = field(default=None, compare=False)
    sender: str = field(default="", compare=False)

    @property
    def is_ours(self):
        """Tell whether account or sender are to blame, and no document."""
        return bool(self.verdict and self.verdict.is_ours)

    @property
    def holds_account(self):
        """Tell whether what else goes through the same account, or in the same name, must wait, too."""
        return self.is_ours or self.connection_lost and not self.costs_try

    def is_of_idle_session(self, fresh):
        """Tell whether the server only closed a session that was idle: that is no answer, and another one may be used.

        :param bool fresh: the session was opened for this very mail
        """
        return self.connection_lost and not self.costs_try and not fresh and not self.is_ours


class Ended(BaseException):
    """Carries the outcome of a conversation that did not end with 250.

    Caught by whoever started the conversation, around a savepoint: nothing of the try stays behind.

    Not an ``Exception``: ``ir.mail_server.send_email`` makes a ``MailDeliveryException`` of these, with a text only
    instead of the reply, and ``mail.mail._send`` logs a traceback as an error for every mailbox that is full, and
    tells other modules of a failure for good (``_postprocess_sent_message``). Nor is returning as if there had been
    a 250 a way: then it tells them that the mail was sent.
    """

    def __init__(self, outcome):
        super().__init__(outcome.reply)
        self.outcome = outcome


def connection_failed(error):
    """Return the outcome when no session could be opened: no mail was judged, no try is spent."""
    verdict = None
    if isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code <= 599:
        phase = (
            blame.AUTH if isinstance(error, smtplib.SMTPAuthenticationError)
            else blame.CONNECT if isinstance(error, smtplib.SMTPConnectError)
            else blame.EHLO if isinstance(error, smtplib.SMTPHeloError)
            else blame.STARTTLS
        )
        verdict = blame.judge(phase, error.smtp_code, replies.clean(error.smtp_error))
    elif isinstance(error, smtplib.SMTPNotSupportedError):
        # what the account asks for is not offered: smtplib says STARTTLS or AUTH
        verdict = blame.Verdict(blame.ACCOUNT, blame.ENCRYPTION if "STARTTLS" in str(error) else blame.LOGIN)
    elif isinstance(error, ssl.SSLCertVerificationError):
        verdict = blame.Verdict(blame.ACCOUNT, blame.ENCRYPTION)
    return _ours(verdict, describe(error)) if verdict else Outcome(
        states.DEFERRED, describe(error), costs_try=False, connection_lost=True,
    )


def login_failed(error):
    """Return the outcome where the account cannot even ask for its login: its token is not renewed, its key no key."""
    return _ours(blame.Verdict(blame.ACCOUNT, blame.TOKEN), describe(error))


def _ours(verdict, reply):
    """Nobody's document is to blame: it waits, and spends no try. A sender's fault leaves the session to others."""
    return Outcome(
        states.DEFERRED, reply, costs_try=False, connection_lost=verdict.whose == blame.ACCOUNT,
        wait=verdict.rest + BEHIND, verdict=verdict,
    )


def describe(error):
    """Return what an SMTP or network error says, as one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    return replies.clean(error) or type(error).__name__


class _Ear:
    """Takes in what a server says, in place of the buffered file that ``smtplib`` reads its lines from.

    That one cannot tell whether there is more than was asked for, waits for ever for a server that says a byte a
    minute, and takes in lines without end.
    """

    def __init__(self, connection):
        self._sock = connection.sock
        self._plain = plain_socket(connection)
        self._heard = self._left_behind(connection.file)
        self.listen()

    def _left_behind(self, file):
        """Return what the file has taken from the network already, without waiting for more."""
        timeout = self._plain.gettimeout()
        self._plain.settimeout(0)
        try:
            return file.read(len(file.peek(1))) if file else b""
        except (OSError, ValueError):  # nothing there
            return b""
        finally:
            self._plain.settimeout(timeout)
            if file:
                file.close()

    def listen(self, seconds=None):
        """Expect one reply within so many seconds, however many lines and packets it has."""
        self._room = LONGEST_REPLY
        seconds = self._plain.gettimeout() if seconds is None else seconds
        self._until = None if seconds is None else time.monotonic() + seconds

    def readline(self, limit):
        """Return the next line, as ``smtplib.SMTP.getreply`` asks for it."""
        while b"\n" not in self._heard and len(self._heard) < limit:
            if not self._hear():
                break
        end = self._heard.find(b"\n") + 1 or len(self._heard)
        line, self._heard = self._heard[:min(end, limit)], self._heard[min(end, limit):]
        self._room -= len(line)
        if self._room < 0:
            raise OSError("the reply has no end")
        return line

    def _hear(self):
        timeout = self._plain.gettimeout()
        try:
            if self._until is not None:
                left = self._until - time.monotonic()
                if left <= 0:
                    raise TimeoutError("timed out")
                self._plain.settimeout(left)
            more = self._sock.recv(8192)
        finally:
            self._plain.settimeout(timeout)
        self._heard += more
        return more

    def unasked(self):
        """Return what the server said without being asked, as far as it has come; nothing where it hung up."""
        timeout = self._plain.gettimeout()
        self._plain.settimeout(0)
        try:
            # nothing there (BlockingIOError, ssl.SSLWantReadError, TimeoutError), or gone
            with suppress(OSError):
                while len(self._heard) < LONGEST_REPLY and (more := self._sock.recv(8192)):
                    self._heard += more
        finally:
            self._plain.settimeout(timeout)
        return self._heard

    def close(self):
        """As the file that this stands for."""
        self._heard = b""


def plain_socket(connection):
    """Return the socket that has time-outs and options: with a client certificate, urllib3's wrapper has neither."""
    return getattr(connection.sock, "socket", connection.sock)


class Session:
    """An open ``smtplib.SMTP`` that tells what became of each message.

    Stands in for the connection that ``mail.mail._send`` is given: whatever Odoo reads from or
    writes to the connection goes through to it, only the conversation itself is held here.

    A session in which anything happened that does not belong there is closed: the text of one mail must never go under
    the envelope of another.

    :param final_dot_timeout: seconds to wait for the reply to the final dot
    """

    def __init__(self, connection, final_dot_timeout=None):
        self._connection = connection
        self._final_dot_timeout = final_dot_timeout
        self._ear = connection.file = _Ear(connection)
        self.outcome = None
        #: address → its own outcome, where it is not that of the mail: what the server said to its RCPT
        self.outcomes = {}
        #: to whom the last message was to go, as it was given here
        self.addressed = ()
        #: the last message as it was given here, for who keeps a proof of it
        self.message = b""
        #: messages that were talked through in this session
        self.count = 0
        #: the sender to give where the server refuses the one of the mail's own (:mod:`tools.mail.envelope`), or none
        self.plain_sender = None
        self._plain_only = False

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def forget(self):
        """Let nothing that was said of the last message be taken for the next one's."""
        self.outcome, self.outcomes, self.addressed, self.message = None, {}, (), b""

    @property
    def is_closed(self):
        """Tell whether the next message needs another session."""
        return self._connection.sock is None

    def send_message(self, message, from_addr, to_addrs):
        """Send as ``smtplib`` does (same rules for encoding), with the conversation below."""
        return smtplib.SMTP.send_message(self, message, from_addr, to_addrs)

    def sendmail(self, from_addr, to_addrs, msg, mail_options=(), rcpt_options=()):
        """Talk one message through; keep and return its outcome, raise :class:`Ended` unless 250.

        Where it goes to several, each has an answer of its own at RCPT (:attr:`outcomes`): the text goes to those whose
        was yes, and what is said to it counts for them.

        :raises BaseException: what interrupted us before the final dot, with the session closed; after it the outcome
            is kept as *unknown*, and what ends the process (``KeyboardInterrupt``, ``SystemExit``) goes on
        """
        self.forget()
        self.message = msg
        plain, self.plain_sender = self.plain_sender, None
        if isinstance(to_addrs, str):
            to_addrs = [to_addrs]
        self.addressed = tuple(to_addrs)
        self.count += 1
        try:
            self.outcome = self._converse(
                plain if plain and self._plain_only else from_addr, to_addrs, msg, mail_options, rcpt_options)
            if plain and self._refuses_sender(self.outcome) and not self._plain_only:
                # some let an account send as its addresses only, without an extension
                self._plain_only, self.outcomes = True, {}
                self.outcome = self._converse(plain, to_addrs, msg, mail_options, rcpt_options)
        except BaseException:
            self._connection.close()
            raise
        if self.outcome.connection_lost and not self.outcome.is_ours:
            self._connection.close()  # who refuses the account gets a polite QUIT
        if self.outcome.state != states.SENT:
            raise Ended(self.outcome)
        return {}

    def _refuses_sender(self, outcome):
        return bool(outcome.verdict and outcome.verdict.whose == blame.SENDER) and not self.is_closed

    def _converse(self, from_addr, to_addrs, msg, mail_options, rcpt_options):
        connection = self._connection
        if isinstance(msg, str):
            msg = smtplib._fix_eols(msg).encode("ascii")
        try:
            if unasked := self._ear.unasked():
                # an answer too many: the next one would be taken for another's. Or the farewell of an idle session
                return self._out_of_step(replies.clean(unasked))
            self._ear.listen()
            code, reply = connection.mail(from_addr, self._mail_options(msg, mail_options))
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            # Lost before MAIL FROM was answered: an idle session that the server closed.
            return Outcome(states.DEFERRED, describe(error), costs_try=False, connection_lost=True)
        if not _accepts(code):
            return self._refused(blame.MAIL, code, reply)
        if ended := self._address(to_addrs, rcpt_options):
            return ended
        try:
            self._ear.listen()
            code, reply = connection.docmd("DATA")
            if code != 354:
                return self._refused(blame.DATA, code, reply)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            return Outcome(states.DEFERRED, describe(error), connection_lost=True)
        return self._transmit(msg)

    def _address(self, to_addrs, rcpt_options):
        """Name all recipients; return the outcome of the mail where the server takes it for none of them.

        Whatever it has against one of them, it is asked for the others, too: what it means for the account is noted
        all the same. Where the session ends in the middle, only the one who was asked pays with a try: with whom it
        always ends, they come to an end, and the others go then.
        """
        accepted = []
        for address in to_addrs:
            try:
                self._ear.listen()
                code, reply = self._connection.rcpt(address, rcpt_options)
            except (OSError, smtplib.SMTPServerDisconnected) as error:
                return self._broken_off(to_addrs, address, Outcome(
                    states.DEFERRED, describe(error), connection_lost=True))
            if _accepts(code):
                accepted.append(address)
                continue
            if accepted and blame.means_enough(code, replies.clean(reply)):
                # RFC 5321 §4.5.3.1.10: the rest goes in another transaction
                outcome = Outcome(states.DEFERRED, _reply(code, reply), costs_try=False, wait=BEHIND)
            else:
                outcome = self._refused(blame.RCPT, code, reply, reset=False)
                if outcome.connection_lost and not outcome.is_ours or code in (_CLOSING, _OUT_OF_SEQUENCE):
                    return self._broken_off(to_addrs, address, outcome)
            self.outcomes[address] = outcome
        if accepted:
            return None
        if not self.is_closed:
            self._reset()
        outcomes = list(self.outcomes.values())
        return next((outcome for outcome in outcomes if outcome.is_ours), outcomes[0])

    def _broken_off(self, to_addrs, address, outcome):
        """The session ended when this address was named: nobody got anything."""
        self.outcomes[address] = outcome
        for other in to_addrs:
            self.outcomes.setdefault(other, Outcome(states.DEFERRED, outcome.reply, costs_try=False))
        return outcome

    def _transmit(self, msg):
        """Send the text up to the final dot and wait for the one reply that counts."""
        connection = self._connection
        dot_sent = False
        try:
            # The dot goes in a packet of its own; without this it would wait for the receipt of the
            # text, which receivers delay (RFC 896, RFC 1122 §4.2.3.2): 40 ms for every mail.
            plain = plain_socket(connection)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            text = smtplib._quote_periods(msg)
            if not self._send_text(text if text.endswith(b"\r\n") else text + b"\r\n"):
                return self._interrupted()
            # From here on the server may have the whole message even if we never learn it.
            dot_sent = True
            connection.send(b".\r\n")
            usual_timeout, seconds = plain.gettimeout(), self._final_dot_timeout or FINAL_DOT_TIMEOUT
            plain.settimeout(seconds)
            self._ear.listen(seconds)
            code, reply = connection.getreply()
            plain.settimeout(usual_timeout)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            state = states.UNKNOWN if dot_sent else states.DEFERRED
            return Outcome(state, describe(error), connection_lost=True)
        except BaseException as error:
            if not dot_sent:
                raise
            unknown = self.outcome = Outcome(states.UNKNOWN, describe(error), connection_lost=True)
            if isinstance(error, Exception):
                return unknown
            raise  # the process is to end
        if _accepts(code):
            return Outcome(states.SENT, _reply(code, reply))
        if not 400 <= code <= 599:
            # neither yes nor no: not to be repeated, and the session is out of step
            return Outcome(states.UNKNOWN, _reply(code, reply), connection_lost=True)
        return self._refused(blame.DOT, code, reply)

    def _send_text(self, text):
        """Send it; tell whether the server only listened. One that is full says so, and hangs up in the middle."""
        try:
            self._connection.sock.sendall(text)
        except OSError:
            if not self._ear.unasked():
                raise
        return not self._ear.unasked()

    def _mail_options(self, msg, mail_options):
        """As ``smtplib.SMTP.sendmail``: tell the size where the server wants it (RFC 1870)."""
        options = list(mail_options)
        if self._connection.does_esmtp and self._connection.has_extn("size"):
            options.append(f"size={len(msg)}")
        return options

    def _interrupted(self):
        """The server spoke before the final dot: without it the text must be thrown away (RFC 5321 §4.1.1.4)."""
        self._ear.listen()
        code, reply = self._connection.getreply()
        if 400 <= code <= 599:
            outcome = replace(self._refused(blame.DOT, code, reply, reset=False), connection_lost=True)
            self._connection.close()  # it takes whatever we say for text
            return outcome
        return Outcome(states.DEFERRED, _reply(code, reply), connection_lost=True)

    def _refused(self, phase, code, reply, reset=True):
        """RFC 5321 §4.2.1: 4yz is worth another try, 5yz must not be repeated as it is.

        Whether the document is to blame at all: :mod:`tools.mail.blame`.
        """
        said = _reply(code, reply)
        if not 400 <= code <= 599:
            # an answer to something else, or no SMTP at all
            if phase == blame.MAIL:
                return self._out_of_step(said)
            return Outcome(states.DEFERRED, said, connection_lost=True)
        verdict = blame.judge(phase, code, replies.clean(reply))
        if self.count > 1 and (verdict.cause == blame.SESSION or phase == blame.MAIL and code == _CLOSING):
            # enough for this session, or an idle one that the server closes: another one may go on at once
            return Outcome(states.DEFERRED, said, costs_try=False, connection_lost=True)
        lost = code in (_CLOSING, _OUT_OF_SEQUENCE)
        if reset and not lost:
            self._reset()
        if verdict.is_ours:
            return _ours(verdict, said)
        state = states.FAILED if verdict.final else states.DEFERRED
        return Outcome(state, said, connection_lost=lost, verdict=verdict)

    def _out_of_step(self, said):
        """No message was judged. In a new session the server is like that: its account is paused."""
        self._connection.close()
        if not said.startswith(str(_CLOSING)):
            said = f"The server answers out of turn: {said}"
        if self.count > 1:
            return Outcome(states.DEFERRED, said, costs_try=False, connection_lost=True)
        return _ours(blame.Verdict(blame.ACCOUNT, blame.TROUBLE, final=False), said)

    def _reset(self):
        """Clear the transaction, so that the session serves the next message; close it where that fails."""
        try:
            self._ear.listen()
            if not _accepts(self._connection.rset()[0]) or self._ear.unasked():
                self._connection.close()
        except (OSError, smtplib.SMTPException):
            self._connection.close()

    def quit(self):
        """Close politely; a failing QUIT after the 250 is no failure."""
        try:
            with suppress(OSError, smtplib.SMTPException):
                if not self.is_closed:
                    self._ear.listen()
                    self._connection.quit()
        finally:
            with suppress(OSError):
                self._connection.close()


class ForeignSession(Session):
    """A connection that is not ``smtplib``'s: another module's, which hands mails over by other means, or a test's.

    There is no conversation to watch: what it takes without an error is sent. Where a server's word comes through, it
    counts; of an error of the network nobody knows on which side of the handing over it was.
    """

    is_closed = False

    def __init__(self, connection):
        self._connection = connection
        self.outcome = None
        self.outcomes, self.addressed = {}, ()
        self.message = b""
        self.count = 0

    def send_message(self, message, from_addr, to_addrs):
        """Have the connection take a message, in its own way.

        :raises Ended: where a server or the network said no
        :raises Exception: whatever else it says against it
        """
        self.forget()
        self.addressed = (to_addrs,) if isinstance(to_addrs, str) else tuple(to_addrs)
        self.count += 1
        try:
            refused = self._connection.send_message(message, from_addr, to_addrs)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            passes = 400 <= getattr(error, "smtp_code", 500) <= 499
            self.outcome = Outcome(states.DEFERRED if passes else states.FAILED, describe(error))
            raise Ended(self.outcome) from error
        except OSError as error:
            self.outcome = Outcome(states.UNKNOWN, describe(error))
            raise Ended(self.outcome) from error
        self.outcome, self.message = Outcome(states.SENT, "taken over, without a reply"), message.as_bytes()
        # as smtplib says whom of several the server did not take
        for address, (code, reply) in refused.items() if isinstance(refused, dict) else ():
            passes = 400 <= code <= 499
            self.outcomes[address] = Outcome(states.DEFERRED if passes else states.FAILED, _reply(code, reply))
        return {}

    def quit(self):
        """Close it, whatever it says to that."""
        with suppress(Exception):
            self._connection.quit()


def session_of(connection, final_dot_timeout=None):
    """Return what hands messages to a connection, and knows what became of each.

    :param connection: an open ``smtplib.SMTP``, or what ``ir.mail_server._connect__`` returned instead
    :param final_dot_timeout: see :class:`Session`
    """
    if hasattr(connection, "sock") and hasattr(connection, "getreply"):
        return Session(connection, final_dot_timeout)
    return ForeignSession(connection)


def _accepts(code):
    """RFC 5321 §4.2: a client that does not expect a code acts on its first digit."""
    return 200 <= code <= 299


def _reply(code, text):
    return f"{code} {replies.clean(text)}"
