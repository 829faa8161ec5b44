"""What the entries of the consent ledger come to, and how a customer's input is made safe."""

import unicodedata

#: Signs that turn the direction of what follows: they make a name look like another one
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def standing(entries):
    """What still counts of a customer's declarations.

    :param entries: ``(kind, company, codes)`` from the oldest to the newest; ``company`` 0 stands for
        every company, no ``codes`` for all documents
    :return: ``[[refused, company, codes]]``, the later one wins; empty when no refusal is left
    """
    kept = []
    for kind, company, codes in entries:
        if not codes:  # whatever was said before about the same company is over
            kept = [entry for entry in kept if company and entry[1] != company]
        kept.append([kind == "refused", company, sorted(codes)])
    return kept if any(entry[0] for entry in kept) else []


def refuses(entries, company, code=None):
    """Tell whether documents of this kind are refused towards this company; no ``code``: all documents.

    :param entries: what :func:`standing` returned, or nothing
    :param int company: id of the company
    :param str code: code of a document type
    """
    for refused, of_company, codes in reversed(entries or []):
        if of_company in (0, company) and (not codes or code in codes):
            return refused
    return False


def refused_codes(entries, company):
    """The kinds of documents that are named in a refusal which still counts."""
    named = {code for _refused, _company, codes in entries or [] for code in codes}
    return sorted(code for code in named if refuses(entries, company, code))


def clean(text, lines=False):
    """Return what a person typed without control signs, in one line unless ``lines``."""
    text = unicodedata.normalize("NFC", text if isinstance(text, str) else "")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        sign for sign in text
        if sign == "\n" or sign not in _BIDI and unicodedata.category(sign) not in ("Cc", "Cs")
    ) if lines else "".join(
        " " if sign.isspace() else sign for sign in text
        if sign.isspace() or sign not in _BIDI and unicodedata.category(sign) not in ("Cc", "Cs")
    )
    return kept.strip() if lines else " ".join(kept.split())


def mask(email):
    """``a•••@silva.example.com``: its owner knows it, others do not learn it."""
    local, _at, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def cell(value):
    """Return a value for a table that a spreadsheet will open: no text of others becomes a formula."""
    text = "" if value is None or value is False else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
