"""What proves that a mail went as it did: its text without the files, and the hash of the whole.

The files are kept elsewhere, once; their places in the text are marked, so that the very bytes can be put together
again. Secret links open something in the customer's name: what is kept has their places instead, with a hash of its
own.
"""

import base64
import hashlib
import quopri
import re
import zlib
from dataclasses import dataclass
from email import message_from_bytes

#: Shorter files stay in the text: the mark would hardly be shorter, and such signs may stand elsewhere
_SHORTEST = 57
#: A whole line of an encoded file, with its end
_LINE = 78
#: Marks the place of a file. No mail has this sign (RFC 5322 §3.5)
_MARK = b"\0"
_MARKED = re.compile(b"\0([0-9]+)\0")

#: What opens a document, or lets somebody in, in links that Odoo and the addon put into texts
_TOKEN = re.compile(
    rb"((?<=[?&;])(?:access_token|auth_signup_token|hash|token)=|/dispatch/show/[0-9]+/)([\w.~%-]{16,})")
_NOT_KEPT = b"not-kept"

#: What can be said of a mail that was put together again
SAME, LINKS, DIFFERENT, UNPROVEN = "same", "links", "different", "unproven"


@dataclass(frozen=True)
class Proof:
    """What is kept of one mail.

    ``message`` is compressed, and empty where a secret link could not be taken out. ``kept_sha256`` is the hash of the
    mail with places instead of its secret links; empty: it has none. ``size`` is that of the whole, in bytes.
    """

    message: bytes
    sha256: str
    kept_sha256: str
    size: int


def as_received(message):
    """Return a message, as ``smtplib`` is given it, as the server has it in the end (RFC 5321 §4.1.1.4)."""
    if isinstance(message, str):
        message = re.sub(r"\r\n|\r|\n", "\r\n", message).encode("ascii")
    return message if message.endswith(b"\r\n") else message + b"\r\n"


def keep(text, files, links=None):
    """Return the :class:`Proof` of a mail.

    :param bytes text: the mail as the server has it
    :param dict files: content of its files by number
    :param dict links: secret links that stand in it: place → path
    """
    marked = _mark(text, files)
    message = _hide(marked, links or {})
    hidden = message and message != marked
    return Proof(
        message and zlib.compress(message, 9), hashlib.sha256(text).hexdigest(),
        hashlib.sha256(put_together(message, files)).hexdigest() if hidden else "", len(text),
    )


def rebuild(proof, files):
    """Return the mail as bytes, and what can be said of it.

    :param Proof proof: what was kept
    :param dict files: content of the files by number, as they are now
    :return: ``(bytes, verdict)``; the verdict is ``SAME``: byte for byte what the server got; ``LINKS``: the same but
        for the secret links, of which only the places are kept; ``DIFFERENT``: a file is missing or no longer the
        same; ``UNPROVEN``: there is no hash of what went
    """
    text = put_together(zlib.decompress(proof.message), files)
    if not proof.sha256:
        return text, UNPROVEN
    found = hashlib.sha256(text).hexdigest()
    return text, {proof.sha256: SAME, proof.kept_sha256: LINKS}.get(found, DIFFERENT)


def marked_files(proof):
    """Return the numbers of the files of which only the place is kept."""
    return {int(number) for number in _MARKED.findall(zlib.decompress(proof.message))}


def put_together(message, files):
    """Return a message with the files in their places; one that is missing leaves its place empty."""
    return _MARKED.sub(lambda found: _encode(files.get(int(found[1])) or b""), message)


def _mark(text, files):
    """Return a mail with marks in the places of its files."""
    if _MARK in text:
        return text
    for number, content in files.items():
        if content and len(content) >= _SHORTEST:
            text = _replace(text, _encode(content), b"\0%d\0" % number)
    return text


def _replace(text, long, mark):
    """As ``bytes.replace``, which is slow with megabytes to look for."""
    parts, start, line = [], 0, long[:_LINE]
    position = text.find(line)
    while position >= 0:
        if text.startswith(long, position):
            parts += [text[start:position], mark]
            start = position + len(long)
        position = text.find(line, max(start, position + 1))
    return b"".join([*parts, text[start:]])


def _encode(content):
    """As Python's ``email`` writes a file."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _hide(message, links):
    """Return a message with places instead of secret links; empty where one cannot be taken out."""
    secrets = {path.encode(): place.encode() for place, path in links.items()}
    # what opens is the last word of the path
    words = {path.rsplit(b"/", 1)[-1] for path in secrets}
    for part in _texts(message):
        raw, encoding = part.get_payload().encode("ascii", "surrogateescape"), _encoding(part)
        text = hidden = part.get_payload(decode=True)
        for path, place in secrets.items():
            hidden = hidden.replace(path, place)
        words.update(word for _start, word in _TOKEN.findall(hidden))
        hidden = _TOKEN.sub(rb"\1" + _NOT_KEPT, hidden)
        if hidden != text:
            message = message.replace(raw, _encode_text(hidden, encoding))
    if not words:
        return message
    everything = [message, *(part.get_payload(decode=True) for part in _texts(message))]
    return b"" if any(word in text for word in words for text in everything) else message


def _texts(message):
    return [part for part in message_from_bytes(message).walk()
            if part.get_content_maintype() == "text" and isinstance(part.get_payload(), str)]


def _encoding(part):
    return str(part.get("Content-Transfer-Encoding") or "7bit").strip().lower()


def _encode_text(text, encoding):
    if encoding == "base64":
        return _encode(text)
    text = text.replace(b"\r\n", b"\n")
    if encoding == "quoted-printable":
        text = quopri.encodestring(text)
    return text.replace(b"\n", b"\r\n")
