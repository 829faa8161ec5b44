"""A mail server that stands still or hangs up at a stage of the conversation."""

import asyncio
import threading
from collections import Counter
from email import message_from_bytes

from aiosmtpd.smtp import AuthResult
from smtp_server import Handler, SmtpServer


class FaultyHandler(Handler):
    """Keeps what it took, and misbehaves at the stages ``mail``, ``rcpt <address>``, ``dot`` or ``quit``.

    At ``dot`` it has the whole message, and keeps it: the client just does not learn of it.
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
        #: "mail", "rcpt" or "data" → what the server says there to everything, and how often it was asked
        self.refusals = {}
        self.asked = Counter()

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        await self._fault("mail", server)
        if refusal := self._refusal("mail"):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        await self._fault(f"rcpt {address}", server)
        if refusal := self._refusal("rcpt"):
            return refusal
        return await super().handle_RCPT(server, session, envelope, address, rcpt_options)

    async def handle_DATA(self, server, session, envelope):
        if refusal := self._refusal("data"):
            return refusal
        reply = await super().handle_DATA(server, session, envelope)
        if reply.startswith("250"):
            message_id = message_from_bytes(envelope.content)["Message-Id"]
            self.copies.update((message_id, address) for address in envelope.rcpt_tos)
            self.sessions[session.peer[1]] += 1
        await self._fault("dot", server)
        return reply

    async def handle_QUIT(self, server, session, envelope):
        await self._fault("quit", server)
        return "221 Bye"

    def _refusal(self, stage):
        self.asked[stage] += 1
        return self.refusals.get(stage)

    async def _fault(self, stage, server):
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


def faulty_server():
    """Return a server with such a handler."""
    handler = FaultyHandler()
    return SmtpServer(handler, authenticator=handler.authenticate, auth_require_tls=False)
