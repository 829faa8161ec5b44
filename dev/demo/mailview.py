#!/usr/bin/env python3
"""A mail server that keeps every message in a folder, and a page to look at them.

It listens on this machine only and sends nothing on. Addresses that begin with
``refuse`` are refused for good (550), those that begin with ``busy`` for now (451).
The page can stop and start the mail server, to show what happens while it is down.
"""

import argparse
import email.policy
import json
import re
import secrets
import time
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
LARGEST_MESSAGE = 64 * 1024 * 1024
REFUSALS = {"refuse": "550 5.1.1 No such mailbox", "busy": "451 4.3.2 Mailbox busy, try again later"}
HIDDEN_HEADERS = ("X-Envelope", "Received", "MIME-Version", "Content-")
# Shown in the browser; all other kinds are only offered for download.
SHOWN = {
    "application/pdf": "application/pdf",
    "application/xml": "text/plain; charset=utf-8",
    "image/gif": "image/gif",
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    "text/plain": "text/plain; charset=utf-8",
    "text/xml": "text/plain; charset=utf-8",
}
# A mail's own page reaches neither ours nor any server; its links open outside of it.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
POLICY = f"sandbox {SANDBOX}; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'"
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }}
h1 {{ font-size: 1.3rem; overflow-wrap: anywhere; }}
ul {{ list-style: none; padding: 0; }} li {{ border-top: 1px solid #8884; padding: .6rem 0; overflow-wrap: anywhere; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; }}
small, dt {{ color: #777; }} dd {{ margin: 0; overflow-wrap: anywhere; }}
iframe {{ width: 100%; height: 32rem; border: 1px solid #8884; background: #fff; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
form {{ display: inline; }} button {{ font: inherit; padding: .2rem .7rem; }}
@media (max-width: 40rem) {{ dl {{ display: block; }} dd {{ margin-bottom: .3rem; }} }}
</style></head><body>{body}</body></html>"""


@dataclass
class Message:
    """One message as it came: from whom, for which addresses, and what."""

    path: Path
    sender: str
    recipients: list
    content: EmailMessage

    @property
    def key(self):
        """Return the name of the message in addresses of the page."""
        return self.path.stem

    @property
    def parts(self):
        """Return all parts that hold something themselves, in their order."""
        return [part for part in self.content.walk() if not part.is_multipart()]

    def summary(self):
        """Return what the list shows."""
        return {
            "id": self.key,
            "from": self.sender,
            "to": self.recipients,
            "subject": str(self.content["Subject"] or ""),
            "size": self.path.stat().st_size,
            "time": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.path.stat().st_mtime)),
        }


def write_message(folder, sender, recipients, content):
    """Keep a message, with its envelope in two header lines before its own."""
    envelope = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(recipients)}\r\n"
    name = f"{time.time_ns()}-{secrets.token_hex(3)}"
    part = folder / f"{name}.part"
    part.write_bytes(envelope.encode() + content)
    part.rename(folder / f"{name}.eml")


def read_message(path):
    """Return one kept message."""
    data = path.read_bytes()
    sender, recipients = (line.partition(b": ")[2].decode() for line in data.split(b"\r\n", 2)[:2])
    content = email.message_from_bytes(data, policy=email.policy.default)
    return Message(path, sender, recipients.split(", "), content)


def read_messages(folder):
    """Return all kept messages, in the order in which they came."""
    return [read_message(path) for path in sorted(Path(folder).glob("*.eml"))]


class Receiver:
    """Takes messages in, for aiosmtpd."""

    def __init__(self, folder):
        self.folder = folder

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        """Take the address, unless its beginning asks for a refusal."""
        for beginning, answer in REFUSALS.items():
            if address.lower().startswith(beginning):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        """Keep the message, then say that it was taken."""
        write_message(self.folder, envelope.mail_from or "", envelope.rcpt_tos, envelope.content)
        return "250 OK: kept"


class MailServer:
    """The mail server, which can be switched off and on again."""

    def __init__(self, folder, port):
        self.folder = folder
        self.port = port
        self.controller = None

    def switch(self):
        """Stop the mail server if it runs, else start it."""
        if self.controller:
            self.controller.stop()
            self.controller = None
        else:
            self.controller = Controller(
                Receiver(self.folder),
                hostname=HOST,
                port=self.port,
                data_size_limit=LARGEST_MESSAGE,
                enable_SMTPUTF8=True,
            )
            self.controller.start()


class Viewer(BaseHTTPRequestHandler):
    """Shows the messages of a folder."""

    folder = None
    mail_server = None

    def do_GET(self):
        """Answer a page, a part of a message, or the list as JSON."""
        path = self.path.strip("/").split("/")
        if path == [""]:
            return self._page("Mails", self._list())
        if path == ["json"]:
            summaries = [message.summary() for message in read_messages(self.folder)]
            return self._answer("application/json", json.dumps(summaries, indent=1).encode())
        message = self._message(path[0])
        if message and len(path) == 1:
            return self._page(str(message.content["Subject"] or "(no subject)"), message_page(message))
        if message and path[1:] == ["raw"]:
            return self._answer("message/rfc822", message.path.read_bytes(), f"{message.key}.eml")
        if message and len(path) == 3 and path[2].isdigit() and int(path[2]) < len(message.parts):
            return self._part(message, message.parts[int(path[2])], path[1] == "download")
        return self.send_error(404)

    def do_POST(self):
        """Delete all messages, or switch the mail server."""
        if self.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return self.send_error(403)
        if self.path == "/delete":
            for path in self.folder.glob("*.eml"):
                path.unlink(missing_ok=True)
        elif self.path == "/switch":
            self.mail_server.switch()
        else:
            return self.send_error(404)
        self.send_response(303)
        self.send_header("Location", "/")
        return self.end_headers()

    def _message(self, key):
        path = self.folder / f"{key}.eml"
        return read_message(path) if re.fullmatch(r"\d+-[0-9a-f]+", key) and path.exists() else None

    def _list(self):
        runs = bool(self.mail_server.controller)
        lines = [
            f"<p>Mail server on port {self.mail_server.port}: <b>{'on' if runs else 'off'}</b> ",
            f'<form method="post" action="/switch"><button>{"Stop" if runs else "Start"}</button></form> ',
            '<form method="post" action="/delete"><button>Delete all mails</button></form></p><ul>',
        ]
        for message in reversed(read_messages(self.folder)):
            shown = {name: escape(str(value)) for name, value in message.summary().items()}
            lines.append(
                f'<li><a href="/{message.key}">{shown["subject"] or "(no subject)"}</a><br>'
                f"{shown['from']} → {escape(', '.join(message.recipients))}<br>"
                f"<small>{shown['time']} · {message.path.stat().st_size / 1024:.0f} kB</small></li>"
            )
        return "".join(lines) + "</ul>"

    def _part(self, message, part, download):
        kind = part.get_content_type()
        if kind == "text/html" and not download:
            return self._answer("text/html; charset=utf-8", page_of_part(message, part), policy=POLICY)
        data = part.get_payload(decode=True) or b""
        if kind not in SHOWN or download:
            return self._answer("application/octet-stream", data, part.get_filename() or "part")
        return self._answer(SHOWN[kind], data)

    def _page(self, title, body):
        page = PAGE.format(title=escape(title), body=f"<h1>{escape(title)}</h1>{body}")
        self._answer("text/html; charset=utf-8", page.encode())

    def _answer(self, kind, data, filename=None, policy=None):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if filename:
            self.send_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(filename)}")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments):
        """Stay silent: the requests for pages interest nobody."""


def text_of(part):
    """Return the text of a part, readable also where its character set is unknown or wrong."""
    data = part.get_payload(decode=True)
    try:
        return data.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def page_of_part(message, part):
    """Return the HTML of a mail, with the images that it carries linked to their addresses here."""
    html = text_of(part)
    for number, image in enumerate(message.parts):
        if image["Content-ID"]:
            html = html.replace(f"cid:{image['Content-ID'].strip('<> ')}", f"/{message.key}/part/{number}")
    return f'<base target="_blank">{html}'.encode()


def message_page(message):
    """Return the page of one message: headers, attachments, text."""
    headers = {"Envelope from": message.sender, "Envelope to": ", ".join(message.recipients)}
    headers |= {name: str(value) for name, value in message.content.items() if not name.startswith(HIDDEN_HEADERS)}
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in headers.items())
    lines = [f'<p><a href="/">All mails</a> · <a href="/{message.key}/raw">Download</a></p><dl>{rows}</dl>']
    numbered = sorted(enumerate(message.parts), key=lambda pair: pair[1].get_filename() is None)
    lines += [part_of_page(message.key, number, part) for number, part in numbered]
    return "".join(lines)


def part_of_page(key, number, part):
    """Return how the page of a message shows one of its parts."""
    address = f"/{key}/part/{number}"
    kind = part.get_content_type()
    name = part.get_filename()
    if name is None and kind == "text/html":
        return f'<iframe sandbox="{SANDBOX}" src="{address}" title="HTML"></iframe>'
    if name is None and kind == "text/plain":
        return f"<details><summary>Plain text</summary><pre>{escape(text_of(part))}</pre></details>"
    size = len(part.get_payload(decode=True) or b"") / 1024
    label = f"{escape(name or kind)} ({size:.0f} kB)"
    shown = f'<a href="{address}" target="_blank">{label}</a> · ' if kind in SHOWN else f"{label} · "
    return f'<p>Attachment: {shown}<a href="/{key}/download/{number}">download</a></p>'


def main():
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smtp-port", type=int, default=8025)
    parser.add_argument("--http-port", type=int, default=8026)
    parser.add_argument("--folder", type=Path, default=Path("mails"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    Viewer.folder = options.folder
    Viewer.mail_server = MailServer(options.folder, options.smtp_port)
    Viewer.mail_server.switch()
    server = ThreadingHTTPServer((HOST, options.http_port), Viewer)
    print(f"mails for port {options.smtp_port} are shown on http://{HOST}:{options.http_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
