"""When a deferred message is tried again.

RFC 5321 §4.5.4.1: first retries within the hour, then every two to three hours, give up after
four to five days.
"""

import re
from datetime import timedelta

#: Minutes to wait after the first, second, third … failed try; the last one repeats.
DEFAULT_STEPS = (5, 15, 30, 60, 120, 180)
#: How long a message is tried, counted from its first try.
DEFAULT_LIFETIME = timedelta(days=4)
#: Characters of a setting
MOST_TEXT = 1000
_MINUTES = re.compile(r"[0-9]{1,5}")
_DAYS = re.compile(r"\s*[0-9]{1,3}(?:\.[0-9]{1,6})?\s*")


def parse_steps(text):
    """Read minutes from a setting such as ``5, 15, 60``; the default where it says nothing usable."""
    parts = (part.strip() for part in (text or "")[:MOST_TEXT].replace(";", ",").split(","))
    steps = tuple(int(part) for part in parts if _MINUTES.fullmatch(part))
    return tuple(step for step in steps if step) or DEFAULT_STEPS


def parse_days(text):
    """Read for how many days to try from a setting such as ``0.5``; the default where it says nothing usable."""
    days = float(text) if _DAYS.fullmatch(text or "") else 0
    return timedelta(days=days) if days > 0 else DEFAULT_LIFETIME


def next_try(tries, first_try, now, steps=DEFAULT_STEPS, lifetime=DEFAULT_LIFETIME):
    """Return when to try again, or ``None`` when it is time to give up.

    :param int tries: failed tries so far, at least 1
    :param datetime first_try: when the first try was made
    :param datetime now: the time of the failed try
    """
    delay = timedelta(minutes=steps[min(tries, len(steps)) - 1])
    when = now + delay
    return when if when <= first_try + lifetime else None


def spent(tries, steps=DEFAULT_STEPS):
    """Return how long a message waited for its own tries after so many failed ones, whatever else it waited for."""
    listed = steps[:max(tries, 0)]
    return timedelta(minutes=sum(listed) + (max(tries, 0) - len(listed)) * steps[-1])
