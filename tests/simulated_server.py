"""A mail server in memory, without network and time: says what chance has it say, and knows what it really took.

Behind a real ``smtplib.SMTP``: the conversation is that of production, only its socket is none.
"""

import smtplib
from collections import Counter

#: Instead of a reply: the connection is gone; nothing comes until the time is over
DROP, SILENCE = b"drop", b"silence"
#: Whom a reply speaks of: our account (or sender), or this mail, for now or for good; nothing that can be understood
OURS, LATER, NEVER, ODD = "ours", "later", "never", "odd"
#: Before the session is there: what is raised, and the seconds that it takes
CONNECT = (
    (lambda: ConnectionRefusedError("refused"), 0),
    (lambda: TimeoutError("timed out"), 60),
    (lambda: smtplib.SMTPConnectError(421, b"4.3.2 too busy"), 1),
    (lambda: smtplib.SMTPAuthenticationError(535, b"5.7.8 password not accepted"), 1),
    (lambda: smtplib.SMTPServerDisconnected("closed"), 1),
)
#: What of a session may come instead of yes, by what was asked: reply and whom it speaks of
FAULTS = {
    "mail": (
        (b"421 4.3.2 closing", OURS), (b"451 4.3.0 try later", OURS), (b"530 5.7.0 Authentication required", OURS),
        (b"550 5.7.60 Client does not have permissions to send as this sender", OURS),
        (b"552 5.3.4 message too big", NEVER), (DROP, OURS), (SILENCE, OURS),
        (b"250 2.1.0 ok\r\n250 2.1.0 ok", ODD),
    ),
    "rcpt": (
        (b"550 5.1.1 no such user", NEVER), (b"450 4.2.0 greylisted", LATER), (b"452 4.2.2 mailbox full", LATER),
        (b"550 5.4.5 Daily user sending quota exceeded", OURS), (DROP, LATER), (SILENCE, LATER),
        (b"550 5.1.1 no such user", NEVER),
    ),
    "data": ((b"451 4.3.0 not now", LATER), (b"554 5.7.1 no", NEVER), (b"250 ok", ODD), (DROP, LATER)),
    "rset": ((b"421 4.3.2 closing", OURS), (DROP, OURS)),
    "idle": ((b"421 4.4.2 idle too long", OURS), (DROP, OURS)),
}
#: … and to the final dot: whether the mail was taken, reply, and whom it speaks of
DOT = (
    (False, b"451 4.3.0 queue full", LATER), (False, b"550 5.7.1 content refused", NEVER), (False, DROP, ODD),
    (True, DROP, ODD), (True, SILENCE, ODD), (False, SILENCE, ODD), (True, b"999 what", ODD), (False, b"354 on", ODD),
    *((True, b"250 2.0.0 queued\r\n250 2.0.0 queued", None),) * 4, (True, b"250 2.0.0 \x00queued", None),
)


class Server:
    """One account's server, and what it knows of each address.

    :param random.Random chance: says what happens
    :param clock: with ``sleep(seconds)``
    :param tick: called whenever something else may happen, with what is done to the socket
    :param float share: of all answers that are no plain yes
    """

    def __init__(self, chance, clock, tick, share, is_reliable=False):
        self.chance, self.clock, self.tick, self.share = chance, clock, tick, share
        #: no fault of it, or of the way to it: it only refuses this or that mail
        self.is_reliable = is_reliable
        self.is_down = False
        #: the addresses that the next mail is for, where a socket does not know them
        self.about = None
        #: called with what is said, for those who read how it came
        self.note = lambda *args: None
        #: called with the address when a mail is addressed, and with address and text when its text is there
        self.on_rcpt = self.on_text = lambda *args: None
        #: How often each address's mail was taken; tries that were about this mail; whose taking was confirmed;
        #: who was refused for good; of whom nobody can know
        self.taken, self.judged = Counter(), Counter()
        self.confirmed, self.refused, self.unclear = set(), set(), set()

    def connect(self):
        """Return an open ``smtplib.SMTP``, or raise what keeps from it."""
        self.tick("connect")
        if self.is_down or not self.is_reliable and self.chance.random() < self.share / 2:
            error, seconds = self.chance.choice(CONNECT[:2] if self.is_down else CONNECT)
            self.clock.sleep(seconds)
            raise error()
        connection = smtplib.SMTP(local_hostname="localhost", timeout=1)
        connection.sock = Socket(self)
        connection.file = None
        connection.does_esmtp, connection.esmtp_features, connection.ehlo_resp = True, {"size": "1000000"}, b"ok"
        return connection

    def choose(self, phase, friendly):
        """Return what is said, and whom it speaks of."""
        if self.chance.random() >= self.share:
            return friendly, None
        reply, whose = self.chance.choice(FAULTS[phase])
        if self.is_reliable and (whose in (OURS, ODD) or reply in (DROP, SILENCE)):
            return friendly, None
        return reply, whose

    def choose_dot(self):
        if self.chance.random() >= self.share:
            return True, b"250 2.0.0 queued", None
        taken, reply, whose = self.chance.choice(DOT)
        if self.is_reliable and whose == ODD:
            return True, b"250 2.0.0 queued", None
        return taken, reply, whose


