"""The worker of Odoo on PostgreSQL, in schedules that chance makes: crashes, replies, clocks, other workers, people.

The same as ``tests/plain/simulation.py`` with the real models; only the mail server and the clock are none. All goes on
in one transaction: a savepoint stands for each commit, and a worker that is killed leaves what is before the last one.
So nobody clashes with anybody here (``tests/processes`` has real ones); what is proved is that the models do what the
plain functions say.
"""

import itertools
import os
import random
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import UserError, ValidationError

from ..models.delivery.document_dispatch_delivery import DocumentDispatchDelivery
from ..models.delivery.document_dispatch_mailer import Sessions
from ..tools.delivery import claim
from ..tools.dispatch import states
from .common import DispatchCase
from .mutations import rewritten
from .sampling import LONG
from .simulated_server import Server

SCHEDULES = 1000 if LONG else 60
#: As in tests/plain/test_delivery_simulation.py
SEED = "DISPATCH_TEST_SEED"
OPEN = ("review", "queued", "sending", "unknown")
SENDERS = ("faturas@aurora.example.com", "financeiro@aurora.example.com")
#: A part of the statement by which a worker claims → what it could be by mistake
CLAIM_MUTATIONS = (
    ("d.state IN %s AND", "(true OR d.state IN %s) AND"),
    ("AND r.state IN %s", "AND (true OR r.state IN %s)"),
    ("AND d.frozen", ""),
    ("AND d.bundle_id IS NULL", ""),
    ("r.next_try <= %s", "r.next_try < %s"),
    ("r.next_try IS NULL OR", ""),
    ("(r.next_try IS NULL OR r.next_try <= %s)", "(true OR r.next_try <= %s)"),
    ("c.dispatch_mode = 'send' OR", "c.dispatch_mode != 'off' OR"),
    ("c.dispatch_mode = 'rehearse' AND d.rehearsal", "d.rehearsal"),
    ("tuple(seen)", "()"),
    ("tuple(only.ids)", "tuple(d.id for d in only.search([]))"),
    ("conditions += ", "_conditions = "),
    ('"COALESCE(%s, 0)"', '"%s"'),
    ("in claim.ORDER", "in claim.ORDER[1:]"),
    ("ORDER BY %s", "ORDER BY %s DESC"),
)


class Killed(BaseException):
    """The worker's process is gone."""


class Violation(BaseException):
    """Something happened that must never happen. No ``Exception``: nobody on the way may take it for one of theirs."""


