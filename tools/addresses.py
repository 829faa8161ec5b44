"""E-mail addresses as people type them: split, checked and brought to a normal form."""

import re
from email.utils import getaddresses
from typing import NamedTuple

import idna

# A separator counts only outside of quotes: "Silva; Filhos" <a@b.com.br>.
_SEPARATOR = re.compile(r'[;,\n](?=(?:[^"]*"[^"]*")*[^"]*$)')
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


class Address(NamedTuple):
    """One usable address.

    ``email`` is the normal form by which addresses are compared, ``name`` the display name
    that stood beside it (may be empty).
    """

    email: str
    name: str


class Parsed(NamedTuple):
    """What a text holds: usable addresses without doubles, and the pieces that are none."""

    valid: list
    invalid: list

    @property
    def emails(self):
        """The normal forms of the usable addresses."""
        return [address.email for address in self.valid]


def normalize(email):
    """Return the normal form of one bare address, or ``None`` when no mail can reach it.

    Case is dropped, an international domain is written in its ASCII form (RFC 5891). A local
    part outside ASCII is refused: Odoo's mail server code delivers to ASCII envelopes only.
    A domain of one label (``name@intranet``) is left to the mail server to judge, as Odoo does.
    Limits of length: RFC 5321 §4.5.3.1.
    """
    local, at, domain = (email or "").strip().rpartition("@")
    if not at or len(local) > 64 or not _LOCAL_PART.fullmatch(local):
        return None
    try:
        domain = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    labels = domain.split(".")
    if len(domain) > 253 or not all(map(_LABEL.fullmatch, labels)):
        return None
    return f"{local}@{domain}".lower()


def spellings(email):
    """Return the ways in which others may have written a normal form down: Odoo keeps the domain as typed."""
    local, _at, domain = email.rpartition("@")
    try:
        return {email, f"{local}@{idna.decode(domain)}"}
    except (idna.IDNAError, UnicodeError):
        return {email}


def parse(text):
    """Split a field of one or several addresses, separated by comma, semicolon or line.

    :return: :class:`Parsed`; addresses with the same normal form count once, the first one wins
    """
    valid, invalid = {}, []
    for piece in _SEPARATOR.split(text or ""):
        piece = piece.strip()
        if not piece:
            continue
        found = getaddresses([piece])
        # more than one: a separator that we don't know; none of them may get lost in silence
        name, bare = found[0] if len(found) == 1 else ("", "")
        email = normalize(bare)
        if email:
            # one line: a quoted name may hold a line break, a header may not
            valid.setdefault(email, Address(email, " ".join(name.split())))
        else:
            invalid.append(piece)
    return Parsed(list(valid.values()), invalid)
