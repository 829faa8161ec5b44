"""One SMTP conversation, and what is known after it.

RFC 5321 §6.1: after the 250 to the final dot the server is responsible for the message, before
it the client is. In between nobody knows (RFC 1047).
"""

import smtplib
import socket
from dataclasses import dataclass

from ..dispatch import states

#: Seconds to wait for the reply to the final dot: RFC 5321 §4.5.3.2.6 asks for ten minutes, a
#: shorter time-out makes multiple copies.
FINAL_DOT_TIMEOUT = 600
#: Codes after which the session is over: the server closes it (RFC 5321 §3.8), or talks no SMTP
_CLOSING = (421, -1)


@dataclass(frozen=True)
class Outcome:
    """What one conversation came to.

    ``state`` is the recipient's next state, ``reply`` what the server (or the network) said.
    ``costs_try`` is false where the message itself was never judged; ``account_refused`` means
    that the login failed; ``connection_lost`` that the session cannot be used any further. ``wait``
    are the seconds after which it makes sense to try again, where that is known.
    """

    state: str
    reply: str
    costs_try: bool = True
    account_refused: bool = False
    connection_lost: bool = False
    wait: float = 0


class Ended(BaseException):
    """Carries the outcome of a conversation that did not end with 250.

    Not an ``Exception``: ``mail.mail._send`` and ``ir.mail_server.send_email`` catch these, log
    a traceback for every mailbox that is full, and keep a text only instead of the reply.
    """

    def __init__(self, outcome):
        super().__init__(outcome.reply)
        self.outcome = outcome


def connection_failed(error):
    """Return the outcome when no session could be opened: no mail was judged, no try is spent."""
    refused = isinstance(error, smtplib.SMTPAuthenticationError)
    return Outcome(
        states.DEFERRED, describe(error), costs_try=False,
        account_refused=refused, connection_lost=True,
    )


def describe(error):
    """Return what an SMTP or network error says, as one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split()) or type(error).__name__


class Session:
    """An open ``smtplib.SMTP`` that tells what became of each message.

    Stands in for the connection that ``mail.mail._send`` is given: whatever Odoo reads from or
    writes to the connection goes through to it, only the conversation itself is held here.

    :param final_dot_timeout: seconds to wait for the reply to the final dot
    """

    def __init__(self, connection, final_dot_timeout=None):
        self._connection = connection
        self._final_dot_timeout = final_dot_timeout
        self.outcome = None
        #: the last message as it was given here, for who keeps a proof of it
        self.message = b""
        #: messages that were talked through in this session
        self.count = 0

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def send_message(self, message, from_addr, to_addrs):
        """Send as ``smtplib`` does (same rules for encoding), with the conversation below."""
        return smtplib.SMTP.send_message(self, message, from_addr, to_addrs)

    def sendmail(self, from_addr, to_addrs, msg, mail_options=(), rcpt_options=()):
        """Talk one message through; keep and return its outcome, raise :class:`Ended` unless 250."""
        self.outcome, self.message = None, msg
        if isinstance(to_addrs, str):
            to_addrs = [to_addrs]
        self.count += 1
        self.outcome = self._converse(from_addr, to_addrs, msg, mail_options, rcpt_options)
        if self.outcome.state != states.SENT:
            raise Ended(self.outcome)
        return {}

    def _converse(self, from_addr, to_addrs, msg, mail_options, rcpt_options):
        connection = self._connection
        try:
            code, reply = connection.mail(from_addr, self._mail_options(msg, mail_options))
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            # Lost before MAIL FROM was answered: an idle session that the server closed.
            return Outcome(states.DEFERRED, describe(error), costs_try=False, connection_lost=True)
        if not _accepts(code):
            # 421 here: the server closes an idle session, or is about to stop
            return self._refused(code, reply, costs_try=code not in _CLOSING)
        try:
            for address in to_addrs:
                code, reply = connection.rcpt(address, rcpt_options)
                if not _accepts(code):
                    return self._refused(code, reply)
            code, reply = connection.docmd("DATA")
            if code != 354:
                return self._refused(code, reply)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            return Outcome(states.DEFERRED, describe(error), connection_lost=True)
        return self._transmit(msg)

    def _transmit(self, msg):
        """Send the text up to the final dot and wait for the one reply that counts."""
        connection = self._connection
        dot_sent = False
        try:
            # The dot goes in a packet of its own; without this it would wait for the receipt of the
            # text, which receivers delay (RFC 896, RFC 1122 §4.2.3.2): 40 ms for every mail.
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            text = smtplib._quote_periods(smtplib._fix_eols(msg).encode("ascii")
                                          if isinstance(msg, str) else msg)
            connection.send(text if text.endswith(b"\r\n") else text + b"\r\n")
            # From here on the server may have the whole message even if we never learn it.
            dot_sent = True
            connection.send(b".\r\n")
            usual_timeout = connection.sock.gettimeout()
            connection.sock.settimeout(self._final_dot_timeout or FINAL_DOT_TIMEOUT)
            code, reply = connection.getreply()
            connection.sock.settimeout(usual_timeout)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            state = states.UNKNOWN if dot_sent else states.DEFERRED
            return Outcome(state, describe(error), connection_lost=True)
        if _accepts(code):
            return Outcome(states.SENT, _reply(code, reply))
        if not 400 <= code <= 599:
            # neither yes nor no: not to be repeated, and the session is out of step
            return Outcome(states.UNKNOWN, _reply(code, reply), connection_lost=True)
        return self._refused(code, reply)

    def _mail_options(self, msg, mail_options):
        """As ``smtplib.SMTP.sendmail``: tell the size where the server wants it (RFC 1870)."""
        options = list(mail_options)
        if self._connection.does_esmtp and self._connection.has_extn("size"):
            options.append(f"size={len(msg)}")
        return options

    def _refused(self, code, reply, costs_try=True):
        """RFC 5321 §4.2.1: 4yz is worth another try, 5yz must not be repeated as it is."""
        lost = code in _CLOSING
        if not lost:
            self._reset()
        state = states.FAILED if 500 <= code <= 599 else states.DEFERRED
        return Outcome(state, _reply(code, reply), costs_try=costs_try, connection_lost=lost)

    def _reset(self):
        """Clear the transaction, so that the session serves the next message."""
        try:
            self._connection.rset()
        except (OSError, smtplib.SMTPException):
            self._connection.close()

    def quit(self):
        """Close politely; a failing QUIT after the 250 is no failure."""
        try:
            self._connection.quit()
        except (OSError, smtplib.SMTPException):
            self._connection.close()


def _accepts(code):
    """RFC 5321 §4.2: a client that does not expect a code acts on its first digit."""
    return 200 <= code <= 299


def _reply(code, text):
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {' '.join(text.split())}"
