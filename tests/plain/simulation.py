"""The worker, people and mail servers in memory, in an order that chance makes: one seed, one schedule.

Decisions and steps are those of production (``tools``); storage, clock and mail servers stand in for PostgreSQL, the
time and SMTP. What goes on at the same time takes turns wherever another one could come in between.
"""

import random
from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace

from greenlet import GreenletExit, getcurrent, greenlet
from psycopg2.errors import LockNotAvailable, SerializationFailure
from simulated_server import Server

from tools.delivery import accounts, claim, sessions, steps
from tools.dispatch import clicks, states
from tools.mail import consequences, limits, smtp

RECIPIENT, DISPATCH, DOCUMENT, ACCOUNT, COMPANY = "recipient", "dispatch", "document", "account", "company"
#: Minutes between tries and how long to try: short, so that giving up comes into each schedule
SCHEDULE = (5, 15), timedelta(hours=1)
#: … so that a mail is given up after so many tries
TRIES = 5
#: Seconds of a scheduler's run
RUN = 110
#: Turns that a transaction waits for another one
PATIENCE = 4
START = datetime(2026, 3, 2, 9)


class Violation(BaseException):
    """Something happened that must never happen. No ``Exception``: nobody on the way may take it for one of theirs."""


class Refused(Exception):
    """What a person wants to do is not possible any more: Odoo's ``UserError``."""


# ----------------------------------------------------------------------
# Storage: transactions as PostgreSQL's REPEATABLE READ, which Odoo uses
# ----------------------------------------------------------------------


class Store:
    """What is committed, and who holds which row."""

    def __init__(self, world):
        self.world, self.rows, self.locks = world, {}, {}
        self.kinds = {kind: [] for kind in (RECIPIENT, DISPATCH, DOCUMENT, ACCOUNT, COMPANY)}


class Transaction:
    """Sees the rows as they were when it began; a row that another one has written since then is not written."""

    def __init__(self, store, who):
        self.store, self.who, self.is_dead = store, who, False
        self.snapshot, self.writes = None, {}

    def get(self, key):
        if key in self.writes:
            return self.writes[key]
        return self._see()[key]

    def items(self, kind):
        """The rows of a kind, with their keys."""
        seen, writes = self._see(), self.writes
        return [(key, writes.get(key) or seen[key]) for key in self.store.kinds[kind] if key in seen]

    def _see(self):
        if self.is_dead:
            raise GreenletExit
        if self.snapshot is None:
            self.snapshot = dict(self.store.rows)
        return self.snapshot

    def write(self, key, **values):
        self.lock(key)
        self.writes[key] = {**self.get(key), **values}

    def insert(self, key, values):
        self._see()
        self.writes[key] = values

    def lock(self, key):
        store = self.store
        snapshot = self._see()
        for _turn in range(PATIENCE):
            if store.locks.get(key) in (None, self):
                break
            store.world.contended.add(key)
            store.world.tick()
            self._see()
        else:
            raise LockNotAvailable(f"{key} is held")
        if key in snapshot and store.rows[key] is not snapshot[key]:
            store.world.contended.add(key)
            raise SerializationFailure(f"{key} was written")
        store.locks[key] = self

    def is_free(self, key):
        return self.store.locks.get(key) in (None, self)

    def commit(self):
        self._see()
        if self.writes:
            self.store.world.check_commit(self)
            for key in self.writes.keys() - self.store.rows.keys():
                self.store.kinds[key[0]].append(key)
            self.store.rows.update(self.writes)
        self.end()

    def end(self):
        self.snapshot, self.writes = None, {}
        locks = self.store.locks
        for key in [key for key, holder in locks.items() if holder is self] if locks else ():
            del locks[key]


class Row:
    """A record of a transaction."""

    __slots__ = ("key", "tx")

    def __init__(self, tx, key):
        self.tx, self.key = tx, key

    def __getattr__(self, name):
        tx, key = self.tx, self.key
        row = tx.writes.get(key)
        value = (tx._see()[key] if row is None else row)[name]
        return Row(tx, value) if type(value) is tuple and name != "sender" else value

    @property
    def id(self):
        return self.key[1]

    @property
    def recipient_ids(self):
        mine = self.tx.get(self.key)["recipient_keys"]
        return [Row(self.tx, key) for key in mine]

    def _get_sender(self):
        return self.sender

    def write(self, **values):
        self.tx.write(self.key, **values)

    def set_state(self, state, **values):
        """As ``_set_state`` of both models."""
        table = states.RECIPIENT_TRANSITIONS if self.key[0] == RECIPIENT else states.DISPATCH_TRANSITIONS
        states.check(table, self.state, state)
        self.write(state=state, **values)

    def update_state(self):
        """As ``document.dispatch._update_state``."""
        self.set_state(states.summarize([recipient.state for recipient in self.recipient_ids]))  # written in any case


