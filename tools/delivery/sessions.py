"""The sessions of one worker, and what of the accounts it leaves aside in its run."""

import smtplib
from datetime import timedelta

from psycopg2 import OperationalError

from ..dispatch import states
from ..mail import blame, smtp


def judge_exception(session, error):
    """Return the outcome of a mail at which something of ours went wrong: what the server said stands all the same.

    Before it was asked the mail itself is wrong (no valid sender …). Where memory, disk or database are to blame it is
    tried again, which counts, so that it has an end.

    :param session: the session that was to be used, if it came so far
    """
    if session and session.outcome:
        return session.outcome
    ours = (MemoryError, OSError, OperationalError)
    blameless = isinstance(error, ours) and not isinstance(error, smtplib.SMTPException)
    return smtp.Outcome(states.DEFERRED if blameless else states.FAILED, smtp.describe(error))


class Sessions(dict):
    """The open sessions of one worker, by account, the accounts that Odoo chose, and those that must wait."""

    def __init__(self, insist=False):
        """:param bool insist: use an account that is paused, too: a person wants to know it now"""
        super().__init__()
        #: sender (``document.dispatch._get_sender``) → account, alias domain, sender of the envelope
        self.choices = {}
        self.insist = insist
        #: of the last mail: what keeps the server itself from sending it, and the proof of what went
        self.fault = self.proof = None
        #: … and what the server said to one address alone, where it went to several: address → outcome
        self.each = {}
        #: account (its id), or account and sender → until when nothing of it is taken, or ``None``: not in this run
        self.aside = {}
        #: accounts that are taken when nothing else is left → dispatches that were passed over; whether it is so far
        self.later, self.is_later = {}, False
        #: account → its place among the sessions at once
        self.slots = {}

    def forget_last(self):
        """Before another mail."""
        self.fault, self.proof, self.each = None, None, {}

    def judged(self):
        """What the server said to some of several, and is not asked again when the rest goes in another session."""
        return {email: said for email, said in self.each.items() if said.costs_try}

    @staticmethod
    def envelope_sender(smtp_from):
        """Return the sender of the envelope as accounts note it: one spelling for one address."""
        return smtp_from or ""

    def put_aside(self, what, until=None):
        """Take nothing more of this account or sender in this run, and come back at that time.

        :param what: id of the account, or that with a sender of the envelope
        :param datetime until: in UTC; ``None``: nobody knows
        """
        self.aside[what] = until

    def is_aside(self, what):
        """Tell whether this account or sender must wait."""
        return what in self.aside or what in self.later and not self.is_later

    def must_wait(self, choice):
        """Tell whether what goes through this account in this name must wait (``choices``)."""
        return any(self.is_aside(what) for what in self._account_and_sender(choice))

    def aside_until(self, choice):
        """Return until when it must wait for one or the other; ``None`` where nobody knows."""
        return max(filter(None, map(self.aside.get, self._account_and_sender(choice))), default=None)

    def senders_aside(self):
        """All senders of which nothing is taken now."""
        return [sender for sender, choice in self.choices.items() if self.must_wait(choice)]

    def take_later(self):
        """Now comes the turn of what was put last; return the ids of the dispatches that were passed over."""
        self.is_later = True
        return set().union(*self.later.values())

    def chosen_server(self):
        """The account of the first choice; ``False``: the one of Odoo's command line, or none."""
        return next(iter(self.choices.values()), [False])[0]

    def note(self, server_id, outcome, now):
        """Put aside the account or the sender that was refused, whether or not the account can be written.

        :param server_id: the account
        :param tools.mail.smtp.Outcome outcome: of the last try
        :param datetime now: in UTC
        """
        if outcome.is_ours:
            what = (server_id, outcome.sender) if outcome.verdict.whose == blame.SENDER else server_id
            self.put_aside(what, now + timedelta(seconds=outcome.verdict.rest))

    def is_new(self, account, most=0):
        """Tell whether an account needs another session; hang up where the one that is open must not be used.

        :param account: id of the server and sender of the envelope
        :param int most: mails in one session; 0: no limit
        """
        if account in self and (most and self[account].count >= most or self[account].is_closed):
            self.pop(account).quit()
        return account not in self

    def settle(self, account, server_id, outcome, now):
        """After a try: hang up where nothing more can go in this session, and put aside whom the server refused.

        :param account: id of the server and sender of the envelope; ``None`` where it did not come so far
        :param server_id: the account; ``None`` where none was chosen
        :param tools.mail.smtp.Outcome outcome: of the try
        :param datetime now: in UTC
        """
        if account in self and (outcome.connection_lost or self[account].is_closed):
            self.pop(account).quit()
        if server_id is not None:
            self.note(server_id, outcome, now)

    def close(self):
        """Hang up everywhere."""
        for session in self.values():
            session.quit()

    def _account_and_sender(self, choice):
        """Return by what a choice can be put aside."""
        server_id, _alias_domain_id, smtp_from = choice
        return server_id, (server_id, self.envelope_sender(smtp_from))
