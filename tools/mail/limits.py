"""What an account may send: windows of time, and what providers publish.

Providers count in sliding windows: not until midnight, but the last 24 hours. Their own answer decides all the same,
because other mail of Odoo and of the account's owner spends the same quota.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
#: How soon to look again where only what is in hand now fills the window
SOON = timedelta(seconds=10)
#: No wait of ours is longer: a later time comes from a clock that was wrong
MOST_WAIT = timedelta(days=7)
#: The longest time for which an account that is not reached is left alone
MOST_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True)
class Limits:
    """Mails a minute, recipients in 24 hours, mails of one session, sessions at once; 0: none that is known."""

    per_minute: int = 0
    per_day: int = 0
    per_connection: int = 0
    connections: int = 0


#: What providers publish. State of November 2026; each may change it without notice.
#:
#: * Gmail: 500 a day; Workspace: 2,000 a day and user (trial accounts 500), over a rolling period of 24 hours; above:
#:   550 5.4.5. support.google.com/a/answer/166852, "Gmail sending limits in Google Workspace".
#: * Workspace's relay (smtp-relay.gmail.com): 10,000 recipients in 24 hours and user; the organisation has a limit of
#:   its own (550 5.7.1). support.google.com/a/answer/2956491.
#: * Exchange Online: 30 messages a minute, 10,000 recipients in a sliding window of 24 hours:
#:   learn.microsoft.com/defender-office-365/outbound-spam-sending-limits-troubleshoot; three connections at once and
#:   mailbox, else 432 4.3.2: techcommunity.microsoft.com, Exchange Team, "Changes coming to the SMTP Authenticated
#:   Submission client protocol" (/607825). What the organisation may send to others depends on its licences.
#: * Amazon SES: in the sandbox 200 recipients in 24 hours, one a second; outside of it each account has its own, which
#:   its console shows. docs.aws.amazon.com/ses/latest/dg/quotas.html.
PRESETS = {
    "gmail": Limits(per_day=500),
    "workspace": Limits(per_day=2000),
    "workspace_relay": Limits(per_day=10000),
    "microsoft": Limits(per_minute=30, per_day=10000, connections=3),
    "ses_sandbox": Limits(per_minute=60, per_day=200),
}


def next_free(newest, limit, in_hand, window, now):
    """Return when the next mail may go, or ``None`` when it may go now.

    :param newest: called with a number, returns the date of the n-th newest mail (0: the newest), or ``None``
    :param int limit: mails in the window, more than 0
    :param int in_hand: mails that are being handed over just now
    :param timedelta window: :data:`MINUTE` or :data:`DAY`
    """
    if in_hand >= limit:
        return now + SOON
    # with this one out of the window, there is room for one more
    date = newest(limit - in_hand - 1)
    return date + window if date and now - window < date <= now else None


def last_day(waiting, limit):
    """Return in how many windows all that waits has gone, when the first of them begins now."""
    return math.ceil(waiting / limit)


def pause(since, now):
    """Return for how long an account that is not reached since then is left alone: longer each time, soon at first."""
    wait = max(timedelta(), min((now - since) / 4, MOST_PAUSE))
    return wait if wait >= MINUTE else timedelta()
