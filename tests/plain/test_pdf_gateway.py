"""What pages load: the server's own things, strange ones within seconds or not at all, and no cookie to strangers."""

import http.client
import socket
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from tools.pdf import gateway as pdf_gateway
from tools.pdf.gateway import BLANK, Gateway

#: As Odoo sends static files
FRESH = {
    "Cache-Control": "public, max-age=604800", "ETag": '"1"', "Last-Modified": "Mon, 02 Mar 2026 08:00:00 GMT",
}


class Pictures(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Cookie")))
        self.send_response(302 if "moved" in self.path else 200)
        self.send_header("Content-Type", "text/html" if "html" in self.path else "image/png")
        if "moved" in self.path:
            self.send_header("Location", self.server.elsewhere)
        if "/fonts/" in self.path:
            for name, value in FRESH.items():
                self.send_header(name, value)
        self.send_header("Content-Length", "7")
        self.end_headers()
        for byte in b"picture":
            self.wfile.write(bytes([byte]))
            if "drip" in self.path:
                time.sleep(0.5)

    def log_message(self, *_arguments):
        """Nobody reads it."""


class TestGateway(unittest.TestCase):
    def setUp(self):
        self.server = self.serve()
        self.silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.silent.close)
        for name, seconds in (("FOREIGN_SECONDS", 1), ("OWN_SECONDS", 5)):
            patcher = patch.object(pdf_gateway, name, seconds)
            patcher.start()
            self.addCleanup(patcher.stop)

    def serve(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
        server.asked, server.url = [], f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    @property
    def silent_url(self):
        return f"http://127.0.0.1:{self.silent.getsockname()[1]}/logo.png"

    def get(self, gateway, url):
        """Status, body and seconds of what a page gets."""
        begun = time.monotonic()
        line = http.client.HTTPConnection(gateway.url.removeprefix("http://"), timeout=20)
        line.request("GET", url, headers={"Cookie": "session_id=secret"})
        answer = line.getresponse()
        body = answer.read()
        line.close()
        return answer.status, body, time.monotonic() - begun

    def test_own_bundles_are_fetched_once(self):
        with Gateway([self.server.url]) as gateway:
            for path in ("/web/assets/1/a.css", "/web/assets/1/a.css", "/web/image/1", "/web/image/1"):
                self.assertEqual(self.get(gateway, self.server.url + path)[:2], (200, b"picture"))
        self.assertEqual([path for path, _cookie in self.server.asked],
                         ["/web/assets/1/a.css", "/web/image/1", "/web/image/1"])
        self.assertEqual({cookie for _path, cookie in self.server.asked}, {"session_id=secret"})

    def test_how_long_it_is_fresh_is_told(self):
        """Else header and footer ask for the fonts of the page anew, and are drawn without a word before they come."""
        with Gateway([self.server.url]) as gateway:
            line = http.client.HTTPConnection(gateway.url.removeprefix("http://"), timeout=20)
            self.addCleanup(line.close)
            line.request("GET", self.server.url + "/web/static/fonts/lato/Lato-Reg-webfont.woff")
            answer = line.getresponse()
        self.assertLessEqual(FRESH.items(), dict(answer.headers).items())
        self.assertIn("Date", answer.headers)

    def test_nothing_from_outside(self):
        """Another port of the same host is outside, too."""
        with Gateway([self.server.url]) as gateway:
            stranger = self.serve()
            for url in (stranger.url, self.silent_url, "http://127.0.0.1:bad/", "ftp://127.0.0.1/a"):
                status, body, seconds = self.get(gateway, url)
                self.assertEqual((status, body), (200, BLANK[2]))
                self.assertLess(seconds, 0.8)
        self.assertEqual(stranger.asked, [])

    def test_strangers_get_no_cookie_and_little_time(self):
        with Gateway(foreign=True) as gateway:
            self.assertEqual(self.get(gateway, f"{self.server.url}/logo.png")[1], b"picture")
            self.assertEqual(self.get(gateway, f"{self.server.url}/html")[1], BLANK[2])
            self.assertEqual({cookie for _path, cookie in self.server.asked}, {None})
            for url, limit in (
                (self.silent_url, 3), (f"{self.silent_url}?again", 0.8), (f"{self.server.url}/drip", 3),
                ("http://nowhere.invalid/", 3),
            ):
                with self.subTest(url=url):
                    _status, body, seconds = self.get(gateway, url)
                    self.assertEqual(body, BLANK[2])
                    self.assertLess(seconds, limit)

    def test_moved_elsewhere(self):
        """A page follows by itself, and comes here again."""
        self.server.elsewhere = self.silent_url
        with Gateway([self.server.url]) as gateway:
            self.assertEqual(self.get(gateway, f"{self.server.url}/moved")[0], 302)
            self.assertEqual(self.get(gateway, self.silent_url)[1], BLANK[2])

    def test_line_to_a_silent_server(self):
        """https: the line is cut, and the next one refused."""
        with Gateway(foreign=True) as gateway:
            for limit in (3, 0.8):
                begun = time.monotonic()
                with socket.create_connection(("127.0.0.1", int(gateway.url.rpartition(":")[2])), timeout=20) as line:
                    line.sendall(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\nhello" % self.silent.getsockname()[1])
                    while line.recv(4096):
                        pass
                self.assertLess(time.monotonic() - begun, limit)
