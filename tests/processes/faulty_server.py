"""A mail server that stands still, hangs up, refuses or talks nonsense at a stage of the conversation."""

import asyncio
import functools
import itertools
import threading
from collections import Counter
from email import message_from_bytes

from aiosmtpd.smtp import SMTP, AuthResult
from smtp_server import Handler, SmtpServer

#: Where it can misbehave: ``rcpt <address>`` too
STAGES = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "dot", "rset", "quit")


# ----------------------------------------------------------------------
# Forms: what is said instead of a reply. Bytes, and seconds in between
# ----------------------------------------------------------------------

def instead(text):
    """Something else than it should."""
    return lambda _reply: [text.encode() + b"\r\n"]


def twice(reply):
    """A server that is one answer ahead from then on; in one packet, so that both are there at once."""
    return [reply + reply]


def with_nul(reply):
    """What PostgreSQL does not take as text."""
    return [reply[:4], b"\0o\0", reply[4:]]


def in_bytes(reply):
    """Each in a packet of its own."""
    return itertools.chain.from_iterable((bytes([byte]), 0.001) for byte in reply)


def many_lines(reply):
    """As RFC 5321 §4.2.1 allows it."""
    return [b"".join(b"%s-line %d\r\n" % (reply[:3], number) for number in range(200)), reply]


def without_end(reply):
    """Lines that announce one more, for ever."""
    return itertools.repeat(b"%s-%s\r\n" % (reply[:3], b"x" * 500))


def hang_up_after(reply):
    """It says it, and is gone."""
    return [reply, None]


def no_text(_reply):
    """Bytes that are no words in any language."""
    return [b"\xff\xfe\x00\x1b[2J\r\n"]


class FaultySMTP(SMTP):
    """Knows at which stage of the conversation it is, and says there what the handler wants it to say."""

    stage = "connect"

    async def push(self, status):
        form = self.event_handler.forms.get(self.stage)
        if not form:
            await super().push(status)
            return
        self.event_handler.reached.set()
        reply = (status.encode() if isinstance(status, str) else status) + b"\r\n"
        for part in form(reply):
            if part is None:
                await self._writer.drain()
                self.transport.abort()
            elif isinstance(part, bytes):
                self._writer.write(part)
                await self._writer.drain()
            else:
                await asyncio.sleep(part)


def _at(stage, method):
    """The method of a command, which notes the stage first."""
    @functools.wraps(method)
    async def command(self, arg):
        self.stage = stage
        await self.event_handler.fault(stage, self)
        await method(self, arg)
    return command


async def _data(self, arg):
    """Take the text only where it was asked for: what refuses it goes on with commands."""
    form = self.event_handler.forms.get("data")
    if form and not b"".join(part for part in form(b"354 go on") if isinstance(part, bytes)).startswith(b"354"):
        await self.push("")
    else:
        await SMTP.smtp_DATA(self, arg)


for _verb in ("EHLO", "AUTH", "MAIL", "RCPT", "RSET", "QUIT"):
    setattr(FaultySMTP, f"smtp_{_verb}", _at(_verb.lower(), getattr(SMTP, f"smtp_{_verb}")))
FaultySMTP.smtp_DATA = _at("data", functools.wraps(SMTP.smtp_DATA)(_data))


class FaultyHandler(Handler):
    """Keeps what it took, and misbehaves at a stage (:data:`STAGES`).

    At ``dot`` it has the whole message, and keeps it unless it refuses it: the client just does not learn of it.
    """

    def clear(self):
        super().clear()
        #: stage → what happens there: "hang up", seconds to wait, or an event to wait for
        self.faults = {}
        #: set when a fault's stage is reached
        self.reached = threading.Event()
        #: (Message-ID, address) → copies
        self.copies = Counter()
        #: port of the client → messages that came in its session
        self.sessions = Counter()
        self.logins = 0
        #: "mail", "rcpt", "data" → what the server says there to everything, and how often it was asked
        self.refusals = {}
        self.asked = Counter()
        #: stage → the form in which it is said, see above
        self.forms = {}
        #: a sender, and what the server says to it (at ``mail``)
        self.senders = {}

    def mend(self):
        """Behave from now on, and forget nothing that came."""
        self.faults, self.refusals, self.forms, self.senders, self.rcpt_replies = {}, {}, {}, {}, {}

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if refusal := self._refusal("mail") or self.senders.get(address):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        await self.fault(f"rcpt {address}", server)
        if refusal := self._refusal("rcpt"):
            return refusal
        return await super().handle_RCPT(server, session, envelope, address, rcpt_options)

    async def handle_DATA(self, server, session, envelope):
        server.stage = "dot"
        if refusal := self._refusal("data"):
            return refusal
        reply = await super().handle_DATA(server, session, envelope)
        if reply.startswith("250"):
            message_id = message_from_bytes(envelope.content)["Message-Id"]
            self.copies.update((message_id, address) for address in envelope.rcpt_tos)
            self.sessions[session.peer[1]] += 1
        await self.fault("dot", server)
        return reply

    async def handle_QUIT(self, server, session, envelope):
        return "221 Bye"

    def _refusal(self, stage):
        self.asked[stage] += 1
        return self.refusals.get(stage)

    async def fault(self, stage, server):
        """Do what is to happen at this stage."""
        fault = self.faults.get(stage)
        if not fault:
            return
        self.reached.set()
        if fault == "hang up":
            server.transport.abort()
            await asyncio.sleep(60)  # ends with the connection
        elif isinstance(fault, threading.Event):
            while not fault.is_set():
                await asyncio.sleep(0.01)
        else:
            await asyncio.sleep(fault)

    def authenticate(self, server, session, envelope, mechanism, login):
        """Take the password "right", say 535 to all others."""
        self.logins += 1
        return AuthResult(success=login.password == b"right", handled=False)


class FaultyServer(SmtpServer):
    """Such a server on loopback."""

    def make(self, **options):
        """What serves one connection."""
        return FaultySMTP(self.handler, **options)


def faulty_server():
    """Return a server with such a handler."""
    handler = FaultyHandler()
    return FaultyServer(handler, authenticator=handler.authenticate, auth_require_tls=False)
