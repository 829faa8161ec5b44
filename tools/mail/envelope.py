"""The sender of the envelope, one for each mail, so that what comes back says whose it was (VERP).

``bounce+15-9f3c…@example.com`` is the mailbox of ``bounce@example.com`` where the mail system knows extensions
(RFC 5233): a number, and a token that proves that we wrote it.
"""

import hmac
import re

#: Octets before the @ (RFC 5321 §4.5.3.1.1)
LONGEST_LOCAL = 64
#: Characters of a token that are written: 80 bits
TOKEN = 20
#: Senders that are looked at in one mail
MOST = 20
_EXTENSION = re.compile(r"([0-9]{1,18})-([0-9a-z]{20})", re.ASCII)


def extend(bounce_email, number, token):
    """Return the address for the bounces of one mail; empty where it would be too long for one.

    :param str bounce_email: where all bounces go
    :param int number: of the mail
    :param str token: what nobody else can make for this number, of ASCII letters and digits
    """
    local, at, domain = bounce_email.rpartition("@")
    local = f"{local}+{number}-{token[:TOKEN].lower()}"
    return f"{local}{at}{domain}" if at and len(local) <= LONGEST_LOCAL else ""


def split(emails, bounce_emails):
    """Return what stands behind the names of addresses for bounces: ``[(bounce_email, number, token)]``.

    :param emails: to which a mail came, as written
    :param bounce_emails: addresses for bounces
    :return: number 0 and no token where something else stands there
    """
    found = []
    for email in list(emails)[:MOST]:
        local, _at, domain = email.strip().lower().rpartition("@")
        for bounce_email in bounce_emails:
            name, _at, own_domain = bounce_email.lower().rpartition("@")
            if domain == own_domain and local.startswith(f"{name}+"):
                extension = _EXTENSION.fullmatch(local[len(name) + 1:])
                found.append((bounce_email, *(extension.groups() if extension else ("", ""))))
    return [(bounce_email, int(number or 0), token) for bounce_email, number, token in found]


def proves(token, expected):
    """Tell in constant time whether this is the token that we wrote.

    :param str expected: the whole token for the number
    """
    return hmac.compare_digest(expected[:TOKEN].lower().encode(), token.encode())
