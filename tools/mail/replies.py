"""What a mail server means by its reply: RFC 3463 (enhanced codes), RFC 5321 §4.2.3 (plain ones)."""

import re
import unicodedata

#: As much of a reply as anybody reads; RFC 5321 §4.5.3.1.5 allows 512 octets a line
LONGEST = 1000
NO_MAILBOX, FULL, TOO_LARGE, POLICY, UNREACHABLE, BUSY, OTHER = (
    "no_mailbox", "full", "too_large", "policy", "unreachable", "busy", "other",
)
#: Subject and detail of an enhanced code → meaning; the longest match counts
_ENHANCED = {
    "1": NO_MAILBOX, "1.8": POLICY, "1.7": POLICY, "2.0": OTHER, "2.1": NO_MAILBOX, "2.2": FULL, "2.3": TOO_LARGE,
    "3.4": TOO_LARGE, "3.1": FULL, "3.2": BUSY, "4": UNREACHABLE, "4.5": BUSY, "5": OTHER, "6": OTHER, "7": POLICY,
}
_PLAIN = {
    "550": NO_MAILBOX, "551": NO_MAILBOX, "553": NO_MAILBOX, "552": FULL, "452": FULL, "450": BUSY, "451": BUSY,
    "421": BUSY, "554": POLICY,
}
#: How Python tells of a connection
_NETWORK = re.compile(r"\[Errno|\berrno\b|^-1\b|^Connection |timed out|\[SSL|ssl\.|getaddrinfo|has no end", re.I)
#: Why no conversation came about: nobody answers, nobody has that name, no encryption, no login, it broke off; there is
#: no server at all
SILENT, NAMELESS, INSECURE, LOCKED, ENDED, MISSING = "silent", "nameless", "insecure", "locked", "ended", "missing"
#: How Python, OpenSSL and Odoo tell of it, and servers of a login; the first that fits counts. By number, for names are
#: those of the operating system's language: Linux, macOS, Windows
_CONNECTIONS = tuple((cause, re.compile(words, re.IGNORECASE)) for cause, words in (
    (MISSING, r"^missing smtp server"),
    (LOCKED, r"^53[045]\b|^[45]\d\d[ -]+[45]\.7\.8\b|^smtp auth extension|^no suitable authentication method"),
    (INSECURE, r"\[ssl|ssl\.|certificate verify failed|^starttls extension|\[x509"),
    (NAMELESS, r"getaddrinfo|name or service not known|in name resolution|nodename nor servname|no address associated"
               r"|\[errno -[2-5]\]|\[errno (8|11001)\]"),
    (SILENT, r"timed out|\[(errno|winerror) (111|61|10061|110|60|10060|113|65|10065|101|51|10051)\]"
             r"|^connection refused|no route to host|network is unreachable"),
    (ENDED, r"^connection unexpectedly closed|\[(errno|winerror) (104|54|10054|32|103|10053)\]|reset by peer|"
            r"broken pipe|has no end|^-1\b"),
))
_REPLY = re.compile(r"^\s*(?P<code>[245]\d\d)?[ -]*(?:[245]\.(?P<subject>\d{1,3})\.(?P<detail>\d{1,3})\b)?")


def clean(text):
    """Return what came from a server as one line that can be stored and shown.

    Servers send what they like: NUL (which PostgreSQL refuses), control marks, bytes that are no text, whole pages.
    """
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    text = text[:20 * LONGEST].encode("utf-8", "replace").decode("utf-8")  # lone surrogates are no text either
    line = " ".join("".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text).split())
    return line if len(line) <= LONGEST else line[:LONGEST - 1] + "…"


def is_said(reply):
    """Tell whether a server said it, or the network: what else keeps a mail from going is told in our own words."""
    found = _REPLY.match(reply or "")
    return bool(not reply or found["code"] or found["subject"] or _NETWORK.search(reply))


def is_answer(reply):
    """Tell whether a server said it: a code stands at its beginning."""
    found = _REPLY.match(reply or "")
    return bool(found["code"] or found["subject"])


def connection(reply):
    """Return why no conversation came about, a constant of this module; empty where the reply tells something else."""
    reply = reply or ""
    return next((cause for cause, words in _CONNECTIONS if words.search(reply) and (
        cause == LOCKED or not is_answer(reply))), "")


def meaning(reply):
    """Return what a reply means, one of the constants of this module.

    A text without a code is no server's answer: nobody was reached.
    """
    found = _REPLY.match(reply or "")
    code, subject, detail = found.group("code", "subject", "detail")
    if not code and not subject:
        return UNREACHABLE
    if subject:
        for key in (f"{subject}.{detail}", subject):
            if key in _ENHANCED:
                return _ENHANCED[key]
    return _PLAIN.get(code, OTHER)
