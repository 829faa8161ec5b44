"""The states of a dispatch and of its recipients, and how they may follow each other.

These two tables are the only place that says so; the models change a state only through them.
"""

QUEUED, SENDING, SENT, DEFERRED, FAILED = "queued", "sending", "sent", "deferred", "failed"
UNKNOWN, BOUNCED, CANCELLED = "unknown", "bounced", "cancelled"
REVIEW, PARTIAL, PAPER, PRINTED = "review", "partial", "paper", "printed"
#: Went to the supervisor of a rehearsal, and to nobody else
REHEARSED = "rehearsed"
#: Taken as a draft into a person's own mail program, or as a text into WhatsApp: nobody here knows whether it left
HANDED = "handed"
#: Printed, and a person said that it went to the post
SENT_BY_POST = "sent_by_post"

RECIPIENT_TRANSITIONS = {
    # unknown: the original of a restored backup may have sent it
    # failed: its mail held another document, which must not go any more
    QUEUED: {SENDING, HANDED, FAILED, UNKNOWN, CANCELLED},
    # `sending` is committed before SMTP begins: from there everything can have happened
    SENDING: {SENT, DEFERRED, FAILED, UNKNOWN, REHEARSED},
    DEFERRED: {SENDING, QUEUED, FAILED, UNKNOWN, CANCELLED},
    # a person may try again after a mend (RFC 5321 §4.2.1)
    FAILED: {QUEUED, CANCELLED},
    # only a person leaves `unknown`: they know that it arrived, or have it sent again
    UNKNOWN: {SENT, QUEUED, CANCELLED, REHEARSED},
    # a bounce can arrive long after the server said 250
    SENT: {BOUNCED},
    BOUNCED: {QUEUED, CANCELLED},
    REHEARSED: set(),
    # only a person leaves `handed`: they sent it, or they did not
    HANDED: {SENT, CANCELLED},
    CANCELLED: set(),
}

DISPATCH_TRANSITIONS = {
    REVIEW: {QUEUED, FAILED, PAPER, CANCELLED},
    # sent, partial: some have it already, and the rest is given up
    # review, unknown: after a restore a person decides
    QUEUED: {REVIEW, SENDING, SENT, PARTIAL, FAILED, UNKNOWN, PAPER, HANDED, REHEARSED, CANCELLED},
    SENDING: {QUEUED, SENT, PARTIAL, FAILED, UNKNOWN, REHEARSED},
    SENT: {PARTIAL, FAILED},
    PARTIAL: {QUEUED, FAILED, UNKNOWN, SENT, PAPER, CANCELLED},
    FAILED: {REVIEW, QUEUED, PAPER, REHEARSED, CANCELLED},
    # sending: what became of one recipient is unknown, the others go on
    UNKNOWN: {SENDING, QUEUED, SENT, PARTIAL, FAILED, PAPER, REHEARSED, CANCELLED},
    PAPER: {PRINTED, QUEUED, CANCELLED},
    PRINTED: {PAPER},
    HANDED: {SENT, CANCELLED},
    REHEARSED: set(),
    CANCELLED: set(),
}

#: Then a copy goes that waits for it; and then it never does by itself
THROUGH, LOST = (SENT, REHEARSED), (FAILED, CANCELLED)

#: Nothing has left yet, so that it can be withdrawn without a trace at the customer's.
DISPATCH_WITHDRAWABLE = (REVIEW, QUEUED, FAILED, PAPER)

#: The customer has the document, or somebody there, or it is on its way to them
WITH_CUSTOMER = (SENT, SENT_BY_POST, PARTIAL, UNKNOWN, HANDED, PRINTED)

#: What can become of a document, the best first. Those of one line are as good as each other: the last one counts
REACHED = (
    (SENT,), (SENT_BY_POST,), (PARTIAL,),
    # may be with the customer: a person finds out, whatever is tried meanwhile
    (UNKNOWN, HANDED),
    (PRINTED,), (QUEUED, SENDING, REVIEW, PAPER), (FAILED,), (REHEARSED,),
)
_RANKS = {state: rank for rank, line in enumerate(REACHED) for state in line}


class ForbiddenTransition(ValueError):
    """A change of state that the table does not know."""


def check(transitions, old, new):
    """Raise :class:`ForbiddenTransition` unless ``new`` may follow ``old``; staying is allowed.

    :param dict transitions: a table of this module
    :param str old: the present state
    :param str new: the next state
    """
    if new != old and new not in transitions[old]:
        raise ForbiddenTransition(f"{old} -> {new}")


def find_best(reached):
    """Return the position of the best that was reached, or ``None`` where nothing was tried.

    Nothing that is tried later makes a document less than it is; only what comes back does, in its own place.

    :param reached: what each dispatch of a document came to, the oldest first
    """
    best = None
    for position, state in enumerate(reached):
        if best is None or _RANKS[state] <= _RANKS[reached[best]]:
            best = position
    return best


def summarize(recipient_states):
    """Return the state of a dispatch by e-mail, derived from those of its recipients.

    What needs a person's eye comes first: one unknown recipient makes the whole unknown.
    """
    states = set(recipient_states)
    reached = states & {SENT}
    lost = states & {FAILED, BOUNCED}
    if SENDING in states:
        return SENDING
    if UNKNOWN in states:
        return UNKNOWN
    if HANDED in states:
        return HANDED
    if states & {QUEUED, DEFERRED}:
        return QUEUED
    if lost:
        return PARTIAL if reached else FAILED
    if REHEARSED in states:
        return REHEARSED
    return SENT if reached else CANCELLED