# ----------------------------------------------------------------------
# The worker
# ----------------------------------------------------------------------


class Worker(steps.Delivery):
    """The steps of production on the storage of the simulation."""

    def __init__(self, world, key):
        self.world, self.key = world, key
        self.tx = Transaction(world.store, self)
        self.end = world.now + timedelta(seconds=RUN)
        self.is_stopping, self.is_complete = False, False
        self.sockets = []

    def deliver(self):
        """As ``document.dispatch.delivery._deliver``."""
        world = self.world
        self.before = dict(world.store.rows)
        self._find_abandoned(self.key)
        self._isolate(self._cap_waits)
        self.sessions = Sessions()
        try:
            self._work_off(self.key, None, self.sessions)
        except Exception as error:
            self._roll_back()
            raise Violation(f"the run of a worker ends with {error!r}") from error
        finally:
            self.sessions.close()
            world.give_back(self.sessions.slots)
        if not self._is_time_up():
            world.check_nobody_was_passed_over(self)
        self.is_complete = True
        world.wake(self)
        self.tx.end()

    # transactions

    def _commit(self, done=0):
        self.world.tick()
        self.tx.commit()
        self.world.tick()
        return not self._is_time_up()

    def _roll_back(self):
        self.tx.end()

    def is_first_try(self, server_id):
        """Tell whether this run has not yet asked this account."""
        return server_id not in self.sessions.aside

    def _can_repeat(self):
        return True

    def _is_time_up(self):
        return self.is_stopping or self.world.now >= self.end

    def _until_stopped(self, recipients):
        for recipient in recipients:
            if self.is_stopping:
                return
            yield recipient

    def _now(self):
        return self.world.now

    def _announce(self):
        pass

    def _announce_remaining(self, count):
        pass

    # what dead workers left

    def _rows(self, kind):
        return [Row(self.tx, key) for key, _row in self.tx.items(kind)]

    def _find_workers_sending(self):
        return {row["worker"] for _key, row in self.tx.items(RECIPIENT) if row["state"] == states.SENDING}

    def _is_gone(self, worker):
        return worker not in self.world.living

    def _give_up(self, worker):
        left = [Row(self.tx, key) for key, row in self.tx.items(RECIPIENT)
                if row["state"] == states.SENDING and row["worker"] == worker]
        for row in left:
            row.set_state(consequences.OF_LOST_WORKER, worker=False, reply="stopped")
        for row in left:
            row.dispatch_id.update_state()
        return self._commit()

    def _find_untold(self):
        return [Row(self.tx, key) for key, row in self.tx.items(DISPATCH) if row["state"] == states.SENDING and all(
            self.tx.get(recipient)["state"] != states.SENDING for recipient in row["recipient_keys"])]

    def _cap_waits(self):
        latest = self.world.now + limits.MOST_WAIT
        for key, row in self.tx.items(RECIPIENT):
            if row["next_try"] and row["next_try"] > latest and row["state"] in claim.RECIPIENT_STATES:
                self.tx.write(key, next_try=self.world.now)
        for row in self._rows(ACCOUNT):
            late = {name: self.world.now for name in ("dispatch_paused_until", "dispatch_unreached_until")
                    if getattr(row, name) and getattr(row, name) > latest}
            if row.dispatch_unreached_since and row.dispatch_unreached_since > self.world.now:
                late["dispatch_unreached_since"] = self.world.now
            if late:
                row.write(**late)
        self._commit()

    # making

    def _find_unprepared(self, only, tried):
        return [Row(self.tx, key) for key, row in self.tx.items(DISPATCH)
                if row["state"] == states.QUEUED and not row["frozen"] and key[1] not in tried][:2]

    def _prepare_batch(self, batch, key, tried):
        tried.update(row.id for row in batch)
        self._isolate(self._make, [row.key for row in batch])
        return True

    def _make(self, keys):
        for key in keys:
            row = Row(self.tx, key)
            if self.tx.is_free(key) and row.state == states.QUEUED:
                row.write(frozen=True)
        self._commit()

    def _bundle_left_over(self):
        return False

    # handing over

    def _claim(self, only, seen, sessions):
        rows = [only] if only is not None else self._rows(DISPATCH)
        free = [row for row in rows if self.tx.is_free(row.key)]
        self.world.contended.update(row.key for row in rows if row not in free)
        dispatch = claim.choose(free, self.world.now, seen, sessions.senders_aside())
        if dispatch:
            self.tx.lock(dispatch.key)
            self.world.tick()
        return dispatch

    def _stop_blocked(self, dispatch):
        if not dispatch.document_id.is_draft:
            return False
        dispatch.set_state(states.FAILED)
        return True

    def _choose(self, recipient, sessions):
        sender = recipient.dispatch_id.sender
        sessions.choices[sender] = sender
        return sender

    def _must_wait(self, recipient, sessions):
        choice = self._choose(recipient, sessions)
        return accounts.must_wait(
            sessions, choice, recipient.dispatch_id.id, self.world.now, Account(self, choice[0], sessions))

    def _note_waiting(self, recipient, sessions):
        choice = recipient.dispatch_id.sender
        until = not choice[0] and sessions.aside_until(choice)
        for row in self._rows(RECIPIENT) if until else ():
            if (row.state in claim.RECIPIENT_STATES and row.dispatch_id.sender == choice
                    and self.tx.is_free(row.key) and (not row.next_try or row.next_try < until)):
                row.write(next_try=until)
        self._commit()

    def _begin(self, recipients, key, sessions):
        for recipient in recipients:
            recipient.set_state(states.SENDING, worker=key)
            recipient.write(account_id=recipient.dispatch_id.sender[0])

    def _mark_sending(self, dispatch):
        dispatch.set_state(states.SENDING)

    def _hand_over(self, recipients, sessions, links):
        """As ``document.dispatch.mailer._hand_over``."""
        outcome, fresh = self._try(recipients, sessions)
        if outcome.is_of_idle_session(fresh):
            judged = sessions.judged()
            rest = [recipient for recipient in recipients if recipient.email not in judged]
            outcome, fresh = self._try(rest, sessions)
            sessions.each = {**judged, **sessions.each}
        return outcome, {}

    def _try(self, recipients, sessions):
        """As ``document.dispatch.mailer._try``."""
        emails = [recipient.email for recipient in recipients]
        recipient = recipients[0]
        server_id, _alias, smtp_from = recipient.dispatch_id.sender
        server = self.world.servers[server_id]
        account, fresh = (server_id, smtp_from), True
        sessions.forget_last()
        try:
            answers = Account(self, server_id, sessions)
            if server_id and (seconds := answers.pause(len(recipients))):
                raise smtp.Ended(smtp.Outcome(
                    states.DEFERRED, "rests", costs_try=False, connection_lost=True, wait=seconds))
            fresh = sessions.is_new(account)
            if fresh:
                try:
                    self.world.check_connect(self, server_id)
                    connection = server.connect()
                except Violation:
                    raise
                except Exception as error:
                    raise smtp.Ended(smtp.connection_failed(error)) from error
                self.sockets.append(connection.sock)
                sessions[account] = smtp.Session(connection)
            sessions[account].forget()
            sessions[account]._connection.sock.about = emails
            self.world.writing_while_talking(self)
            sessions[account].sendmail(smtp_from, emails, self._build_text(recipient))
        except smtp.Ended as ended:
            outcome = ended.outcome
        except Violation:
            raise
        except Exception as error:  # noqa: BLE001, as production does
            outcome = judge_exception(sessions.get(account), error)
        else:
            outcome = sessions[account].outcome
        sessions.each = sessions[account].outcomes if account in sessions else {}
        for said in dict.fromkeys((outcome, *sessions.each.values())):
            sessions.settle(account, server_id, said, self.world.now)
        return outcome, fresh

    def _build_text(self, recipient):
        """The mail; the header of a common one names all who share it, whoever gets it now."""
        readers = [reader.email for reader in recipient.dispatch_id.recipient_ids if reader.in_common]
        if not recipient.in_common:
            readers = [recipient.email]
        return f"To: {', '.join(readers)}\r\n\r\n{''.join(f'<{reader}>' for reader in readers)}\r\n"

    def _write_outcome(self, recipients, outcomes, used, sessions):
        for recipient, outcome in zip(recipients, outcomes, strict=True):
            if recipient.state == states.SENDING:
                recipient.set_state(**consequences.after_outcome(
                    outcome, recipient.tries, recipient.first_try, self.world.now, SCHEDULE,
                    account_says_why=bool(recipient.account_id)))
        return self._commit()

    def _note_account(self, recipient, outcome):
        if recipient.account_id:
            row, said = Row(self.tx, (ACCOUNT, recipient.account_id)), accounts.judge(outcome)
            sender = recipient.dispatch_id.sender[2]
            values = {}
            if said == accounts.REFUSED:
                values = accounts.after_refusal(
                    row, outcome.reply, outcome.verdict.cause,
                    sender if outcome.verdict.whose == "sender" else False, self.world.now)
            elif said == accounts.ACCEPTED:
                values = accounts.after_acceptance(row, sender)
                if row.dispatch_unreached_since:
                    values.update(dispatch_unreached_since=False, dispatch_unreached_until=False)
            elif said == accounts.UNREACHED:
                values = accounts.after_silence(row.dispatch_unreached_since, outcome.reply, self.world.now)
            if values:
                row.write(**values)
        self._commit()

    def _tell(self, dispatches):
        for dispatch in dispatches:
            row = Row(self.tx, dispatch.key)
            if row.state == states.SENDING:
                self.tx.lock(row.key)
                row.update_state()
        self._commit()
        return True

    def _park(self, dispatch, error):
        if isinstance(error, Violation):
            raise error
        raise Violation(f"the worker itself failed: {error!r}") from error

    def _wait_for_server(self, dispatch, fault):
        raise Violation(f"no fault of the machine is simulated: {fault!r}")


