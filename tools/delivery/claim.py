"""What the worker takes next.

It asks the database for it in one statement (``document.dispatch.delivery._claim``: only there two workers can be kept
from taking the same one), which is made of the constants below; :func:`choose` says the same in Python.
"""

from ..dispatch import states

#: Dispatches of which something may go; of an unknown one the recipients who still wait
DISPATCH_STATES = (states.QUEUED, states.UNKNOWN)
#: Recipients who wait
RECIPIENT_STATES = (states.QUEUED, states.DEFERRED)
#: By what of its recipient a dispatch has its turn: what failed most often goes last
ORDER = ("tries", "id")


def is_due(recipient, now):
    """Tell whether this recipient waits, and not for a later time.

    :param recipient: with ``state`` and ``next_try``
    :param datetime now: in UTC
    """
    return recipient.state in RECIPIENT_STATES and (not recipient.next_try or recipient.next_try <= now)


def in_mails(recipients):
    """Return the recipients as lists of those to whom the same mail goes, in their order.

    :param recipients: of one dispatch, with ``in_common``
    """
    mails, common = [], None
    for recipient in recipients:
        if not recipient.in_common:
            mails.append([recipient])
        elif common is None:
            common = [recipient]
            mails.append(common)
        else:
            common.append(recipient)
    return mails


def may_leave(mode, rehearsal):
    """Tell whether dispatches leave a company: none where it is off, and nothing real where it rehearses."""
    return mode == "send" or mode == "rehearse" and bool(rehearsal)


def choose(dispatches, now, seen=(), senders=()):
    """Return the dispatch whose turn it is, or ``None``.

    :param dispatches: that no other worker holds, with ``id``, ``state``, ``frozen``, ``bundle_id``, ``company_id``,
        ``rehearsal``, ``after_id``, ``recipient_ids`` and ``_get_sender()``
    :param datetime now: in UTC
    :param seen: ids that had their turn in this run
    :param senders: of which nothing is taken now (``Sessions.senders_aside``)
    """
    found = [
        (tuple(getattr(recipient, name) for name in ORDER), dispatch.id, dispatch)
        for dispatch in dispatches
        if dispatch.state in DISPATCH_STATES and dispatch.frozen and not dispatch.bundle_id
        and dispatch.id not in seen and dispatch._get_sender() not in senders
        and may_leave(dispatch.company_id.dispatch_mode, dispatch.rehearsal)
        and (not dispatch.after_id or dispatch.after_id.state in states.THROUGH)
        for recipient in dispatch.recipient_ids if is_due(recipient, now)
    ]
    return min(found)[-1] if found else None
