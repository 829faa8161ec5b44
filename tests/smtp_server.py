"""A real SMTP server on loopback that misbehaves when it is told to."""

import socket
from unittest import SkipTest


class Handler:
    """Keeps what it accepted; answers addresses and messages as a test asks."""

    def __init__(self):
        self.clear()

    def clear(self):
        """Forget messages and special answers."""
        self.messages = []
        self.rcpt_replies = {}
        self.data_replies = []

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        reply = self.rcpt_replies.get(address.lower(), "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        reply = self.data_replies.pop(0) if self.data_replies else "250 accepted"
        if reply.startswith("250"):
            self.messages.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return reply


class SmtpServer:
    """Start and stop the server, on the same port each time.

    :param handler: what answers; a friendly :class:`Handler` if none is given
    :param options: more for ``aiosmtpd.smtp.SMTP``
    """

    def __init__(self, handler=None, **options):
        self.handler = handler or Handler()
        self.port = 0
        self._options = options
        self._controller = None

    def start(self):
        """Listen on a free port; again on the same one after :meth:`stop`.

        :raise SkipTest: the library is missing, as where the addon is installed without its development packages
        """
        if self._controller:
            return
        try:
            from aiosmtpd.controller import Controller
        except ImportError:
            raise SkipTest("aiosmtpd is not installed") from None
        self._controller = Controller(
            self.handler, hostname="127.0.0.1", port=self.port or _free_port(), server_hostname="localhost",
            **self._options,
        )
        if hasattr(self, "make"):  # a server of a kind of its own
            self._controller.factory = lambda: self.make(**self._controller.SMTP_kwargs)
        self._controller.start()
        self.port = self._controller.port

    def stop(self):
        """Refuse connections from now on."""
        if self._controller:
            self._controller.stop()
            self._controller = None


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
