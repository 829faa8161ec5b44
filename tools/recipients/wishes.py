"""What a customer wishes for documents beside who gets them: when they go, and what stands in the subject."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..rule import schedule

#: So long may a customer's reference be: the subject is still to be read
MOST_LETTERS = 60


class Wish(NamedTuple):
    """What a customer wishes for the documents of a role."""

    #: When the next collection goes, in UTC without time zone; ``None``: nothing is gathered
    date: datetime | None = None
    #: What stands in the subject, one line; empty: nothing
    reference: str = ""


def next_collection(after, timezone, hour, period, weekday=0, day=1):
    """Return when the first collection after a moment goes, in UTC without time zone.

    :param datetime after: in UTC without time zone
    :param str timezone: name of a time zone (IANA)
    :param float hour: when a collection goes, 8.5 for 08:30
    :param str period: ``day``, ``week`` or ``month``
    :param int weekday: with ``week``: 0 is Monday
    :param int day: with ``month``: from 1; the last day of a month that is shorter
    """
    today = after.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).date()
    for number in range(schedule.MOST_DAYS_OFF):
        candidate = today + timedelta(days=number)
        if schedule.is_day_of(candidate, period, weekday, day):
            [moment] = schedule.slots_of_day(candidate, timezone, hour, hour, 0)
            if moment > after:
                return moment
    raise AssertionError("every month has its day")


def clean(text):
    """Return a text as one line: what breaks lines, or cannot be seen, becomes a blank."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text or "").split())


def add_reference(subject, reference):
    """Return a subject with a customer's reference at its end, once."""
    if not reference or reference in (subject or ""):
        return subject
    return f"{subject or ''} [{reference}]".strip()


def drop_reference(subject, reference):
    """Return a subject without the reference that :func:`add_reference` put there."""
    return subject.removesuffix(f"[{reference}]").rstrip() if subject and reference else subject
