"""Headers of mails that come in, before they are parsed.

``email.policy.SMTP``, by which Odoo's gateway parses, reads headers in more than linear time, and anew whenever one is
asked for: a few thousand quotes or brackets keep a process busy for minutes. No honest mail has such headers; they are
cut short here, in one pass over the bytes.
"""

import re

#: Longest header that is left as it is where its form matters, and any other
STRUCTURED, ADDRESSES, OTHER = 1000, 30_000, 30_000
#: So many signs that begin something in a header are left; more make the parser slow
SIGNS, SIGNS_OF_ADDRESSES = 60, 3000
#: The same one after the other
RUN = 3

_HEADER = re.compile(
    rb"^(?P<name>content-[a-z-]{1,40}|mime-version|message-id|date|(?P<to>(?:resent-)?(?:from|to|cc|bcc|sender)|"
    rb"reply-to|delivered-to|return-path|x-original-to|errors-to)|(?P<other>subject|references|in-reply-to))[ \t]*:"
    rb"(?P<value>[^\n]*(?:\n[ \t][^\n]*)*)", re.I | re.M,
)
_SIGNS = re.compile(rb"[\"(;:\\\[<.,@=]")
_RUNS = re.compile(rb"([\"(;:\\\[<.,@=)\]>])(?:[ \t]*\1){%d,}" % RUN)


def tame(message):
    """Return a mail without headers that are made to keep its reader busy; an ordinary one as it is.

    :param message: ``bytes``, ``str``, or what else the gateway takes (left alone)
    """
    if isinstance(message, str):
        return _HEADER.sub(_tame, message.encode("utf-8", "surrogateescape"))
    return _HEADER.sub(_tame, message) if isinstance(message, bytes) else message


def _tame(header):
    value, limit, signs = header["value"], STRUCTURED, SIGNS
    if header["to"]:
        limit, signs = ADDRESSES, SIGNS_OF_ADDRESSES
    elif header["other"]:
        limit, signs = OTHER, OTHER
    return header[0]