class Sessions(sessions.Sessions):
    pass


judge_exception = sessions.judge_exception


class Account:
    """What ``accounts.must_wait`` asks of ``ir.mail_server``."""

    def __init__(self, worker, server_id, sessions):
        self._worker, self._id, self._sessions = worker, server_id, sessions
        self._row = Row(worker.tx, (ACCOUNT, server_id)) if server_id else None

    def pause(self, own=0):
        """:param int own: of those in hand, who are in this worker's own"""
        now = self._worker.world.now
        return (accounts.seconds_until(self._row.dispatch_paused_until, now)
                or accounts.seconds_until(self._row.dispatch_unreached_until, now) or self._limit(now, own))

    def _limit(self, now, own):
        most = self._row.per_minute
        if not most:
            return None
        mine = [row for _key, row in self._worker.tx.items(RECIPIENT) if row["account_id"] == self._id]
        dates = sorted((row["sent_date"] for row in mine if row["sent_date"] and row["sent_date"] <= now), reverse=True)
        in_hand = sum(row["state"] == states.SENDING for row in mine) - own
        until = limits.next_free(lambda n: dates[n] if n < len(dates) else None, most, in_hand, limits.MINUTE, now)
        return until and (until - now).total_seconds()

    def sender_pause(self, sender):
        return accounts.sender_seconds(self._row.dispatch_senders, sender, self._worker.world.now)

    def is_unreached(self):
        return bool(self._row.dispatch_unreached_since)

    def take_place(self):
        return not self._row.connections or self._worker.world.take_place(self._id, self._sessions)


