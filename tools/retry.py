"""When a deferred message is tried again.

RFC 5321 §4.5.4.1: first retries within the hour, then every two to three hours, give up after
four to five days.
"""

from datetime import timedelta

#: Minutes to wait after the first, second, third … failed try; the last one repeats.
DEFAULT_STEPS = (5, 15, 30, 60, 120, 180)
#: How long a message is tried, counted from its first try.
DEFAULT_LIFETIME = timedelta(days=4)


def parse_steps(text):
    """Read minutes from a setting such as ``5, 15, 60``; the default where it says nothing usable."""
    steps = tuple(int(part) for part in (text or "").replace(";", ",").split(",") if part.strip().isdigit())
    return tuple(step for step in steps if step) or DEFAULT_STEPS


def next_try(tries, first_try, now, steps=DEFAULT_STEPS, lifetime=DEFAULT_LIFETIME):
    """Return when to try again, or ``None`` when it is time to give up.

    :param int tries: failed tries so far, at least 1
    :param datetime first_try: when the first try was made
    :param datetime now: the time of the failed try
    """
    delay = timedelta(minutes=steps[min(tries, len(steps)) - 1])
    when = now + delay
    return when if when <= first_try + lifetime else None
