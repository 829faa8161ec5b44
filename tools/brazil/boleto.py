"""Bank boletos (cobrança): barcode, typable line (linha digitável), value and due date.

Barcode, 44 digits: bank 1-3, currency 4, check digit 5, due factor 6-9, cents 10-19, free field 20-44.
Line, 47 digits: the same in another order, in five fields, the first three with a check digit of their own.
Source: FEBRABAN, layout of the barcode of cobrança. Bills of utilities and taxes (arrecadação, FEBRABAN's other
layout: 48 digits, or a barcode that begins with 8) are no boletos of a bank.

A wrong digit in one of the first three fields is always found, and so is a wrong check digit. In value and due date
one of about 18 goes unseen, which is FEBRABAN's rule and no fault here: three remainders of 11 share the digit 1.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import compress, islice

#: Why a text is no boleto
EMPTY, LENGTH, COLLECTION, CURRENCY, CHECK_DIGIT = "empty", "length", "collection", "currency", "check_digit"

#: Characters that are searched, and groups of 47 digits that are tried
MOST_TEXT, MOST_TRIES = 500_000, 20_000
#: Day 0 of the due factor. 9999 was 2025-02-21; it goes on with 1000 the day after.
FIRST_DAY = date(1997, 10, 7)
_CYCLE, _LAST = 9000, 9999
#: Days before today that a factor still means; 6000 days ahead are left
_PAST = 3000

#: As it is printed, or without the dots; a PDF may leave out or add blanks and line breaks between the fields. Looked
#: for at each digit: the bank's number, which is printed before the line, can come out glued to it.
_PRINTED = re.compile(
    r"(?=([0-9]{5}[.\s]?[0-9]{5}\s{0,20}[0-9]{5}[.\s]?[0-9]{6}\s{0,20}[0-9]{5}[.\s]?[0-9]{6}\s{0,20}"
    r"[0-9]\s{0,20}[0-9]{14}))"
)
#: Blanks between the letters: then with its dots only, as any numbers in a row could make up a line by chance
_SPACED = re.compile(
    r"(?=((?:[0-9]\s{0,3}){5}\.\s{0,3}(?:[0-9]\s{0,3}){10}\.\s{0,3}(?:[0-9]\s{0,3}){11}\.\s{0,3}"
    r"(?:[0-9]\s{0,20}){20}[0-9]))"
)
#: Four fields of 11 digits and one check digit each
_COLLECTION = re.compile(r"(?<![0-9])8[0-9]{10}[-.\s]?[0-9](?:\s*[0-9]{11}[-.\s]?[0-9]){3}(?![0-9])")
_NO_DIGIT = re.compile(r"[^0-9]+")


@dataclass(frozen=True)
class Boleto:
    """A boleto with right check digits, by its barcode."""

    barcode: str

    @property
    def bank(self):
        """The bank's number in the clearing system (COMPE), three digits."""
        return self.barcode[:3]

    @property
    def amount(self):
        """The value in reais; ``None`` where the payer is to fill it in."""
        return Decimal(self.barcode[9:19]).scaleb(-2) if int(self.barcode[9:19]) else None

    @property
    def factor(self):
        """The due factor; 0 where no due date is given."""
        return int(self.barcode[5:9])

    @property
    def line(self):
        """The typable line, 47 digits."""
        free = self.barcode[19:]
        fields = (self.barcode[:4] + free[:5], free[5:15], free[15:])
        return "".join(part + str(mod10(part)) for part in fields) + self.barcode[4:19]

    @property
    def printed(self):
        """The typable line as it stands on paper: ``00000.00000 00000.000000 00000.000000 0 00000000000000``."""
        line = self.line
        cut = ((0, 5, 10), (10, 15, 21), (21, 26, 32))
        return " ".join([*(f"{line[a:b]}.{line[b:c]}" for a, b, c in cut), line[32], line[33:]])

    def due_date(self, today):
        """Return the date that the factor means as seen from a day, ``None`` without one.

        Factors came back in 2025: of the dates that one can mean it is that from 3000 days before to 6000 days after.
        """
        if not self.factor:
            return None
        due = FIRST_DAY + timedelta(self.factor)
        # those below 1000 were used up in 2000 and did not come back
        while self.factor > _LAST - _CYCLE and (today - due).days > _PAST:
            due += timedelta(_CYCLE)
        return due


