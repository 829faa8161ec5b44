"""Answers of people to mails of ours: to which one, and whether who writes is one of its readers."""

import re

from . import addresses

#: Message-IDs that are read of one answer, the last ones: newer ones are added at the end (RFC 5322 §3.6.4)
MANY = 32
#: Where everybody has a mailbox: two addresses there are two strangers
PUBLIC = frozenset({
    "aol.com", "bol.com.br", "comcast.net", "email.cz", "freenet.de", "free.fr", "gmail.com", "gmx.at", "gmx.ch",
    "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "hotmail.com.br", "hotmail.fr", "icloud.com", "ig.com.br",
    "interia.pl", "laposte.net", "libero.it", "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com",
    "o2.pl", "onet.pl", "op.pl", "orange.fr", "outlook.com", "outlook.com.br", "outlook.fr", "outlook.de", "poczta.pl",
    "pm.me", "proton.me", "protonmail.com", "qq.com", "r7.com", "rediffmail.com", "sapo.pt", "seznam.cz", "sfr.fr",
    "t-online.de", "terra.com.br", "uol.com.br", "wanadoo.fr", "web.de", "wp.pl", "yahoo.com", "yahoo.com.br",
    "yahoo.de", "yahoo.es", "yahoo.fr", "yandex.ru", "ymail.com", "zipmail.com.br", "zoho.com", "163.com",
})
_MESSAGE_ID = re.compile(r"<([^<>\s@]{1,250})@([^<>\s@]{1,250})>")


def answered_ids(in_reply_to, references):
    """The Message-IDs that a mail answers, the one that it names first: ``[(whole, what stands before the @)]``.

    :param str in_reply_to: of its header
    :param str references: of its header
    """
    found = _MESSAGE_ID.findall((in_reply_to or "")[:2000])
    found += reversed(_MESSAGE_ID.findall(references or "")[-MANY:])
    return [(f"<{name}@{domain}>", name) for name, domain in dict.fromkeys(found)]


def is_colleague(email, readers):
    """Tell whether an address belongs to the house of one of these readers, by its domain.

    :param str email: who writes
    :param readers: addresses to which the mail went
    """
    domain = _domain(email)
    return bool(domain) and domain not in PUBLIC and domain in map(_domain, readers)


def _domain(email):
    return (addresses.normalize(email or "") or "").rpartition("@")[2]