# ----------------------------------------------------------------------
# People
# ----------------------------------------------------------------------


def release(tx, dispatch):
    if not clicks.can_release(dispatch.state):
        raise Refused
    dispatch.set_state(states.QUEUED)


def edit_address(tx, dispatch):
    if not clicks.can_edit(dispatch.state):
        raise Refused
    for recipient in dispatch.recipient_ids:
        recipient.write(email="new." + recipient.email)


def cancel(tx, dispatch):
    if not clicks.can_cancel(dispatch.state):
        raise Refused
    recipients = dispatch.recipient_ids
    whole = clicks.is_withdrawable(dispatch.state, [recipient.state for recipient in recipients])
    for recipient in recipients:
        if recipient.state in clicks.CANCELLED_BY_CANCEL:
            recipient.set_state(states.CANCELLED)
    if whole:
        dispatch.set_state(states.CANCELLED)
    else:
        dispatch.update_state()


def back_to_draft(tx, dispatch):
    """The document is changed: what waits is withdrawn, and whatever comes is another revision."""
    dispatch.document_id.write(is_draft=True)
    if clicks.can_cancel(dispatch.state):
        cancel(tx, dispatch)
    elif dispatch.state in clicks.PARTLY_WITHDRAWN:
        for recipient in dispatch.recipient_ids:
            if recipient.state in clicks.CANCELLED_BY_CHANGE:
                recipient.set_state(states.CANCELLED)
        dispatch.update_state()


def retry(tx, dispatch):
    recipients = dispatch.recipient_ids
    if not clicks.can_retry(dispatch.state, [recipient.state for recipient in recipients]):
        raise Refused
    for recipient in recipients:
        if recipient.state in clicks.QUEUED_BY_RETRY:
            recipient.set_state(states.QUEUED, next_try=False, tries=0, first_try=False)
    dispatch.set_state(states.QUEUED)


