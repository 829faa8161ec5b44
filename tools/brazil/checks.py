"""Results of comparing a file with what is known in the books.

The readers give codes and parameters; the words for the user are made, and translated, elsewhere.
"""

from dataclasses import dataclass, field

#: A note is worth a word, and no reason to wait
OK, NOTE, WARNING, ERROR = "ok", "note", "warning", "error"
_ORDER = (OK, NOTE, WARNING, ERROR)


@dataclass(frozen=True)
class Check:
    """One question that was asked: its code, its result (:data:`OK` to :data:`ERROR`), and what was found."""

    code: str
    result: str
    params: dict = field(default_factory=dict)


def ask(question, holds, otherwise=ERROR, **params):
    """Return the :class:`Check` of a question.

    :param str question: its code
    :param holds: whether all is well
    :param str otherwise: the result where it is not
    :param params: what was found
    """
    return Check(question, OK if holds else otherwise, params)


def same(first, second):
    """Tell whether two values are one; nothing is the same as nothing only by chance."""
    return bool(first) and first == second


def worst(checks):
    """Return the gravest result among the checks; :data:`OK` where there are none."""
    return max((check.result for check in checks), key=_ORDER.index, default=OK)


def tax_id(text):
    """Return a tax number without punctuation and country, as Brazilian documents hold it.

    The two letters in front are a country only where more follows than the 14 characters of a CNPJ,
    or nothing but the digits of a CPF or CNPJ: since July 2026 a CNPJ may itself begin with letters
    (IN RFB 2.229/2024).
    """
    bare = "".join(letter for letter in (text or "").upper() if letter.isascii() and letter.isalnum())
    prefixed = bare.startswith("BR") and (len(bare) == 16 or len(bare) == 13 and bare[2:].isdigit())
    return bare[2:] if prefixed else bare