class Socket:
    """As much of a socket as ``smtplib`` and the worker's session need, with the server behind it."""

    def __init__(self, server):
        self._server = server
        self._heard = self._said = b""
        self._timeout, self._is_gone, self._is_silent, self._is_out_of_step = 60, False, False, False
        #: whom a mail is for: ``None`` where none is begun; and its text
        self._to = self._text = None
        self._mails = 0
        #: the addresses of the mail that goes; whether the worker at the other end was killed
        self.about, self.is_dead = None, False

    def gettimeout(self):
        return self._timeout

    def settimeout(self, seconds):
        self._timeout = seconds

    def setsockopt(self, *args):
        pass

    def close(self):
        self._is_gone = True

    def sendall(self, data):
        self._server.tick("send")
        if self._is_gone or self.is_dead:
            raise BrokenPipeError("gone")
        self._heard += data
        while not self._is_gone and b"\r\n" in self._heard:
            if self._text is not None:
                if not self._heard.endswith(b"\r\n.\r\n"):
                    return
                self._text, self._heard = self._heard, b""
                self._dot()
            else:
                line, self._heard = self._heard.split(b"\r\n", 1)
                getattr(self, "_" + line[:4].strip().decode().lower())(line)

    def recv(self, size):
        if self.is_dead:
            raise ConnectionResetError("gone")
        if self._timeout:
            self._server.tick("recv")
            if self.is_dead:
                raise ConnectionResetError("gone")
        if not self._said and self._timeout == 0:
            self._idle()
        if self._said:
            said, self._said = self._said[:size], self._said[size:]
            return said
        if self._is_gone:
            return b""
        if self._timeout == 0:
            raise BlockingIOError
        self._server.clock.sleep(self._timeout)
        raise TimeoutError("timed out")

    def _answer(self, reply):
        self._server.note("server: %s", reply)
        if reply == DROP:
            self._is_gone = True
        elif reply == SILENCE:
            self._is_silent = True
        elif not self._is_silent:
            self._said += reply + b"\r\n"
            if reply.startswith(b"421"):
                self._is_gone = True

    def _idle(self):
        """Before a mail that is not the first one the server may be tired of the session."""
        if self._mails and self._to is None and not self._is_gone:
            reply, _whose = self._server.choose("idle", b"")
            if reply:
                self._answer(reply)

    # commands

    def _mail(self, _line):
        self._mails += 1
        self._to = []
        reply, whose = self._server.choose("mail", b"250 2.1.0 ok")
        if whose == NEVER:
            for address in self.about or self._server.about:
                self._judge(address, whose)
        self._is_out_of_step = whose == ODD
        self._answer(reply)

    def _rcpt(self, line):
        server = self._server
        address = line.split(b"<")[1].split(b">")[0].decode()
        server.on_rcpt(address)
        reply, whose = self._choose("rcpt", b"250 2.1.5 ok")
        self._judge(address, whose)
        if whose is None:
            self._to.append(address)
        self._answer(reply)

    def _choose(self, phase, friendly):
        """As the server, which says no more in a session where each answer is taken for that of another question."""
        return (friendly, None) if self._is_out_of_step else self._server.choose(phase, friendly)

    def _judge(self, address, whose):
        if whose != OURS:
            self._server.judged[address] += 1
        if whose == NEVER:
            self._server.refused.add(address)

    def _data(self, _line):
        reply, whose = self._choose("data", b"354 go on")
        if whose == NEVER:
            self._server.refused.update(self._to)
        elif whose is None:
            self._text = b""
        self._answer(reply)

    def _dot(self):
        server, addresses, text = self._server, self._to, self._text
        self._to = self._text = None
        for address in addresses:
            server.on_text(address, text)
        taken, reply, whose = server.choose_dot()
        if taken:
            server.taken.update(addresses)
        if whose == NEVER:
            server.refused.update(addresses)
        elif whose == ODD:
            server.unclear.update(addresses)
        elif taken:
            server.confirmed.update(addresses)
        self._answer(reply)

    def _rset(self, _line):
        self._to = None
        self._answer(self._server.choose("rset", b"250 2.0.0 ok")[0])

    def _quit(self, _line):
        self._answer(b"221 bye")
        self._is_gone = True