def arrived(tx, dispatch):
    _decide(dispatch, states.SENT, sent_date=dispatch.tx.store.world.now)


def send_again(tx, dispatch):
    _decide(dispatch, states.QUEUED, next_try=False)


def _decide(dispatch, state, **values):
    undecided = [recipient for recipient in dispatch.recipient_ids if clicks.can_decide(recipient.state)]
    if not undecided:
        raise Refused
    undecided[0].set_state(state, **values)
    dispatch.update_state()


def to_paper(tx, dispatch):
    recipients = dispatch.recipient_ids
    if not clicks.can_go_on_paper(dispatch.state, [recipient.state for recipient in recipients]):
        raise Refused
    for recipient in recipients:
        if recipient.state in clicks.CANCELLED_BY_PAPER:
            recipient.set_state(states.CANCELLED)
    dispatch.set_state(states.PAPER)


def come_back(tx, dispatch):
    """No click: a mail that was taken comes back."""
    world = tx.store.world
    for recipient in dispatch.recipient_ids:
        if world.servers[dispatch.sender[0]].taken[recipient.email] and world.chance.random() < .5:
            for state in consequences.after_return(recipient.state):
                recipient.set_state(state, worker=False)
            world.returned.add(recipient.email)
    dispatch.update_state()


def resend(tx, dispatch):
    """A new dispatch to the same people, of which no other one knows."""
    world = tx.store.world
    if dispatch.state in (states.REVIEW, states.CANCELLED) or world.resent > 1:
        raise Refused
    world.resent += 1
    world.add_dispatch(tx, dispatch.sender, len(dispatch.recipient_ids), states.QUEUED)


CLICKS = (
    release, release, edit_address, cancel, back_to_draft, retry, retry, arrived, send_again, send_again, to_paper,
    come_back, come_back, resend,
)


# ----------------------------------------------------------------------
# The world
# ----------------------------------------------------------------------


