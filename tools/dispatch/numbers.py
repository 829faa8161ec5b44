"""Numbers of documents, as people type or paste them: with blanks, commas, new lines, and ranges."""

import re

#: More numbers than anybody means: a range from 1 to 1000000 is a slip
MOST = 1000
#: Characters of what is read, and of a number that may begin or end a range
MOST_TEXT, MOST_LENGTH = 100_000, 100
_DIGITS = "0123456789"
_SEPARATORS = re.compile(r"[\s,;|]+")
_DASH = re.compile(r"(?<=[0-9])\s*(–|—|\.\.\.?)\s*(?=\S)|(?<=[0-9])\s+-\s+(?=\S)")
#: "S00021-S00025", "S00021..S00025", "S00021-25", "INV/2026/00010-00015": the first dash behind a digit
_BETWEEN = re.compile(r"(?<=[0-9])(?:\.\.\.?|[-–—])")


#: What stands between the parts of a number; people type any of them
_SIGNS = re.compile(r"[^A-Za-z0-9]+")
_SIGN = "[^A-Za-z0-9]"


class TooMany(ValueError):
    """More numbers than :data:`MOST`, or a text longer than :data:`MOST_TEXT`."""


def parse(text):
    """Return ``{what was typed: the numbers that it may mean}``, each once, in their order.

    A range is written out. What looks like one may be a number of its own ("2026-00015"), so that
    it stands first as it is, and its members follow.

    :raises TooMany: where more than :data:`MOST` were meant
    """
    if len(text or "") > MOST_TEXT:
        raise TooMany
    # blanks around the dash of a range belong to it
    text = _DASH.sub(lambda match: match[1] or "-", text or "")
    meant, count = {}, 0
    for part in (part.strip("#.:") for part in _SEPARATORS.split(text)):
        if part and part not in meant:
            meant[part] = [part, *_members(part)]
            count += len(meant[part])
            if count > MOST:
                raise TooMany
    return meant


def pattern(number):
    """Return which numbers of documents a typed one may stand for, or ``None`` where it ends with no digit.

    People leave zeros out, the beginning, and what stands between: ``39``, ``2026/39``, ``inv39`` for INV/2026/00039,
    ``25``, ``s25`` for S00025.

    :return: a regular expression, to be searched for without regard to case; PostgreSQL reads it as Python does
    """
    head = number.rstrip(_DIGITS)
    if head == number or len(number) > MOST_LENGTH:
        return None
    last = number[len(head):].lstrip("0") or "0"
    parts = [part for part in _SIGNS.split(head) if part]
    if not parts:
        return f"(^|[^0-9])0*{last}$"
    begin = "[^0-9]" if parts[0][0] in _DIGITS else _SIGN
    # behind a sign there may stand what was left out: a year, a month; only between digits the sign must be there
    between = f"{_SIGN}(.*[^0-9])?"
    if parts[-1][-1] not in _DIGITS:
        between = f"({between})?"
    return f"(^|{begin}){f'{_SIGN}+'.join(parts)}{between}0*{last}$"


def fits(number, name):
    """Tell whether a typed number may stand for the number of a document, see :func:`pattern`."""
    found = pattern(number)
    return bool(found and re.search(found, name or "", re.IGNORECASE))


def _members(part):
    """The numbers of a range; nothing where it is none."""
    head = part.rstrip(_DIGITS)
    dash = _BETWEEN.search(head) if head != part and len(part) <= MOST_LENGTH else None
    if not dash:
        return
    begin, again, last = part[:dash.start()], head[dash.end():], part[len(head):]
    prefix = begin.rstrip(_DIGITS)
    first = begin[len(prefix):]
    # "INV/2026/00010-00015": the second half may leave out what the first one begins with
    if again and again.casefold() != prefix.casefold():
        return
    width = len(first)
    if len(last) < width:
        last = first[: width - len(last)] + last
    if not int(first) <= int(last):
        return
    if int(last) - int(first) >= MOST:
        raise TooMany
    for number in range(int(first), int(last) + 1):
        yield f"{prefix}{number:0{width}}"
