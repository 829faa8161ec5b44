"""Headers of mails that come in, before they are parsed.

``email.policy.SMTP``, by which Odoo's gateway parses, reads structured headers in more than linear time, and anew
whenever one is asked for: a few thousand quotes or brackets keep a process busy for minutes, or end in a
``RecursionError``. No honest mail has such headers. They are written simply here, in one pass over the bytes.
"""

import itertools
import re

#: Bytes up to which a header is left as it is: of a type, of addresses, of other things
TYPE, ADDRESSES, OTHER = 200, 100, 4000
#: Bytes up to which addresses keep their names, and how many are kept of one header
NAMED, MANY = 3000, 500
#: Headers of addresses that are kept: each part of a mail may have some, a mail that is all headers has no use
HEADERS = 40
#: Parts of a mail that are read: each costs the gateway milliseconds
PARTS = 500
#: Bytes in which the names of a mail's parts are looked for
MAX_SEARCHED = 1_000_000
#: Signs to which the parser gives a meaning, for each address with its name
SIGNS = 14

_HEADER = re.compile(
    rb"^(?:(?P<type>content-[a-z-]{1,40}|mime-version|message-id|date|list-[a-z]{1,20})|"
    rb"(?P<to>(?:resent-)?(?:from|to|cc|bcc|sender)|reply-to|delivered-to|x-original-to)|"
    rb"(?P<other>subject|references|in-reply-to))[ \t]*:(?P<value>[^\n]*(?:\n[ \t][^\n]*)*)", re.I | re.M,
)
_BOUNDARY = re.compile(rb"boundary\s{0,5}=\s{0,5}[\"']?([^\s\"';]{1,70})", re.I)
_REPORT = re.compile(rb"^content-type:[^\n]{0,20}message/(?:global-)?delivery-status", re.I | re.M)
_EMPTY_LINES = re.compile(rb"\n(?:[ \t]*\r?\n){2,}")
_SIGN = re.compile(rb"[\"(;:\\\[<.,@=)\]>]")
_MIME_TYPE = re.compile(rb"\s*([\w.+-]{1,80}(?:/[\w.+-]{1,80})?)")
_PARAMETER = re.compile(rb";\s*([\w*-]{1,40})=(\"[^\"\\\r\n]{0,250}\"|[^\s;\"\\()<>\[\]]{1,250})")
_ADDRESS = re.compile(rb"[^\s<>()\[\]\\\"',;:@]{1,64}@[^\s<>()\[\]\\\"',;:@]{1,255}")
_MESSAGE_ID = re.compile(rb"<[^\s<>()\[\]\\\"',;:@]{1,250}@[^\s<>()\[\]\\\"',;@]{1,250}>")


def tame(message):
    """Return a mail whose headers are read in reasonable time; an ordinary one comes back as it is.

    :param message: ``bytes`` or ``str``, or the ``xmlrpc.client.Binary`` that holds it
    """
    message = getattr(message, "data", message)
    if isinstance(message, str):
        message = message.encode("utf-8", "surrogateescape")
    seen = iter(range(HEADERS))
    return _HEADER.sub(lambda header: _tame(header, seen), _cut(message))


def _cut(message):
    """Leave out what comes after so many parts; the blocks of a delivery report count as such."""
    if report := _REPORT.search(message):
        head, blocks = message[:report.end()], _EMPTY_LINES.sub(b"\n\n", message[report.end():])
        last = next(itertools.islice(re.finditer(rb"\n\r?\n", blocks), PARTS, None), None)
        message = head + (blocks[:last.start()] if last else blocks)
    names = {re.escape(name) for name in _BOUNDARY.findall(message[:MAX_SEARCHED])[:PARTS]}
    if not names:
        return message
    borders = re.finditer(rb"^--(?:%s)" % b"|".join(sorted(names)), message, re.M)
    last = next(itertools.islice(borders, PARTS, None), None)
    return message[:last.start()] if last else message


def _tame(header, seen):
    value, whole = header["value"], header[0]
    if header["type"] and len(value) > TYPE:
        simple = _simple_type(value) if header["type"].lower().startswith(b"content-") else value[:TYPE].split(b"\n")[0]
    elif header["to"] and len(value) > ADDRESSES and (
        len(value) > NAMED or len(_SIGN.findall(value)) > SIGNS * (1 + value.count(b"@")) or _is_odd(value)
    ):
        simple = b",\n ".join(_ADDRESS.findall(value)[:MANY if next(seen, None) is not None else 0])
    elif header["other"] and len(value) > OTHER:
        simple = b"\n ".join(_MESSAGE_ID.findall(value)[-MANY:]) or value[:OTHER].split(b"\n")[0]
    else:
        return whole
    return whole[:len(whole) - len(value)] + b" " + simple.strip() + (b"\r" if value.endswith(b"\r") else b"")


def _is_odd(value):
    """No address list of a person or a program: its signs stand where none belong."""
    count = value.count(b"@")
    return len(_ADDRESS.findall(value)) * 2 < count or value.count(b"(") > 20 + count or value.count(b"\\") > 50


def _simple_type(value):
    """A type and its parameters, without comments."""
    kind = _MIME_TYPE.match(value)
    parameters = [b"%s=%s" % found for found in _PARAMETER.findall(value)[:20]]
    return b";\n ".join([kind.group(1) if kind else b"text/plain", *parameters])