@dataclass(frozen=True)
class Reading:
    """What a text came to: a :class:`Boleto`, or the problem with it and its parameters.

    =================== =================================== ==========================================
    :data:`EMPTY`       no digit in it
    :data:`LENGTH`      neither 44 nor 47 digits            ``length``
    :data:`COLLECTION`  a bill of a utility or a tax
    :data:`CURRENCY`    not in reais (currency 9)           ``currency``
    :data:`CHECK_DIGIT` a digit is wrong                    ``fields``: 1, 2, 3 of the line; 4: the whole
    =================== =================================== ==========================================
    """

    boleto: Boleto | None = None
    problem: str | None = None
    params: dict = field(default_factory=dict)


def parse(text):
    """Read what somebody typed or pasted as one boleto: line or barcode, with dots, blanks, line breaks or words."""
    digits = _NO_DIGIT.sub("", (text or "")[:MOST_TEXT])
    if not digits:
        return Reading(problem=EMPTY)
    if len(digits) in (44, 47, 48) and digits.startswith("8"):
        return Reading(problem=COLLECTION)
    found = find(text)
    if found and found[0].boleto:
        return found[0]
    if len(digits) == 47:
        return from_line(digits)
    if len(digits) == 44:
        return from_barcode(digits)
    return found[0] if found else Reading(problem=LENGTH, params={"length": len(digits)})


def from_barcode(digits):
    """Read the 44 digits of a barcode."""
    if not re.fullmatch("[0-9]{44}", digits):
        return Reading(problem=LENGTH, params={"length": len(digits)})
    if digits.startswith("8"):
        return Reading(problem=COLLECTION)
    if digits[3] != "9":
        return Reading(problem=CURRENCY, params={"currency": digits[3]})
    if int(digits[4]) != mod11(digits[:4] + digits[5:]):
        return Reading(problem=CHECK_DIGIT, params={"fields": (4,)})
    return Reading(Boleto(digits))


def from_line(digits):
    """Read the 47 digits of a typable line."""
    if not re.fullmatch("[0-9]{47}", digits):
        return Reading(problem=LENGTH, params={"length": len(digits)})
    fields = (digits[:10], digits[10:21], digits[21:32])
    wrong = tuple(number for number, part in enumerate(fields, 1) if mod10(part[:-1]) != int(part[-1]))
    first, second, third = (part[:-1] for part in fields)
    reading = from_barcode(first[:4] + digits[32:] + first[4:] + second + third)
    if wrong and reading.problem in (None, CHECK_DIGIT):
        return Reading(problem=CHECK_DIGIT, params={"fields": wrong + reading.params.get("fields", ())})
    return reading


def find(text):
    """Return a :class:`Reading` of each boleto in a text, in their order and each once.

    Where there is none: what looks like one and has a wrong digit, or is a bill of a utility or a tax.
    """
    text = (text or "")[:MOST_TEXT]
    matches = [match for pattern in (_PRINTED, _SPACED) for match in islice(pattern.finditer(text), MOST_TRIES)]
    matches.sort(key=lambda match: match.start())
    readings = [from_line(_NO_DIGIT.sub("", match[1])) for match in matches]
    found = [reading for reading in readings if reading.boleto]
    if not found:
        alone = [not _digit_at(text, match.start() - 1) and not _digit_at(text, match.end(1)) for match in matches]
        found = [reading for reading in compress(readings, alone) if reading.problem == CHECK_DIGIT]
    if not found and _COLLECTION.search(text):
        found = [Reading(problem=COLLECTION)]
    return list({(reading.boleto, reading.problem): reading for reading in reversed(found)}.values())[::-1]


def factor_of(due):
    """Return the factor that a boleto due on this day has, from 1997-10-07 on; 0 means none."""
    days = (due - FIRST_DAY).days
    while days > _LAST:
        days -= _CYCLE
    return days


def mod10(digits):
    """Return the check digit of a field: weights 2, 1, 2 … from the right, digits of the products added up."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return -sum(product // 10 + product % 10 for product in doubled) % 10


def mod11(digits):
    """Return the check digit of a barcode, over its 43 others: weights 2 to 9 from the right; 0, 10 and 11 become 1."""
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(digits)))
    digit = 11 - total % 11
    return 1 if digit in (10, 11) else digit


def _digit_at(text, place):
    return 0 <= place < len(text) and text[place] in "0123456789"
