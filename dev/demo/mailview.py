#!/usr/bin/env python3
"""A mail server that keeps every message in a folder, and a page to look at them.

It listens on this machine only and sends nothing on. Addresses that begin with
``refuse`` are refused for good (550), those that begin with ``busy`` for now (451).
The page can stop and start the mail server, to show what happens while it is down.
"""

import argparse
import email.policy
import io
import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from jinja2 import Environment
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.serving import run_simple
from werkzeug.utils import redirect, send_file
from werkzeug.wrappers import Request, Response

HOST = "127.0.0.1"
LARGEST_MESSAGE = 64 * 1024 * 1024
REFUSALS = {"refuse": "550 5.1.1 No such mailbox", "busy": "451 4.3.2 Mailbox busy, try again later"}
HIDDEN_HEADERS = ("X-Envelope", "Received", "MIME-Version", "Content-")
# Shown in the browser, XML as text; all other kinds are only offered for download.
SHOWN = {kind: kind for kind in ("application/pdf", "image/gif", "image/jpeg", "image/png", "text/plain")}
SHOWN |= dict.fromkeys(("application/xml", "text/xml"), "text/plain")
# A mail's own page reaches neither ours nor any server; its links open outside of it.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
POLICY = f"sandbox {SANDBOX}; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'"
PAGE = Environment(autoescape=True, trim_blocks=True).from_string("""\
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root { color-scheme: light dark; }
body { font: 16px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
ul { list-style: none; padding: 0; } li { border-top: 1px solid #8884; padding: .6rem 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; }
small, dt { color: #777; } dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 32rem; border: 1px solid #8884; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
form { display: inline; } button { font: inherit; padding: .2rem .7rem; }
@media (max-width: 40rem) { dl { display: block; } dd { margin-bottom: .3rem; } }
</style></head><body><h1>{{ title }}</h1>
{% if message %}
<p><a href="/">All mails</a> · <a href="/{{ message.key }}/raw">Download</a></p>
<dl>{% for name, value in message.headers() %}<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
{% for number, part in message.numbered_parts() %}
{% set kind, name = part.get_content_type(), part.get_filename() %}
{% if not name and kind == "text/html" %}
<iframe sandbox="{{ sandbox }}" src="/{{ message.key }}/part/{{ number }}" title="HTML"></iframe>
{% elif not name and kind == "text/plain" %}
<details><summary>Plain text</summary><pre>{{ text_of(part) }}</pre></details>
{% else %}
<p>Attachment: {% if kind in shown %}<a href="/{{ message.key }}/part/{{ number }}" target="_blank">{% endif %}
{{ name or kind }} ({{ "%.0f" | format(part.get_payload(decode=True) | default("", true) | length / 1024) }} kB)\
{% if kind in shown %}</a>{% endif %} · <a href="/{{ message.key }}/download/{{ number }}">download</a></p>
{% endif %}
{% endfor %}
{% else %}
<p>Mail server on port {{ server.port }}: <b>{{ "on" if server.controller else "off" }}</b>
<form method="post" action="/switch"><button>{{ "Stop" if server.controller else "Start" }}</button></form>
<form method="post" action="/delete"><button>Delete all mails</button></form></p><ul>
{% for message in messages %}
<li><a href="/{{ message.key }}">{{ message.subject }}</a><br>
{{ message.sender }} → {{ message.recipients | join(", ") }}<br><small>{{ message.came() }}</small></li>
{% endfor %}
</ul>
{% endif %}
</body></html>""")


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
    def subject(self):
        """Return the subject as people read it."""
        return str(self.content["Subject"] or "(no subject)")

    @property
    def parts(self):
        """Return all parts that hold something themselves, in their order."""
        return [part for part in self.content.walk() if not part.is_multipart()]

    def numbered_parts(self):
        """Return the parts with their places, files first."""
        return sorted(enumerate(self.parts), key=lambda pair: pair[1].get_filename() is None)

    def headers(self):
        """Return what the page of the message shows above it."""
        shown = [(name, value) for name, value in self.content.items() if not name.startswith(HIDDEN_HEADERS)]
        return [("Envelope from", self.sender), ("Envelope to", ", ".join(self.recipients)), *shown]

    def came(self):
        """Return when the message came, and its size."""
        known = self.path.stat()
        return f"{datetime.fromtimestamp(known.st_mtime):%Y-%m-%d %H:%M:%S} · {known.st_size / 1024:.0f} kB"


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


def text_of(part):
    """Return the text of a part, readable also where its character set is unknown or wrong."""
    data = part.get_payload(decode=True)
    try:
        return data.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


class MailServer:
    """Takes messages in, for aiosmtpd, and can be switched off and on again."""

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
                self, hostname=HOST, port=self.port, data_size_limit=LARGEST_MESSAGE, enable_SMTPUTF8=True)
            self.controller.start()

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


class Viewer:
    """Shows the messages of a folder."""

    def __init__(self, server):
        self.server = server

    @Request.application
    def __call__(self, request):
        """Answer a page or a part of a message; delete all messages, or switch the mail server."""
        name, what, number = [*request.path.strip("/").split("/"), "", ""][:3]
        try:
            answer = self._post(request, name) if request.method == "POST" else self._get(request, name, what, number)
        except (ValueError, IndexError, FileNotFoundError) as wrong:
            raise NotFound from wrong
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    def _post(self, request, name):
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise Forbidden
        if name == "switch":
            self.server.switch()
        elif name == "delete":
            for path in self.server.folder.glob("*.eml"):
                path.unlink(missing_ok=True)
        else:
            raise NotFound
        return redirect("/", 303)

    def _get(self, request, key, what, number):
        if not key:
            return self._page("Mails", messages=reversed(read_messages(self.server.folder)))
        if not key.replace("-", "").isalnum():
            raise NotFound
        message = read_message(self.server.folder / f"{key}.eml")
        if not what:
            return self._page(message.subject, message=message)
        if what == "raw":
            return send_file(message.path, request.environ, "message/rfc822", True, message.path.name)
        part = message.parts[int(number)]
        kind, data = part.get_content_type(), part.get_payload(decode=True) or b""
        if what == "part" and kind == "text/html":
            return Response(page_of_part(message, part), mimetype=kind, headers={"Content-Security-Policy": POLICY})
        if what == "part" and kind in SHOWN:
            return Response(data, mimetype=SHOWN[kind])
        name = part.get_filename() or "part"
        return send_file(io.BytesIO(data), request.environ, "application/octet-stream", True, name)

    def _page(self, title, **values):
        return Response(mimetype="text/html", response=PAGE.render(
            title=title, server=self.server, sandbox=SANDBOX, shown=SHOWN, text_of=text_of, **values))


def page_of_part(message, part):
    """Return the HTML of a mail, with the images that it carries linked to their addresses here."""
    html = text_of(part)
    for number, image in enumerate(message.parts):
        if image["Content-ID"]:
            html = html.replace(f"cid:{image['Content-ID'].strip('<> ')}", f"/{message.key}/part/{number}")
    return f'<base target="_blank">{html}'


def main():
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smtp-port", type=int, default=8025)
    parser.add_argument("--http-port", type=int, default=8026)
    parser.add_argument("--folder", type=Path, default=Path("mails"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # the requests for pages interest nobody
    server = MailServer(options.folder, options.smtp_port)
    server.switch()
    run_simple(HOST, options.http_port, Viewer(server), threaded=True)


if __name__ == "__main__":
    main()