class World:
    """One schedule: what is there, who does what in which order, and what must never happen.

    :param int seed: of everything that chance decides
    """

    def __init__(self, seed):
        self.seed = seed
        self.chance = random.Random(seed)
        self.now = START
        self.store = Store(self)
        self.log = []
        self.living, self.active = {}, []
        self.contended, self.workers = set(), 0
        self.places, self.wakes = {}, []
        self.allowed, self.may_be_unknown, self.returned = Counter(), set(), set()
        self.resent, self.number, self.clock_is_wrong = 0, 0, False
        self.hub = None
        self._build()

    # what is there

    def _build(self):
        chance, share = self.chance, self.chance.choice((0, .05, .15, .3))
        self.servers, tx = {}, Transaction(self.store, self)
        #: 0 stands for the server of Odoo's command line, which has no record
        for server_id in (0, 1, 2):
            server = Server(chance, SimpleNamespace(sleep=self.pass_time), self.tick, share,
                            is_reliable=server_id == 1 and chance.random() < .7)
            server.is_down = server_id == 2 and chance.random() < .4
            server.note = self._note
            server.on_rcpt, server.on_text = self.check_rcpt, self.check_text
            self.servers[server_id] = server
            if server_id:
                tx.insert((ACCOUNT, server_id), dict.fromkeys((
                    "dispatch_problem", "dispatch_fault", "dispatch_paused_until", "dispatch_senders",
                    "dispatch_unreached_since", "dispatch_unreached_until", "dispatch_unreached_reply",
                ), False) | {"connections": chance.random() < .2,
                             "per_minute": chance.choice((0, 0, 0, 2)) if server_id == 2 else 0})
        tx.insert((COMPANY, 1), {"dispatch_mode": "send"})
        for _number in range(chance.randint(2, 4)):
            server_id = chance.choice((0, 1, 1, 1, 2, 2))
            sender = (server_id, False, chance.choice(("a@x.example", "b@x.example")))
            self.add_dispatch(tx, sender, chance.choice((1, 1, 2, 3)), chance.choice((states.QUEUED,) * 3 + (
                states.REVIEW,)))
        tx.commit()

    def add_dispatch(self, tx, sender, count, state):
        self.number += 1
        key, keys = (DISPATCH, self.number), []
        # by chance of its own: who reads a schedule of before finds it again
        chance = random.Random(f"{self.seed} {self.number}")
        in_common = count > 1 and chance.random() < .6
        # the first has a mail of its own, as who is not one of the customer's people
        alone = in_common and count > 2 and chance.random() < .3
        for place in range(count):
            recipient = (RECIPIENT, self.number * 10 + place)
            keys.append(recipient)
            email = f"r{recipient[1]}@y.example"
            tx.insert(recipient, {
                "dispatch_id": key, "state": states.QUEUED, "email": email, "tries": 0,
                "first_try": False, "next_try": False, "worker": False, "account_id": False, "sent_date": False,
                "reply": False, "able_date": False, "relay_id": False,
                "in_common": in_common and not (alone and place == 0),
            })
        tx.insert(key, {
            "state": state, "sender": sender, "recipient_keys": keys, "company_id": (COMPANY, 1), "rehearsal": False,
            "bundle_id": False, "after_id": False, "frozen": self.chance.random() < .7,
            "document_id": (DOCUMENT, self.number),
        })
        tx.insert((DOCUMENT, self.number), {"is_draft": False})

    # turns

    def tick(self, what=None):
        """Another one may go on here."""
        if self.hub is not None and getcurrent() is not self.hub:
            self.hub.switch()

    def pass_time(self, seconds):
        self.now += timedelta(seconds=seconds)

    def run(self):
        """Live through the schedule, and raise :class:`Violation` where something happened that must not."""
        self.hub = getcurrent()
        try:
            self._chaos()
        finally:
            for actor in self.active[:]:
                self._kill(actor)
            self.hub = None
        self._calm()
        self._check_end()

    def _chaos(self):
        chance = self.chance
        crashes = chance.choice((0, 0, 1, 2, 3))
        for _turn in range(chance.randint(40, 220)):
            dice = chance.random()
            workers = len(self.living)
            if not self.active or dice < .03 and workers < 3:
                chance.choice((self._start_worker, self._start_person))()
            elif dice < .90:
                self._go_on(chance.choice(self.active))
            elif dice < .95:
                self._start_person()
            elif dice < .96 and crashes and workers:
                crashes -= 1
                self._kill(chance.choice([actor for actor in self.active if actor.worker]))
            elif dice < .965 and workers:
                chance.choice([actor for actor in self.active if actor.worker]).worker.is_stopping = True
            elif dice < .99:
                self.now += timedelta(seconds=chance.choice((1, 30, 300, 4000, 90000)))
            elif dice < .993:
                self.now += timedelta(days=chance.choice((-1, 40)))  # a clock that is set
                self.clock_is_wrong = True

    def _start_worker(self):
        worker = self._make_worker()
        self._begin(worker.deliver, worker)

    def _make_worker(self):
        self.workers += 1
        worker = self.living[self.workers] = Worker(self, self.workers)
        self._note("worker %s begins", worker.key)
        return worker

    def _start_person(self):
        click = self.chance.choice(CLICKS)
        dispatch = self.chance.choice([key for key in self.store.rows if key[0] == DISPATCH])
        self._begin(lambda: self._click(click, dispatch), None)

    def _begin(self, what, worker):
        actor = greenlet(what)
        actor.worker, actor.tx = worker, worker and worker.tx
        self.active.append(actor)

    def _go_on(self, actor):
        actor.switch()
        if actor.dead:
            self.active.remove(actor)
            if actor.worker:
                del self.living[actor.worker.key]

    def _kill(self, actor):
        """As ``kill -9``: nothing is put in order any more."""
        self.active.remove(actor)
        if actor.worker:
            worker = actor.worker
            self._note("worker %s is killed", worker.key)
            del self.living[worker.key]
            worker.tx.end()
            worker.tx.is_dead = True
            for socket in worker.sockets:
                socket.is_dead = True
            self.places = {place: holder for place, holder in self.places.items() if holder is not worker.sessions
                           } if hasattr(worker, "sessions") else self.places
            self.may_be_unknown.update(
                row["email"] for key, row in self.store.rows.items()
                if key[0] == RECIPIENT and row["state"] == states.SENDING and row["worker"] == worker.key)
        elif actor.tx:
            actor.tx.end()
            actor.tx.is_dead = True
        actor.throw(GreenletExit)

    def _click(self, click, key):
        tx = Transaction(self.store, click)
        if self.hub is not None:
            getcurrent().tx = tx
        for _attempt in range(5):
            try:
                dispatch = Row(tx, key)
                assert dispatch.state
                self.tick()
                click(tx, dispatch)
                self.tick()
                tx.commit()
                self._note("%s of %s", click.__name__, key)
                return
            except (SerializationFailure, LockNotAvailable):
                tx.end()
            except (Refused, states.ForbiddenTransition):
                break
        tx.end()

    def _note(self, text, *args):
        self.log.append((self.now, text, args))

    def tell(self):
        """What happened, for those who read why a schedule failed."""
        return "\n".join(f"{date:%d %H:%M:%S} {text % args}" for date, text, args in self.log)

    def wake(self, worker):
        """As ``_come_back``: when a worker is wanted again. What was wanted before is still wanted."""
        times = [row["next_try"] for key, row in self.store.rows.items()
                 if key[0] == RECIPIENT and row["state"] == states.DEFERRED and row["next_try"]
                 and row["next_try"] > self.now]
        times += filter(None, worker.sessions.aside.values())
        self.wakes = sorted(date for date in {*self.wakes, *times} if date > self.now)

    def take_place(self, server_id, sessions):
        if self.places.get(server_id) not in (None, sessions):
            return False
        self.places[server_id] = sessions
        sessions.slots[server_id] = server_id
        return True

    def give_back(self, slots):
        for server_id in slots:
            self.places.pop(server_id, None)
        slots.clear()

    # after the storm

    def _calm(self):
        """All is well from now on: what waits must go, people decide what is theirs, and nothing more is needed."""
        chance = self.chance
        for server in self.servers.values():
            server.share, server.is_down = 0, False
        for turn in range(60):
            worker = self._make_worker()
            worker.deliver()
            del self.living[worker.key]
            open_ones = [(key, row) for key, row in self.store.rows.items() if key[0] == DISPATCH]
            for key, row in open_ones:
                if row["state"] == states.UNKNOWN:
                    self._click(chance.choice((arrived, send_again)), key)
                elif row["state"] == states.REVIEW:
                    self._click(chance.choice((release, cancel)), key)
            if self._is_over():
                return
            # a quota, or a clock that was set back, leaves pauses of hours and days behind (limits.MOST_WAIT)
            pause = timedelta(minutes=1) if turn < 30 else timedelta(hours=6)
            self.now = max([self.now + pause, *self.wakes[:1]])

    def _is_over(self):
        return all(row["state"] not in (states.QUEUED, states.SENDING, states.REVIEW, states.UNKNOWN)
                   for key, row in self.store.rows.items() if key[0] == DISPATCH)

    # ------------------------------------------------------------------
    # What must never happen
    # ------------------------------------------------------------------

    def _server_of(self, email):
        for key, row in self.store.rows.items():
            if key[0] == RECIPIENT and row["email"] == email:
                return self.servers[self.store.rows[row["dispatch_id"]]["sender"][0]], row
        return None, None

    def check_rcpt(self, email):
        """A mail is addressed: its row says so, and whoever is found dead now leaves no doubt behind."""
        server, row = self._server_of(email)
        if row is None:
            raise Violation(f"{email} was changed, and is written to all the same")
        if row["state"] not in (states.SENDING, states.BOUNCED):
            raise Violation(f"{email} is written to, and stands there as {row['state']}")
        if email in server.refused:
            raise Violation(f"{email} was refused for good, and is asked again")
        if server.taken[email] > self.allowed[email]:
            raise Violation(f"{email} has it already, or nobody knows, and gets it again")

    def check_text(self, email, text):
        if f"<{email}>".encode() not in text:
            raise Violation(f"{email} gets what was for another one")

    def writing_while_talking(self, worker):
        if worker.tx.writes:
            raise Violation("something is not committed while the mail server is asked")

    def check_connect(self, worker, server_id):
        """An account that rests is left alone, and one that is down holds up nobody."""
        if not server_id:
            return
        noted = worker.before[ACCOUNT, server_id]
        rests = (noted["dispatch_paused_until"], self.store.rows[ACCOUNT, server_id]["dispatch_paused_until"])
        if all(until and until > self.now for until in rests):
            raise Violation(f"account {server_id} rests, and is asked")
        if noted["dispatch_unreached_since"] and worker.is_first_try(server_id):
            self.check_nobody_was_passed_over(worker, f"account {server_id} is down, and comes first")

    def check_nobody_was_passed_over(self, worker, why="a run is over"):
        """Whatever became of the others: what could go through a server that is in order had its turn."""
        rows = self.store.rows
        for key, row in worker.before.items() if not self.clock_is_wrong else ():
            if key[0] != RECIPIENT or rows[key] is not row or key in self.contended:
                continue
            of = row["dispatch_id"]
            dispatch = rows[of]
            if (
                dispatch is worker.before[of] and of not in self.contended and of not in self.store.locks
                and self.servers[dispatch["sender"][0]].is_reliable
                and not rows[ACCOUNT, dispatch["sender"][0]]["connections"]
                and dispatch["frozen"] and dispatch["state"] in (states.QUEUED, states.UNKNOWN)
                and row["state"] in (states.QUEUED, states.DEFERRED)
                and (not row["next_try"] or row["next_try"] <= worker.end - timedelta(seconds=RUN))
            ):
                raise Violation(f"{why}, and {row['email']} did not have its turn")

    def check_commit(self, tx):
        """Each state has its evidence."""
        by_worker = isinstance(tx.who, Worker)
        for key, new in tx.writes.items():
            old = self.store.rows.get(key)
            if key[0] == RECIPIENT:
                if old is not None and old["email"] != new["email"]:
                    if tx.get(new["dispatch_id"])["state"] != states.REVIEW:
                        raise Violation(f"{old['email']} is changed, and was released")
                elif old is not None:
                    self._check_recipient(old, new, by_worker)
                    if new["state"] == states.SENDING and tx.get(tx.get(new["dispatch_id"])["document_id"])["is_draft"]:
                        raise Violation(f"{new['email']} gets a document that went back to draft")
                if old is None or old["state"] != new["state"]:
                    self._note("%s %s: %s", "worker" if by_worker else "person", new["email"], new["state"])

    def _check_recipient(self, old, new, by_worker):
        before, after, email = old["state"], new["state"], new["email"]
        server, _row = self._server_of(email)
        if new["tries"] > server.judged[email]:
            raise Violation(f"{email} pays with a try for what nobody said of it")
        if before == after:
            return
        if by_worker:
            self._check_outcome(server, old, new)
            return
        if before in (states.UNKNOWN, states.BOUNCED) and after == states.QUEUED:
            self.allowed[email] = server.taken[email]
        if after == states.QUEUED:
            server.refused.discard(email)
        if not new["tries"]:
            server.judged[email] = 0
        if after == states.CANCELLED and before in (states.SENT, states.SENDING):
            raise Violation(f"{email} is called back, and has left")

    def _check_outcome(self, server, old, new):
        before, after, email = old["state"], new["state"], new["email"]
        may_have_it = server.taken[email] > self.allowed[email]
        refused, tried = email in server.refused, server.judged[email]
        for is_wrong, why in (
            (after == states.SENDING and old["next_try"] and old["next_try"] > self.now and not self.clock_is_wrong,
             "is sent before its time"),
            (before == states.SENDING and after in (states.QUEUED, states.CANCELLED), "waits again, and nobody knows"),
            (after == states.SENT and email not in server.confirmed, "is called sent, and the server did not say so"),
            (after == states.FAILED and not refused and tried < TRIES, "failed, and nobody refused it for good"),
            (after == states.DEFERRED and may_have_it, "may have it, and is tried again"),
            (after == states.DEFERRED and refused, "was refused for good, and waits for another try"),
            (after == states.UNKNOWN and email not in server.unclear | self.may_be_unknown,
             "is called unknown, and its fate is known"),
        ):
            if is_wrong:
                raise Violation(f"{email} {why}")

    def _check_end(self):
        rows = self.store.rows
        for key, row in rows.items():
            if key[0] == DISPATCH:
                of_recipients = [rows[recipient]["state"] for recipient in row["recipient_keys"]]
                if row["state"] in (states.QUEUED, states.SENDING, states.REVIEW, states.UNKNOWN):
                    raise Violation(f"dispatch {key[1]} stays {row['state']} for ever, its recipients {of_recipients}")
                if row["state"] not in (states.PAPER, states.CANCELLED) and not self._is_draft(row) and (
                    row["state"] != states.summarize(of_recipients)
                ):
                    raise Violation(f"dispatch {key[1]} is {row['state']}, its recipients {of_recipients}")
            elif key[0] == RECIPIENT:
                self._check_fate(row)

    def _is_draft(self, dispatch):
        return self.store.rows[dispatch["document_id"]]["is_draft"]

    def _check_fate(self, row):
        email, state = row["email"], row["state"]
        server, _row = self._server_of(email)
        if state == states.SENT and not server.taken[email] and email not in server.unclear | self.may_be_unknown:
            raise Violation(f"{email} is lost: called sent, and nobody has it")
        if state in (states.QUEUED, states.SENDING, states.DEFERRED) and not (
            self._is_draft(self.store.rows[row["dispatch_id"]])
        ):
            raise Violation(f"{email} stays {state} for ever")
        if server.taken[email] and state not in (states.SENT, states.BOUNCED, states.UNKNOWN) and (
            email not in server.unclear | self.may_be_unknown | self.returned
        ):
            raise Violation(f"{email} has it, and stands there as {state}")


def run(seed):
    """Run the schedule of a seed; return it."""
    world = World(seed)
    world.run()
    return world
