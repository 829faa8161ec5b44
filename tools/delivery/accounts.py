"""What is noted on an account, and whether a mail must wait for it: one account never holds up another.

Values are those of the fields of ``ir.mail_server``; dates are in UTC.
"""

from datetime import datetime, timedelta

from ..dispatch import states
from ..mail import blame, limits

#: What an outcome says of the account
REFUSED, ACCEPTED, UNREACHED = "refused", "accepted", "unreached"
#: Minutes after which a worker comes back for a place among an account's sessions at once
WAIT_FOR_SLOT = 1
#: Dates within the note on senders
_DATE = "%Y-%m-%d %H:%M:%S"


def judge(outcome):
    """Return what an outcome says of the account, a constant of this module, or ``None``.

    :param tools.mail.smtp.Outcome outcome: of one conversation
    """
    if outcome.is_ours:
        return REFUSED
    if outcome.state == states.SENT:
        return ACCEPTED
    return UNREACHED if outcome.holds_account and not outcome.wait else None


def must_wait(sessions, choice, dispatch_id, now, account):
    """Tell whether a mail has to wait for its account or sender; then the claim passes over all like it.

    :param tools.delivery.sessions.Sessions sessions: of this worker; what must wait is put aside there
    :param choice: account (its id), alias domain and sender of the envelope
    :param int dispatch_id: of the mail
    :param datetime now: in UTC
    :param account: answers for the account: ``pause()`` and ``sender_pause(sender)`` are the seconds for which it must
        not be used, or ``None``, ``is_unreached()`` whether it was not reached the last time, ``take_place()`` whether
        this worker may have a session on it
    """
    server_id, sender = choice[0], sessions.envelope_sender(choice[2])
    if sessions.must_wait(choice):
        sessions.later.get(server_id, set()).add(dispatch_id)
        return True
    if not server_id:
        return False
    if seconds := account.pause():
        sessions.put_aside(server_id, now + timedelta(seconds=seconds))
    elif seconds := None if sessions.insist else account.sender_pause(sender):
        # the account's other senders go on
        sessions.put_aside((server_id, sender), now + timedelta(seconds=seconds))
    elif account.is_unreached() and not sessions.is_later:
        # a server that is silent for a minute holds up nobody else
        sessions.later[server_id] = {dispatch_id}
    elif not account.take_place():
        sessions.put_aside(server_id, now + timedelta(minutes=WAIT_FOR_SLOT))
    return sessions.must_wait(choice)


def hold(sessions, choice):
    """After a try that :attr:`~tools.mail.smtp.Outcome.holds_account`: leave aside what else goes through it."""
    if choice and not sessions.must_wait(choice):
        sessions.put_aside(choice[0])


def after_refusal(account, reply, cause, sender, now):
    """Return what is noted when the server refuses an account, or one of its senders: it is paused.

    :param account: with ``dispatch_senders`` and ``dispatch_paused_until``
    :param str reply: what the server said
    :param str cause: what is wrong, a constant of :mod:`tools.mail.blame`
    :param sender: the address that is paused; the whole account if none is given
    :param datetime now: in UTC
    """
    until = now + timedelta(seconds=blame.REST[cause])
    if not sender:
        return {"dispatch_problem": reply, "dispatch_fault": cause, "dispatch_paused_until": until}
    said = {"reply": reply, "fault": cause, "until": until.strftime(_DATE)}
    return _senders(account, {**(account.dispatch_senders or {}), sender: said}, account.dispatch_paused_until)


def after_acceptance(account, sender):
    """Return what is noted when a mail of this sender was accepted: account and sender are in order.

    :param account: with ``dispatch_problem``, ``dispatch_senders`` and ``dispatch_paused_until``
    :param str sender: of the envelope
    """
    if not account.dispatch_problem and not account.dispatch_senders:
        return {}
    senders = {key: value for key, value in (account.dispatch_senders or {}).items() if key != sender}
    if senders and not account.dispatch_paused_until and senders == account.dispatch_senders:
        return {}
    return {"dispatch_paused_until": False, **_senders(account, senders, False)}


def _senders(account, senders, paused_until):
    """Keep the senders that are paused; one of them is shown where the account itself is in order."""
    values = {"dispatch_senders": senders or False}
    if not paused_until:
        sender, said = next(iter(senders.items()), (False, {}))
        values["dispatch_problem"] = sender and f"{said['reply']} ({sender})"
        values["dispatch_fault"] = sender and said["fault"]
    return values


def after_silence(since, reply, now):
    """Return what is noted when nothing was handed over: the account goes last, and less often the longer it lasts.

    :param since: since when it is not reached, if it was not before
    :param str reply: what was said, by whomever
    :param datetime now: in UTC
    """
    since = min(since or now, now)
    return {
        "dispatch_unreached_since": since, "dispatch_unreached_reply": reply,
        "dispatch_unreached_until": now + limits.pause(since, now),
    }


def seconds_until(date, now):
    """Return the seconds until then, ``None`` where it is over."""
    return (date - now).total_seconds() if date and date > now else None


def sender_seconds(senders, sender, now):
    """Return for how many seconds a sender is paused, ``None`` where it is not.

    :param senders: as noted (:func:`after_refusal`)
    :param str sender: of the envelope
    :param datetime now: in UTC
    """
    said = (senders or {}).get(sender)
    seconds = said and seconds_until(datetime.strptime(said["until"], _DATE), now)
    # a later time comes from a clock that was wrong
    return seconds if seconds and seconds <= limits.MOST_WAIT.total_seconds() else None