class World:
    """One schedule; see ``tests/plain/simulation.py``."""

    def __init__(self, env, seed, dispatches, accounts):
        self.env, self.chance, self.dispatches = env, random.Random(seed), dispatches
        self.delivery = env["document.dispatch.delivery"]
        self.now = fields.Datetime.now()
        self.depth, self.crashes, self.events = 0, self.chance.choice((0, 1, 2)), self.chance.randint(2, 8)
        self.living, self.may_be_unknown, self.returned, self.allowed = {}, set(), set(), Counter()
        self.log = []
        share = self.chance.choice((0, .1, .2, .35))
        self.servers = {account.id: Server(
            self.chance, SimpleNamespace(sleep=self.pass_time), self.on_socket, share) for account in accounts}
        for server in self.servers.values():
            server.note, server.on_rcpt, server.on_text = self.note, self.check_rcpt, self.check_text

    def note(self, text, *args):
        self.log.append(f"{self.now:%d %H:%M:%S} {text % args}")

    def pass_time(self, seconds):
        self.now += timedelta(seconds=int(seconds))

    # ------------------------------------------------------------------
    # Transactions of one connection
    # ------------------------------------------------------------------

    def commit(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT committed")

    def roll_back(self):
        self.env.cr.clear()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT committed")
        self.env.invalidate_all()

    def after_commit(self):
        """Everything is committed: others may come in between, or the process ends."""
        self.commit()
        dice = self.chance.random()
        if self.crashes and dice < .06:
            self.crashes -= 1
            raise Killed
        if self.events and self.depth < 3 and dice < .3:
            self.events -= 1
            self.chance.choice((self.work, self.click, self.click, self.click, self.let_time_pass))()

    def on_socket(self, what):
        """In the middle of a conversation nothing else is possible here than the end of the process."""
        if self.crashes and self.living and self.chance.random() < .02:
            self.crashes -= 1
            raise Killed

    def let_time_pass(self):
        self.now += timedelta(seconds=self.chance.choice((1, 60, 400, 4000)))

    # ------------------------------------------------------------------
    # Workers and people
    # ------------------------------------------------------------------

    def work(self, only=None):
        """A worker's run, to its end or to that of its process."""
        self.depth += 1
        before = set(self.living)
        self.note("worker begins")
        try:
            self.delivery._deliver(only)
            self.commit()
        except Killed:
            self.roll_back()
            [key] = set(self.living) - before
            del self.living[key]
            left = self.env["document.dispatch.recipient"].search([("state", "=", "sending"), ("worker", "=", key)])
            self.may_be_unknown.update(left.mapped("email"))
            self.note("worker is killed with %s", left.mapped("email"))
        finally:
            self.depth -= 1

    @contextmanager
    def worker(self):
        key = max(self.living, default=0) + 1 + len(self.log) * 10
        self.living[key] = True
        yield key
        del self.living[key]

    def click(self):
        dispatch = self.chance.choice(self.dispatches)
        recipients = dispatch.recipient_ids
        name = self.chance.choice((
            "release", "cancel", "retry", "arrived", "send_again", "paper", "come_back", "draft", "edit",
        ))
        before = {recipient: recipient.state for recipient in recipients}
        self.depth += 1
        try:
            getattr(self, f"_{name}")(dispatch, recipients)
            self.env.flush_all()
        except (UserError, ValidationError, states.ForbiddenTransition):
            self.roll_back()
        else:
            self.note("%s of %s: %s", name, dispatch.id, dict(zip(
                recipients.exists().mapped("email"), recipients.exists().mapped("state"), strict=True)))
            self._note_again(before)
            self.commit()
        finally:
            self.depth -= 1

    def _note_again(self, before):
        """Whom a person has sent to once more may get it once more."""
        for recipient, old in before.items():
            email, server = recipient.email, self._server_of(recipient)
            if recipient.state == "queued" != old:
                server.refused.discard(email)
                if old in ("unknown", "bounced"):
                    self.allowed[email] = server.taken[email]
            if old in ("sent", "sending") and recipient.state in ("cancelled", "queued"):
                raise Violation(f"{email} is called back, and has left")

    def _release(self, dispatch, recipients):
        dispatch.action_release()

    def _cancel(self, dispatch, recipients):
        dispatch.action_cancel()

    def _retry(self, dispatch, recipients):
        dispatch.action_retry()

    def _arrived(self, dispatch, recipients):
        recipients.filtered(lambda r: r.state == "unknown")[:1].action_arrived()

    def _send_again(self, dispatch, recipients):
        recipients.filtered(lambda r: r.state == "unknown")[:1].action_send_again()

    def _paper(self, dispatch, recipients):
        dispatch.action_to_paper()

    def _draft(self, dispatch, recipients):
        dispatch._document().button_draft()

    def _edit(self, dispatch, recipients):
        # as the form does, with a user's own rights
        recipients[:1].write({"email": f"new.{recipients[:1].email}"})

    def _come_back(self, dispatch, recipients):
        came = recipients.filtered(lambda r: self._server_of(r).taken[r.email])[:1]
        self.returned.update(came.mapped("email"))
        came._bounce(SimpleNamespace(text="550 came back"))

    # ------------------------------------------------------------------
    # In place of what Odoo does by itself
    # ------------------------------------------------------------------

    @contextmanager
    def patched(self):
        world, Delivery = self, type(self.delivery)
        Mailer = type(self.env["document.dispatch.mailer"])
        right = {name: getattr(Delivery, name) for name in ("_claim", "_commit")}
        hand_over = Mailer._hand_over

        def commit(delivery, done=0):
            right["_commit"](delivery, done)
            world.after_commit()
            return True

        def claimed(delivery, only, seen, sessions):
            found = right["_claim"](delivery, only, seen, sessions)
            every = world.env["document.dispatch"].search([("recipient_ids", "!=", False)]) if only is None else only
            expected = claim.choose(every, world.now, seen, sessions.senders_aside())
            if (found or None) != (expected or None):
                raise Violation(f"PostgreSQL chose {found}, and the worker's rule says {expected}")
            return found

        def handed_over(mailer, recipients, mail_vals, sessions, links=None):
            world._server_of(recipients).about = recipients.mapped("email")
            outcome = hand_over(mailer, recipients, mail_vals, sessions, links)
            world.note("%s: %s", recipients.mapped("email"), outcome.reply)
            first = recipients[:1]
            noted = {"mail_server_id": first.mail_server_id.id, "linked_files": first.linked_files}
            world.after_commit()
            recipients._with_system_write().write(noted)
            return outcome

        with (
            patch.object(fields.Datetime, "now", staticmethod(lambda *args: world.now)),
            patch.object(IrMail_Server, "_connect__", lambda server, *args, mail_server_id=None, **kwargs:
                         world.servers[mail_server_id].connect()),
            patch.object(Delivery, "_commit", commit), patch.object(Delivery, "_claim", claimed),
            patch.object(Delivery, "_worker", lambda delivery: world.worker()),
            patch.object(Delivery, "_is_gone", lambda delivery, worker: worker not in world.living),
            patch.object(Delivery, "_deliver_after_commit", lambda delivery, dispatches: None),
            patch.object(Delivery, "_trigger_workers", lambda delivery, at=None: None),
            patch.object(Mailer, "_hand_over", handed_over),
        ):
            yield

    # ------------------------------------------------------------------
    # What must never happen
    # ------------------------------------------------------------------

    def _server_of(self, recipient):
        return self.servers[recipient.dispatch_id.mail_server_id.id]

    def _find(self, email):
        return self.dispatches.recipient_ids.filtered(lambda recipient: recipient.email == email)

    def check_rcpt(self, email):
        recipient = self._find(email)
        if not recipient:
            raise Violation(f"{email} was changed, and is written to all the same")
        # raw SQL: what is in the database counts, not what the worker thinks
        self.env.cr.execute("SELECT state FROM document_dispatch_recipient WHERE id = %s", [recipient.id])
        [state] = self.env.cr.fetchone()
        server = self._server_of(recipient)
        if state not in ("sending", "bounced"):
            raise Violation(f"{email} is written to, and stands there as {state}")
        if email in server.refused:
            raise Violation(f"{email} was refused for good, and is asked again")
        if server.taken[email] > self.allowed[email]:
            raise Violation(f"{email} has it already, or nobody knows, and gets it again")

    def check_text(self, email, text):
        if email.encode() not in text.split(b"\r\n\r\n")[0]:
            raise Violation(f"{email} gets what was for another one")

    def live(self):
        """Live through the schedule, and the calm after it."""
        self.commit()
        for recipient in self.dispatches.filtered(lambda d: self.chance.random() < .25).recipient_ids.dispatch_id:
            recipient._with_system_write().state = "review"
        for _turn in range(self.chance.randint(1, 4)):
            self.work()
            self.click()
            self.let_time_pass()
        for server in self.servers.values():
            server.share = 0
        self.crashes = self.events = 0
        for _round in range(8):
            self.work()
            for dispatch in self.dispatches.filtered(lambda d: d.state == "unknown"):
                for recipient in dispatch.recipient_ids.filtered(lambda r: r.state == "unknown"):
                    before = {recipient: recipient.state}
                    decide = self.chance.choice((self._arrived, self._send_again))
                    # what changed since goes no second time as it was
                    (self._arrived if dispatch._find_withdrawn() else decide)(dispatch, recipient)
                    self._note_again(before)
            self.dispatches.filtered(lambda d: d.state == "review").action_release()
            if not any(dispatch.state in OPEN for dispatch in self.dispatches):
                break
            self.now += timedelta(days=1, minutes=5)
        self.check_end()

    def check_end(self):
        for dispatch in self.dispatches:
            found = dispatch.recipient_ids.mapped("state")
            if dispatch.state in OPEN:
                raise Violation(f"dispatch {dispatch.id} stays {dispatch.state} for ever, its recipients {found}")
            blocked, whole = dispatch._document().state != "posted", states.summarize(found)
            if dispatch.state not in ("paper", "cancelled", whole) and not blocked:
                raise Violation(f"dispatch {dispatch.id} is {dispatch.state}, its recipients {found}")
            for recipient in dispatch.recipient_ids:
                self.check_fate(recipient, blocked)

    def check_fate(self, recipient, blocked):
        email, state, server = recipient.email, recipient.state, self._server_of(recipient)
        unclear = server.unclear | self.may_be_unknown | self.returned
        for is_wrong, why in (
            (state == "sent" and email not in server.confirmed | unclear,
             "is called sent, and the server did not say so"),
            (state in ("queued", "sending", "deferred") and not blocked, f"stays {state} for ever"),
            (state == "failed" and email not in server.refused, "failed, and nobody refused it for good"),
            (server.taken[email] and state not in ("sent", "bounced", "unknown") and email not in unclear,
             f"has it, and stands there as {state}"),
            (server.taken[email] > self.allowed[email] + 1, "has it twice"),
        ):
            if is_wrong:
                raise Violation(f"{email} {why}")


class TestSimulation(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.server.copy({"name": "Boreal"})
        cls.accounts = cls.server | other
        cls.company.dispatch_readers = "common"
        invoices = cls.env["account.move"]
        for number, count in enumerate((1, 2, 1)):
            customer = cls.env["res.partner"].create({"name": f"Customer {number}", "is_company": True})
            for place in range(count):
                cls.env["res.partner"].create({
                    "name": f"Contact {place}", "parent_id": customer.id, "dispatch_invoice": True,
                    "email": f"r{number}{place}@customer.example.com",
                })
            invoices |= cls._invoice(customer)
        cls.pool = invoices._dispatch_create("rule")
        for dispatch, account in zip(cls.pool, itertools.cycle(cls.accounts)):
            dispatch._with_system_write().mail_server_id = account
        cls.env["document.dispatch.content"]._prepare(cls.pool)

    def test_nothing_is_lost_or_doubled(self):
        self.assertEqual(set(self.pool.mapped("frozen")), {True})
        chosen = os.environ.get(SEED)
        for seed in [int(chosen)] if chosen else range(SCHEDULES):
            self._live_through(seed)

    def test_what_was_never_tried_goes_before_what_failed(self):
        first, *rest = self.pool
        first.recipient_ids._with_system_write().tries = 3
        claimed = self.env["document.dispatch.delivery"]._claim(None, (), Sessions())
        self.assertEqual(claimed, rest[0])

    def test_the_claim_is_what_the_rule_says(self):
        """One statement of SQL and one function: whatever the dispatches are, they choose the same."""
        self.assertGreater(self._compare_claims(range(300 if LONG else 100)), 40)

    def test_a_claim_that_says_something_else_is_noticed(self):
        """Whichever of its conditions, or of its order, is another one than the rule's."""
        Delivery = type(self.env["document.dispatch.delivery"])
        for old, new in CLAIM_MUTATIONS:
            broken = rewritten(DocumentDispatchDelivery._claim, (old, new))
            with self.subTest(old), patch.object(Delivery, "_claim", broken), self.assertRaises(AssertionError):
                self._compare_claims(range(300))

    def _compare_claims(self, seeds):
        """Let both choose among dispatches that chance makes; return how often there was something to choose."""
        delivery, found = self.env["document.dispatch.delivery"], 0
        now = fields.Datetime.now()
        self.company.dispatch_rehearsal_email = "helena.prado@aurora.example.com"
        with patch.object(fields.Datetime, "now", staticmethod(lambda *args: now)):
            for seed in seeds:
                chance = random.Random(seed)
                self._shuffle(chance, now)
                seen, sessions = chance.choice(((), (), {chance.choice(self.pool.ids)})), Sessions()
                sessions.choices = {
                    dispatch._get_sender(): (dispatch.mail_server_id.id, False, dispatch.email_from)
                    for dispatch in self.pool}
                sessions.aside = dict.fromkeys(chance.choice((
                    (), (), self.server.ids, [(self.server.id, Sessions.envelope_sender(SENDERS[0]))])))
                sessions.later = dict.fromkeys(chance.choice(((), (), self.accounts[1].ids)), set())
                sessions.is_later = chance.random() < .5
                only = chance.choice((self.pool, self.pool, self.pool[1:]))
                claimed = delivery._claim(only, seen, sessions)
                expected = claim.choose(only, now, seen, sessions.senders_aside())
                self.assertEqual(claimed or None, expected, seed)
                # what the scheduler is told of is what the claim would take
                due = self.pool.filtered(lambda dispatch: claim.choose(dispatch, now))
                counted = delivery._get_due_domain() & fields.Domain("frozen", "=", True)
                counted &= fields.Domain("id", "in", self.pool.ids)
                self.assertEqual(due, self.pool.search(counted).sorted("id"), seed)
                found += bool(claimed)
        return found

    def _shuffle(self, chance, now):
        """Write whatever the claim looks at, as chance wants it."""
        second = timedelta(seconds=1)
        for dispatch in self.pool._with_system_write():
            dispatch.write({
                "state": chance.choice(list(states.DISPATCH_TRANSITIONS)) if chance.random() < .2 else "queued",
                "frozen": chance.random() < .95, "content_ready": True, "rehearsal": chance.random() < .3,
                "bundle_id": chance.random() < .1 and chance.choice((self.pool - dispatch).ids),
                "email_from": chance.choice(SENDERS),
                "user_id": chance.choice((self.env.uid, self.env.ref("base.user_admin").id)),
            })
            for recipient in dispatch.recipient_ids:
                recipient.write({
                    "state": chance.choice([*states.RECIPIENT_TRANSITIONS, *claim.RECIPIENT_STATES * 8]),
                    "tries": chance.randint(0, 2),
                    "next_try": chance.choice((False, False, False, now - second, now, now + second)),
                })
        self.company.dispatch_mode = chance.choice(("send", "send", "send", "send", "rehearse", "off"))
        self.env.flush_all()
        # as what was never tried stands in old databases; raw SQL: the ORM writes 0
        self.env.cr.execute("UPDATE document_dispatch_recipient SET tries = NULL WHERE tries = 0 AND id %% 2 = %s",
                            [chance.randint(0, 1)])
        self.env.invalidate_all()

    def test_who_still_waits_gets_nothing_of_a_document_that_went_back_to_draft(self):
        """Beside one of whom nobody knows, too, whom a person decides on."""
        dispatch = self.pool[1]
        known, waiting = dispatch.recipient_ids
        known._set_state("sending", worker=1)
        dispatch._set_state("sending")
        known._set_state("unknown", worker=False)
        dispatch._update_state()
        invoice = dispatch._document()
        invoice.button_draft()
        self.assertEqual((known.state, waiting.state, dispatch.state), ("unknown", "cancelled", "unknown"))
        invoice.action_post()
        self.smtp.handler.clear()
        self._deliver()
        self.assertEqual(self.envelopes, ["r00@customer.example.com", "r20@customer.example.com"], "only the others")

    def test_it_notices(self):
        """Each of these is broken in Odoo's models, behind the plain functions."""
        Delivery = type(self.env["document.dispatch.delivery"])
        Recipient = type(self.env["document.dispatch.recipient"])
        apply, write = Recipient._apply_outcome, Delivery._write_outcome

        def forget(recipient, outcome):
            apply(recipient, outcome)
            if recipient.state == "unknown":
                recipient._with_system_write().write({"state": "deferred", "next_try": False})

        def later(delivery, recipients, outcomes, *args):
            return True if outcomes[0].state == "sent" and recipients[0].id % 2 else write(
                delivery, recipients, outcomes, *args)

        def others(delivery, worker):
            delivery.env["document.dispatch.recipient"].search([("worker", "=", worker)])._with_system_write().write(
                {"state": "deferred", "next_try": False, "worker": False})
            return True

        def unwritten(delivery, recipients, key, sessions):
            return recipients[0]._make_links()

        def of_the_mail(delivery, recipients, outcomes, *args):
            return write(delivery, recipients, [outcomes[-1]] * len(outcomes), *args)

        for name, owner, method, broken in (
            ("what is unknown is tried again", Recipient, "_apply_outcome", forget),
            ("a yes is not written", Delivery, "_write_outcome", later),
            ("what a dead worker left is tried again", Delivery, "_give_up", others),
            ("a mail begins and is not written down", Delivery, "_begin", unwritten),
            ("what is said of one is said of all", Delivery, "_write_outcome", of_the_mail),
        ):
            with self.subTest(name), patch.object(owner, method, broken), self.assertRaises(AssertionError):
                for seed in range(400):  # ends with the first that notices
                    self._live_through(seed)

    def _live_through(self, seed):
        world = World(self.env, seed, self.pool, self.accounts)
        problem = None
        with suppress(_Over), self.env.cr.savepoint(), world.patched():
            try:
                world.live()
            except Violation as violation:
                problem = str(violation)
            raise _Over
        self.env.invalidate_all()
        if problem:
            log = "\n".join(world.log)
            self.fail(f"seed {seed}: {problem}\n{log}\n"
                      f"Once more: {SEED}={seed} bin/test :TestSimulation.test_nothing_is_lost_or_doubled")


class _Over(Exception):
    """Undoes a schedule."""
