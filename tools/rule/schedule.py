"""When a rule runs: slots of a day on the wall clock of a time zone.

A slot is a time on the wall clock, so that 08:00 stays 08:00 in summer and in winter. On the day on
which an hour is left out, its slots run an hour later by the clock, together with those that are
there anyway; on the day that has an hour twice, each of its slots runs the first time only.
"""

from calendar import monthrange
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
#: More than any window and any change of the clock
DAYS_AHEAD = 3
#: The longest time off that is looked over, in days: a company's summer
MOST_DAYS_OFF = 100


def slots_of_day(day, timezone, hour_from, hour_to, interval):
    """Return the slots that begin with the window of a day, in order, in UTC without time zone.

    :param datetime.date day: the day on which the window opens
    :param str timezone: name of a time zone (IANA)
    :param float hour_from: when the first slot is, 8.5 for 08:30
    :param float hour_to: no slot after it; not after ``hour_from``: the window goes over midnight
    :param int interval: minutes between slots; 0: only the first
    """
    begin, end = _window(day, hour_from, hour_to)
    slots = {_to_utc(begin, timezone)}
    while interval and (begin := begin + timedelta(minutes=interval)) <= end:
        slots.add(_to_utc(begin, timezone))
    return sorted(slots)


def next_slot(after, timezone, hour_from, hour_to, interval, days_off=frozenset()):
    """Return the first slot after a moment, in UTC without time zone; see :func:`slots_of_day`.

    :param datetime after: in UTC without time zone
    :param days_off: days (``date``) on which no window opens, see :func:`days_ahead`; where all are, the first day
        after them has the slot
    """
    first, last = days_ahead(after, timezone)
    for number in range((last - first).days + DAYS_AHEAD):
        day = first + number * DAY
        if day in days_off:
            continue
        for slot in slots_of_day(day, timezone, hour_from, hour_to, interval):
            if slot > after:
                return slot
    raise AssertionError("every day has a slot")


def days_ahead(moment, timezone):
    """The first and the last day whose windows are asked about at a moment (UTC without time zone)."""
    today = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).date()
    return today - DAY, today + MOST_DAYS_OFF * DAY  # the window of yesterday may go over midnight


def is_day_of(day, period, weekday, month_day):
    """Tell whether a day (``date``) is one of a period's.

    :param str period: ``day``: each; ``week``: this weekday; ``month``: this day of the month
    :param int weekday: 0 is Monday
    :param int month_day: from 1; the last day of a month that is shorter
    """
    if period == "week":
        return day.weekday() == weekday
    return period != "month" or day.day == min(month_day, monthrange(day.year, day.month)[1])


def days_between(first, last):
    """The days (``date``) from one to another, both of them among these."""
    return {first + number * DAY for number in range((last - first).days + 1)}


def last_day_of(day, period, weekday, month_day):
    """The last day of a period that is not after a day; parameters as of :func:`is_day_of`."""
    while not is_day_of(day, period, weekday, month_day):
        day -= DAY
    return day


def period_days(first, last, period, weekday, month_day, days_off=frozenset()):
    """The days of a period between two, each moved to the next day that is not off; parameters as of :func:`is_day_of`.

    :param days_off: days (``date``) that are off
    """
    found = set()
    for day in days_between(first, last):
        if is_day_of(day, period, weekday, month_day):
            while day in days_off:
                day += DAY
            found.add(day)
    return found


def is_open(moment, timezone, hour_from, hour_to, interval, days_off=frozenset()):
    """Tell whether a slot that was missed may be made up at this moment: the window of a day is open.

    Where there is one slot a day, that is until ``hour_to``; until midnight where that lies before the slot.

    :param datetime moment: in UTC without time zone; the others see :func:`next_slot`
    """
    if not interval and hour_to <= hour_from:
        hour_to = 24
    today = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).date()
    for day in {today - DAY, today} - days_off:
        begin, end = _window(day, hour_from, hour_to)
        if _to_utc(begin, timezone) <= moment <= _to_utc(end, timezone):
            return True
    return False


def _window(day, hour_from, hour_to):
    """When the window of a day opens and closes, on the clock."""
    begin = datetime.combine(day, time()) + _hours(hour_from)
    end = datetime.combine(day, time()) + _hours(hour_to)
    return begin, end if end >= begin else end + DAY


def _hours(hours):
    return timedelta(minutes=round(hours * 60))


def _to_utc(wall, timezone):
    """The moment at which the clock shows this time, the first one of two.

    PEP 495: a time that the clock leaves out is read with the offset from before the change, so
    that it comes out that much later.
    """
    return wall.replace(tzinfo=ZoneInfo(timezone), fold=0).astimezone(UTC).replace(tzinfo=None)
