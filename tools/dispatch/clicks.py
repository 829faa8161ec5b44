"""What a person may do with a dispatch, and what becomes of its recipients by it.

A click meets the worker at any moment: what has left, or may have left, is never taken back, and never goes again
unless somebody who was told decides so.
"""

from . import states

#: Recipients that still wait, or were given up: a person may take them out
CANCELLED_BY_CANCEL = (states.QUEUED, states.DEFERRED, states.FAILED)
#: Recipients that go once more by "Try Again Now"
QUEUED_BY_RETRY = (states.FAILED, states.DEFERRED, states.BOUNCED)
#: Recipients that never got it, whose address a person may correct
CORRECTED = (states.FAILED, states.BOUNCED)
#: Recipients that get nothing by mail any more when the document goes on paper
CANCELLED_BY_PAPER = (states.QUEUED, states.DEFERRED, states.FAILED, states.UNKNOWN, states.BOUNCED)
#: Something has left, or may have: where the document changes, those who still wait get nothing of it any more
PARTLY_WITHDRAWN = (states.SENDING, states.UNKNOWN)
#: … these
CANCELLED_BY_CHANGE = (states.QUEUED, states.DEFERRED)
#: What left for one of these, or may have left, cannot be withdrawn without a trace
_LEFT = frozenset({states.SENT, states.SENDING, states.UNKNOWN, states.BOUNCED})


def is_withdrawable(state, recipient_states):
    """Tell whether nothing of a dispatch has left, and nothing may have left."""
    return state in states.DISPATCH_WITHDRAWABLE and _LEFT.isdisjoint(recipient_states)


def can_edit(state):
    """Tell whether text, files and recipients may be changed: what was released is what goes."""
    return state == states.REVIEW


def can_release(state):
    """Tell whether a dispatch waits for somebody who looks at it."""
    return state == states.REVIEW


def can_cancel(state):
    """Tell whether a dispatch, or what of it waits, may be discarded."""
    return state in states.DISPATCH_WITHDRAWABLE


def can_retry(state, recipient_states):
    """Tell whether somebody is left to whom a dispatch may go now.

    One that failed before it had recipients that failed (it could not be made) is made again.
    """
    if state in (states.REVIEW, states.CANCELLED):
        return False
    return state == states.FAILED or any(recipient in QUEUED_BY_RETRY for recipient in recipient_states)


def can_decide(recipient_state):
    """Tell whether a person may say what became of a mail: that it arrived, or that it shall go again."""
    return recipient_state == states.UNKNOWN


def can_correct(recipient_state, rehearsal):
    """Tell whether an address was wrong, so that the document may go to another one in its place."""
    return recipient_state in CORRECTED and not rehearsal


def can_go_on_paper(state, recipient_states):
    """Tell whether a dispatch by mail may be printed instead; of an unknown one a person takes that on themselves."""
    return state in (states.REVIEW, states.FAILED, states.UNKNOWN) or is_withdrawable(state, recipient_states)
