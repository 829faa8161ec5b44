"""What becomes of one recipient: by what a mail server said, by a worker that was lost, by a mail that came back."""

from datetime import timedelta

from ..dispatch import states
from . import dsn, limits, retry

#: Minutes after which a message is tried again that the server has not even looked at
WAIT_FOR_SERVER = 5
#: What was being handed over when its worker ended: nobody knows whether it arrived, and only a person decides
OF_LOST_WORKER = states.UNKNOWN


def after_outcome(outcome, tries, first_try, now, schedule, rehearsal=False, account_says_why=False):
    """Return the new state of a recipient that was ``sending``, and all that is noted with it, as values.

    :param tools.mail.smtp.Outcome outcome: of this try
    :param int tries: before this one
    :param datetime first_try: of the first try that counted, if there was one
    :param datetime now: in UTC
    :param schedule: minutes between tries, and how long a message is tried (:mod:`tools.mail.retry`)
    :param bool rehearsal: it went to the supervisor of a rehearsal, and to nobody else
    :param bool account_says_why: what it waits for is noted on its account, so that its age alarms nobody
    """
    values = {"state": outcome.state, "reply": outcome.reply, "next_try": False, "worker": False}
    if outcome.costs_try:
        values["tries"] = tries + 1
        values["first_try"] = first_try or now
    if outcome.state == states.DEFERRED:
        values.update(_wait(outcome, tries, now, schedule, account_says_why))
    elif outcome.state == states.SENT:
        values.update(
            state=states.REHEARSED if rehearsal else states.SENT, sent_date=now, relay_id=dsn.relay_id(outcome.reply))
    return values


def _wait(outcome, tries, now, schedule, account_says_why):
    """Return when to try again; a server that is down costs nothing.

    A message is given up by the time that its own tries took: what it waited for besides (a limit of the account,
    an hour, a worker) is not counted.
    """
    most = now + limits.MOST_WAIT
    if not outcome.costs_try:
        when = min(now + timedelta(seconds=outcome.wait or 60 * WAIT_FOR_SERVER), most)
        return {"next_try": when, **({"able_date": when} if outcome.wait and account_says_why else {})}
    steps, lifetime = schedule
    begun = now - retry.spent(tries, steps)
    when = retry.next_try(tries + 1, begun, now, steps, lifetime)
    return {"next_try": min(when, most)} if when else {"state": states.FAILED}


def after_return(state):
    """Return the states through which a recipient goes whose mail came back; none where that says nothing new.

    A mail of which nobody knew did leave, or it could not have come back.
    """
    if state == states.SENT:
        return (states.BOUNCED,)
    return (states.SENT, states.BOUNCED) if state in (states.SENDING, states.UNKNOWN) else ()
