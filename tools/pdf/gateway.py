"""The one way by which wkhtmltopdf reaches the network: a proxy on loopback, which bounds what a page loads.

wkhtmltopdf knows no limit of time: a picture whose server takes the call and never answers holds a page
for ever. As a proxy this sees everything, whether HTML, a style sheet, a script or a redirection asks for it.
"""

import http.client
import logging
import select
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_logger = logging.getLogger(__name__)

#: Seconds in which the server's own style sheets and pictures must be there
OWN_SECONDS = 10
#: Seconds in which all of a strange server's answer must be there
FOREIGN_SECONDS = 4
#: A strange server's answer that is larger is left out
LARGEST = 8 * 1024 * 1024
#: What a page may load from strange servers
KINDS = ("image/", "text/css", "font/", "application/font", "application/x-font", "application/vnd.ms-fontobject")
#: Stands for what is left out: a picture without a point of colour
BLANK = (200, {"Content-Type": "image/gif"}, (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
))
#: Only these go on; a cookie only to the server itself
REQUEST_HEADERS = ("Accept", "Accept-Language", "User-Agent")
#: What says how long an answer is fresh goes on, too: header and footer of a page take its fonts from the memory of
#: wkhtmltopdf then. Fonts that are asked for anew come too late for them, and their text is not drawn
RESPONSE_HEADERS = ("Content-Type", "Location", "Date", "Age", "Cache-Control", "Expires", "Last-Modified", "ETag")
PORTS = {"http": 80, "https": 443}


def origin(url):
    """``(host, port)`` of an address, or ``None`` where it has none."""
    try:
        parts = urlsplit(url)
        return (parts.hostname.lower(), parts.port or PORTS[parts.scheme]) if parts.hostname else None
    except (KeyError, ValueError):
        return None


class Gateway:
    """Answers what pages ask for, while it is open (a context manager).

    :param own: addresses of the server itself: always allowed, its bundles are fetched once
    :param bool foreign: whether pages may load from strange servers, within :data:`FOREIGN_SECONDS` each
    """

    def __init__(self, own=(), foreign=False):
        self._own = {origin(url) for url in own} - {None}
        self._foreign = foreign
        self._known = {}
        self._dead = set()

    def __enter__(self):
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.gateway = self
        # looks often whether it is to end
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        """What to give wkhtmltopdf as ``--proxy``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def is_own(self, where):
        """Tell whether ``(host, port)`` is the server itself; another port of its host is not."""
        return where in self._own

    def limit(self, where):
        """The seconds that this place may take; none for one that may not be asked."""
        if self.is_own(where):
            return OWN_SECONDS
        return FOREIGN_SECONDS if where and self._foreign and where not in self._dead else 0

    def get(self, url, headers):
        """``(status, headers, body)`` of an address; a blank picture for what may not or cannot be had."""
        where = origin(url)
        if url in self._known:
            return self._known[url]
        seconds = self.limit(where)
        if not seconds:
            return BLANK
        own = self.is_own(where)
        names = (*REQUEST_HEADERS, "Cookie") if own else REQUEST_HEADERS
        request = _Request(url, {name: headers[name] for name in names if name in headers}, seconds)
        answer = request.run()
        if own:
            if not answer:
                return 504, {}, b""
            # a bundle's address changes with its content; what belongs to a session is asked for each time
            if answer[0] == 200 and urlsplit(url).path.startswith("/web/assets/"):
                self._known[url] = answer
            return answer
        if not answer:
            self.forget(where)
        elif answer[0] >= 400 or answer[0] == 200 and not answer[1].get("Content-Type", "").startswith(KINDS):
            answer = None
        self._known[url] = answer or BLANK
        return self._known[url]

    def connect(self, where):
        """Return a socket to a place (https), and the seconds that it may be used; raises :class:`OSError`."""
        seconds = self.limit(where)
        if not seconds:
            raise OSError("not for this page")
        reached = _within(seconds, lambda: socket.create_connection(where, timeout=seconds))
        if not reached:
            self.forget(where)
            raise OSError("not reached")
        return reached, seconds

    def forget(self, where):
        """Ask a strange server that did not answer no more: the next pictures of it cost nothing."""
        if not self.is_own(where):
            _logger.info("Left out of a page: %s:%s does not answer", *where)
            self._dead.add(where)


class _Request:
    """One question to one server, which ends in time also where a name is not found or bytes only drip."""

    def __init__(self, url, headers, seconds):
        self._url, self._headers, self._seconds = urlsplit(url), headers, seconds
        self._connection = http.client.HTTPConnection(
            self._url.hostname, self._url.port or PORTS["http"], timeout=seconds)

    def run(self):
        """``(status, headers, body)``, or ``None``."""
        answer = _within(self._seconds, self._ask)
        if not answer and (line := self._connection.sock):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # wakes the thread that still reads
        return answer

    def _ask(self):
        parts = self._url
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            self._connection.request("GET", path, headers=self._headers)
            response = self._connection.getresponse()
            body = response.read(LARGEST + 1)
            if len(body) > LARGEST:
                return None
            return response.status, {n: response.headers[n] for n in RESPONSE_HEADERS if n in response.headers}, body
        finally:
            self._connection.close()


def _within(seconds, function):
    """The result of a function, or ``None`` where it fails or is not done in time.

    In a thread, which is left behind: nothing else bounds the search for a host's name.
    """
    results = []

    def work():
        try:
            results.append(function())
        except (OSError, ValueError, http.client.HTTPException) as error:
            _logger.debug("Not loaded: %s", error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return results[0] if results else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    #: a page asks for everything at once
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """wkhtmltopdf was ended in the middle: nobody's fault."""
        _logger.debug("A page's question was broken off", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    #: Seconds that a connection may be idle
    timeout = 60

    def do_GET(self):
        """A page asks for something."""
        status, headers, body = self.server.gateway.get(self.path, self.headers)
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self):
        """A page asks for a line to a server (https): its bytes go to and fro, as long as it may take."""
        self.close_connection = True
        where = origin(f"https://{self.path}")
        try:
            line, seconds = self.server.gateway.connect(where)
        except OSError:
            self.send_error(502)
            return
        with line:
            self.send_response_only(200)
            self.end_headers()
            if not self._relay(line, time.monotonic() + seconds):
                self.server.gateway.forget(where)

    def _relay(self, line, end):
        """Return false when time was up."""
        ways = {self.connection: line, line: self.connection}
        while (left := end - time.monotonic()) > 0:
            ready, _write, _error = select.select(list(ways), [], [], left)
            for source in ready:
                data = source.recv(65536)
                if not data:
                    return True
                ways[source].sendall(data)
        return False

    def log_message(self, *_arguments):
        """Nobody reads it."""
