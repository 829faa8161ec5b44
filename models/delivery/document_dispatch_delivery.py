import logging
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, fields, models, modules
from odoo.fields import Domain
from odoo.modules.registry import Registry
from odoo.tools import SQL

from ...tools.delivery import claim, environment, steps
from ...tools.dispatch import states
from ...tools.mail import consequences, smtp
from ...tools.pdf import folders, pool
from .document_dispatch_mailer import Sessions
from .document_dispatch_worker import ATTEMPTS

_logger = logging.getLogger(__name__)

#: Dispatches whose content is made in one transaction: well within one slice of the scheduler's time
PREPARE_BATCH = 20
#: How often a batch is made anew because of a clash, before each dispatch of it is made by itself
BATCH_ATTEMPTS = 2
#: A dispatch that ended so many workers while it was made is given up
MOST_INTERRUPTIONS = 3
#: More dispatches than this are left to the scheduler, so that no click waits for them
AT_ONCE = 5


class DocumentDispatchDelivery(steps.Delivery, models.AbstractModel):
    """The worker: makes what is planned, hands it to the mail server, writes down what it said.

    Every step is a transaction of its own; their order is that of :class:`tools.delivery.steps.Delivery`. A worker
    holds an advisory lock while it lives: dispatches found ``sending`` whose lock is free belong to a worker that
    died, and become ``unknown``.
    """

    _name = "document.dispatch.delivery"
    _inherit = ["document.dispatch.worker"]
    _description = "Dispatch Delivery"

    @api.model
    def _cron_deliver(self):
        """Entry of ``ir_cron_dispatch_deliver`` and the other parallel workers."""
        if self._is_time_up():
            # Odoo calls a job ten times, whatever its time (ir.cron._run_job). A batch more after
            # each call would hold up the other jobs; so the rest goes in the next round, in one go.
            self._announce()
        else:
            self._deliver()

    @api.model
    def _deliver_after_commit(self, dispatches):
        """Deliver as soon as the caller's transaction is committed; many dispatches by the scheduler."""
        if len(dispatches) > AT_ONCE or self.env.context.get("ir_cron_progress_id"):
            # sudo: triggering the worker is what releasing means
            self.sudo()._trigger_workers()
            return
        if modules.module.current_test:
            # as mail.mail.send_after_commit: nothing is committed in a test
            self.sudo()._deliver(dispatches)  # sudo: the worker writes states, see _with_system_write
            return
        dbname, ids = self.env.cr.dbname, dispatches.ids

        @self.env.cr.postcommit.add
        def deliver():
            # A cursor of its own: the caller's is about to be closed
            with Registry(dbname).cursor() as cr:
                # as superuser: the worker writes states, see _with_system_write
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["document.dispatch.delivery"]._deliver(env["document.dispatch"].browse(ids))

    def _deliver(self, only=None):
        """Deliver everything that is due, or those of ``only`` that are.

        :param only: ``document.dispatch``; ``None``: all that are due
        """
        if self.pool._init:
            return  # nothing leaves while modules are being installed (ir.mail_server._disable_send)
        with self._worker() as key:
            self._find_abandoned(key)
            self._isolate(self._cap_waits)
            self._isolate(self._look_at_answers)
            self._isolate(self._give_up_gone)
            with self._sessions() as sessions:
                self._work_off(key, only, sessions)
            self._come_back(sessions.aside.values())

    @contextmanager
    def _sessions(self):
        """The sessions of this worker; in the end they are closed, and other workers may have their places."""
        sessions = Sessions()
        try:
            yield sessions
        except Exception:
            self._roll_back()  # a broken transaction could not give the places back
            raise
        finally:
            sessions.close()
            self.env["document.dispatch.account"]._give_back(sessions)

    def _give_up_gone(self):
        """What waits for a channel that is not there any more is left to people."""
        gone = self.env["document.dispatch"].search(
            Domain("state", "=", states.QUEUED)
            & Domain("channel", "not in", self.env["document.dispatch.channel"]._get_codes()))
        if gone:
            gone._set_state(states.FAILED, gone[0]._channel()._explain_gone())
            gone._tell_operator()
        self._commit(len(gone))

    def _look_at_answers(self):
        """What was handed over before, and is answered later, goes on: declared here, done by who knows of answers."""

    def _cap_waits(self):
        self.env["document.dispatch.account"]._cap_waits()
        self._commit()

    def _announce(self):
        """Tell the scheduler how much there is, so that it comes back at once for what is left."""
        count = self.env["document.dispatch"].search_count
        # making and handing over are a step each
        self._announce_remaining(count(self._get_unprepared_domain()) + count(self._get_due_domain()))

    def _get_due_domain(self):
        """Everything that the worker can do something for now."""
        due = Domain("state", "in", claim.RECIPIENT_STATES) & (
            Domain("next_try", "=", False) | Domain("next_try", "<=", fields.Datetime.now())
        )
        return self._get_unprepared_domain() | (
            Domain("state", "in", claim.DISPATCH_STATES) & Domain("recipient_ids", "any", due)
            & Domain("bundle_id", "=", False) & self._get_company_domain()
        )

    def _get_company_domain(self):
        """Nothing leaves a company that is off, and nothing real one that rehearses (``_claim``)."""
        return Domain("company_id.dispatch_mode", "=", "send") | (
            Domain("company_id.dispatch_mode", "=", "rehearse") & Domain("rehearsal", "=", True)
        )

    def _get_unprepared_domain(self):
        able = Domain("prepare_after", "=", False) | Domain("prepare_after", "<=", fields.Datetime.now())
        by_worker = self.env["document.dispatch.channel"]._get_domain("_is_delivered_by_worker")
        able &= self.env["document.dispatch"]._get_first_through_domain()
        return by_worker & ~self._get_waiting_domain() & able & (
            Domain("state", "=", states.QUEUED) & Domain("frozen", "=", False)
            & self.env["document.dispatch"]._get_time_domain()
            | Domain("state", "=", states.REVIEW) & Domain("content_ready", "=", False)
        )

    def _get_waiting_domain(self):
        """Dispatches that wait for something of their documents, a file that is still being made; rooms above add."""
        return Domain.FALSE

    # ------------------------------------------------------------------
    # What dead workers left
    # ------------------------------------------------------------------

    def _find_abandoned(self, key):
        folders.remove_left_over()  # the pages that a dead worker was drawing
        return super()._find_abandoned(key)

    def _find_workers_sending(self):
        return set(self.env["document.dispatch.recipient"].search([("state", "=", states.SENDING)]).mapped("worker"))

    def _find_untold(self):
        """Dispatches of which all outcomes are known, and a worker could not tell the documents any more."""
        return self.env["document.dispatch"].search([
            ("state", "=", states.SENDING), ("recipient_ids.state", "!=", states.SENDING),
        ]).filtered(lambda d: states.SENDING not in d.recipient_ids.mapped("state"))

    def _give_up(self, worker):
        left = self.env["document.dispatch.recipient"].search([
            ("state", "=", states.SENDING), ("worker", "=", worker),
        ])
        left._set_state(consequences.OF_LOST_WORKER, worker=False, reply=self.env._(
            "The server was stopped while this e-mail was being handed over."
        ))
        left.dispatch_id._conclude()
        return self._commit()

    # ------------------------------------------------------------------
    # Making what is planned
    # ------------------------------------------------------------------

    def _find_unprepared(self, only, tried):
        """Return the next batch whose text and files are not made yet.

        What was begun before and not finished comes last, and alone.
        """
        Dispatch = self.env["document.dispatch"]
        domain = self._get_free_domain() & Domain("id", "not in", list(tried))
        if only is not None:
            domain &= Domain("id", "in", only.ids)
        return (
            Dispatch.search(domain & Domain("prepare_tries", "=", 0), order="id", limit=PREPARE_BATCH)
            or Dispatch.search(domain & Domain("prepare_tries", ">", 0), order="prepare_tries, id", limit=1)
        )

    def _get_free_domain(self):
        """What is to be made, and is in no living worker's hands."""
        return self._get_unprepared_domain() & Domain("prepare_worker", "not in", self._get_living_workers())

    def _prepare_batch(self, batch, key, tried):
        """Make text and files of a batch; return false where the server is not able to make any.

        :param set tried: ids of the dispatches that are done with in this run; it is added to
        """
        tried.update(batch.ids)
        mine = self._isolate(self._claim_unprepared, batch, key)
        if not mine:
            return True
        Report = self.env["ir.actions.report"]
        faults = []
        alone = mine[0].prepare_tries > 1
        try:
            with self._fault_noted(mine, faults), Report._dispatch_rendering(alone=alone) as rendering:
                content = self.env["document.dispatch.content"].with_context(dispatch_render=rendering)
                self._make(mine, content, faults)
        except pool.Stopped:
            # the server stops in good order: that is no interruption that counts
            self._roll_back()
            self._isolate(self._leave, mine, key)
            raise
        left = self._isolate(self._leave, mine, key)
        if left and len(batch) > 1:
            tried.difference_update(left.ids)  # each alone, after all others
        return len(faults) < len(mine)

    def _claim_unprepared(self, batch, key):
        """Claim these dispatches, and count the attempt, before anything is made; return those that are ours.

        What another worker has just made is not made again.
        """
        self._limit_waiting()
        mine = batch.try_lock_for_update().filtered_domain(self._get_free_domain())
        given_up = mine.filtered(lambda dispatch: dispatch.prepare_tries >= MOST_INTERRUPTIONS)
        for dispatch in given_up:
            dispatch._set_state(states.FAILED, self.env._(
                "The server was terminated %s times while creating this document.", dispatch.prepare_tries))
        given_up._end_making()
        mine -= given_up
        mine._begin_making(key)
        self._commit(len(given_up))
        return mine

    def _make(self, dispatches, content, faults):
        """Draw the pages first, then write, in a transaction that waits for nobody.

        Where that clashes with what people write, each dispatch by itself: one busy document must not hold up others.

        :param dispatches: that are ours
        :param content: ``document.dispatch.content`` with the rendering in its context
        :param list faults: of the server, see :mod:`tools.delivery.environment`; it is added to
        """
        if rendering := content.env["ir.actions.report"]._dispatch_render_batch():
            self._isolate(content._draw, dispatches)
            self._roll_back()
            rendering.wait()
        several = len(dispatches) > 1
        try:
            self._repeat(self._write_content, dispatches, content, attempts=BATCH_ATTEMPTS if several else ATTEMPTS)
        except Exception as error:
            self._roll_back()
            fault = environment.find_fault(error)
            _logger.info("Not made %s: %s", "bundle" if several else "now", dispatches, exc_info=True)
            if several:
                for dispatch in dispatches:
                    self._make(dispatch, content, faults)
            elif fault:
                faults.append(fault)
                self._isolate(self._wait_for_server, dispatches, fault)

    def _write_content(self, dispatches, content):
        self._limit_waiting()
        mine = dispatches.try_lock_for_update().filtered_domain(self._get_unprepared_domain())
        content._prepare(mine)
        # what is not made yet stays ours until it is left
        mine.filtered(lambda dispatch: dispatch.content_ready or dispatch.state == states.FAILED)._end_making()
        self._commit(len(mine))

    def _wait_for_server(self, dispatches, fault):
        dispatches.exists()._wait_for_server(fault)
        self._commit()

    def _leave(self, dispatches, key):
        """Give back what was not made; return it."""
        left = dispatches.exists().filtered(lambda dispatch: dispatch.prepare_worker == key)
        left._leave_making()
        self._commit()
        return left

    @contextmanager
    def _fault_noted(self, dispatches, faults):
        """Where not even a place for the pages can be had, all of these dispatches wait."""
        try:
            yield
        except Exception as error:
            self._roll_back()
            fault = environment.find_fault(error)
            if not fault:
                raise
            faults += [fault] * len(dispatches)
            self._isolate(self._wait_for_server, dispatches, fault)

    def _bundle_left_over(self):
        """Make the common mails of customers whose documents several workers made; tell whether there were some."""
        Dispatch = self.env["document.dispatch"]
        rest = Dispatch.search(Dispatch._get_bundling_domain() & Domain("content_ready", "=", True))
        rest._bundle_complete()
        made = rest.filtered("frozen")
        self._commit(len(made))
        return bool(made)

    # ------------------------------------------------------------------
    # Handing over
    # ------------------------------------------------------------------

    def _claim(self, only, seen, sessions):
        """Lock the next dispatch that is due, or return an empty one.

        Raw SQL: ``FOR UPDATE SKIP LOCKED`` in the very query that chooses, so that two workers
        never take the same one. Which one it is, :func:`tools.delivery.claim.choose` says in Python, too.

        :param only: ``document.dispatch``; ``None``: all that are due
        :param seen: ids that had their turn in this run
        :param Sessions sessions: what must wait in this run
        """
        self._limit_waiting()
        conditions = [SQL("d.id NOT IN %s", tuple(seen) or (0,))]
        if only is not None:
            conditions.append(SQL("d.id IN %s", tuple(only.ids) or (0,)))
        conditions += self.env["document.dispatch.account"]._get_sender_condition(sessions)
        conditions.append(SQL(
            "d.channel IN %s", tuple(self.env["document.dispatch.channel"]._get_codes("_is_delivered_by_worker"))))
        self.env["document.dispatch.recipient"].flush_model()
        self.env["document.dispatch"].flush_model()
        rows = self.env.execute_query(SQL(
            """
            SELECT d.id
              FROM document_dispatch d
              JOIN document_dispatch_recipient r ON r.dispatch_id = d.id
              JOIN res_company c ON c.id = d.company_id
                                AND (c.dispatch_mode = 'send' OR c.dispatch_mode = 'rehearse' AND d.rehearsal)
             WHERE d.state IN %s AND d.frozen AND d.bundle_id IS NULL
               AND %s
               AND r.state IN %s
               AND (r.next_try IS NULL OR r.next_try <= %s)
               AND %s
             ORDER BY %s
             LIMIT 1
               FOR UPDATE OF d SKIP LOCKED
            """,
            claim.DISPATCH_STATES, self.env["document.dispatch"]._get_first_through_condition(), claim.RECIPIENT_STATES,
            fields.Datetime.now(), SQL(" AND ").join(conditions),
            # what was never tried has no number there, which PostgreSQL would put behind all others
            SQL(", ").join(SQL("COALESCE(%s, 0)", SQL.identifier("r", name)) for name in claim.ORDER),
        ))
        return self.env["document.dispatch"].browse(row_id for [row_id] in rows)

    def _deliver_dispatch(self, dispatch, key, sessions):
        return super()._deliver_dispatch(dispatch._with_system_write(), key, sessions)

    def _now(self):
        return fields.Datetime.now()

    def _stop_blocked(self, dispatch):
        """Stop a dispatch whose document must not go any more; tell whether there was a reason."""
        for member in dispatch._with_bundled():
            if blocking_reason := member._document()._dispatch_blocking_reason(member.type_code):
                if dispatch.bundled_ids and not dispatch._withdrawable():
                    self._stop_partly_gone(member, blocking_reason)
                    return True
                member._leave_bundle()  # the others of its mail are made anew
                member._set_state(states.FAILED, blocking_reason)
                return True
        if withdrawn := dispatch._find_withdrawn():
            withdrawn._cancel_waiting()
            return True
        return False

    def _stop_partly_gone(self, member, blocking_reason):
        """Somebody has the mail that holds this document: nothing can be taken out of it for those who wait."""
        waiting = member.recipient_ids.filtered(lambda recipient: recipient.state in claim.RECIPIENT_STATES)
        waiting._set_own_state(states.FAILED, next_try=False, reply=blocking_reason)
        member._stop_bundled_mails()
        member._conclude()

    def _choose(self, recipient, sessions):
        if not recipient.dispatch_id._channel()._uses_account():
            return None
        return self.env["document.dispatch.account"]._choose(recipient, sessions)

    def _must_wait(self, recipient, sessions):
        if not recipient.dispatch_id._channel()._uses_account():
            return False
        return self.env["document.dispatch.account"]._must_wait(recipient, sessions)

    def _begin(self, recipients, key, sessions):
        """Note that from now on everything can have happened to it; return the secret links in it.

        :param recipients: those who share the mail and whose turn it is, each a ``document.dispatch.recipient``
        :param int key: this worker's, see ``_worker``
        :param Sessions sessions: with the account that was chosen
        """
        self._limit_waiting()
        recipients = self._together(recipients)
        dispatch = recipients.dispatch_id
        channel = dispatch._channel()
        recipients._set_state(states.SENDING, worker=key, message_id=dispatch.mail_message_id.message_id)
        if channel._uses_account():
            self.env["document.dispatch.account"]._note_choice(recipients, sessions)
        return channel._begin(recipients)

    def _together(self, recipients):
        """Those who share a mail, as records, in their environment."""
        first, *others = recipients
        return first.union(*others)

    def _mark_sending(self, dispatch):
        dispatches = dispatch._with_bundled()
        if dispatch.state != states.SENDING:
            dispatches._set_state(states.SENDING)
        else:
            dispatches._touch()

    def _hand_over(self, recipients, sessions, links):
        """Return what the other side said, and what the mailer noted on the recipients, which a clash undoes.

        What it said to one of several alone: ``sessions.each``.

        :param recipients: those who share the mail, each a ``document.dispatch.recipient``, ``sending``
        :param Sessions sessions: open connections, by account
        :param dict links: secret links for their places in the text
        """
        recipients = self._together(recipients)
        sessions.forget_last()
        try:
            outcome = recipients.dispatch_id._channel()._hand_over(recipients, sessions, links)
        except Exception as error:
            # it may have arrived before that
            _logger.warning("Nobody knows whether dispatch %s arrived", recipients.dispatch_id.id, exc_info=True)
            self._roll_back()
            sessions.forget_last()
            outcome = smtp.Outcome(states.UNKNOWN, smtp.describe(error))
        first = recipients[:1]
        return outcome, {"mail_server_id": first.mail_server_id.id, "linked_files": first.linked_files}

    def _note_waiting(self, recipient, sessions):
        if not recipient.dispatch_id._channel()._uses_account():
            return
        self._limit_waiting()
        self.env["document.dispatch.account"]._note_waiting(recipient, sessions)
        self._commit()

    def _write_outcome(self, recipients, outcomes, used, sessions):
        """Commit what the server said; it is called anew until it can (``_insist``).

        :param recipients: those who share the mail, each a ``document.dispatch.recipient``
        :param outcomes: of this try, :class:`tools.mail.smtp.Outcome`, one for each of them
        :param dict used: what the mailer noted on the recipients, and a clash has undone
        :param Sessions sessions: with the fault and the proof of this try
        """
        self._limit_waiting()
        recipients = self._together(recipients)
        recipients._with_system_write().write(used)
        for recipient, outcome in zip(recipients, outcomes, strict=True):
            recipient._apply_outcome(outcome)
        # now, not within the savepoint of the proof: who clashes here writes the outcome anew
        self.env.flush_all()
        if sessions.proof:
            may_have_it = [recipient for recipient, outcome in zip(recipients, outcomes, strict=True)
                           if outcome.state in (states.SENT, states.UNKNOWN)]
            self.env["document.dispatch.mail"]._keep(self._together(may_have_it or recipients), sessions.proof)
        if not sessions.fault:
            recipients.dispatch_id.filtered("prepare_faults")._end_making()
        return self._commit()

    def _note_account(self, recipient, outcome):
        if not recipient.dispatch_id._channel()._uses_account():
            return
        self.env["document.dispatch.mailer"]._note_account(recipient.mail_server_id, outcome)
        self._commit()

    def _tell(self, dispatches):
        self._limit_waiting()
        # a list, or records
        dispatches = self.env["document.dispatch"].browse(dispatch.id for dispatch in dispatches).exists()
        dispatches = dispatches._with_bundled().filtered(lambda dispatch: dispatch.state == states.SENDING)
        with self.env.cr.savepoint():
            dispatches._conclude()
        self._commit(len(dispatches))
        return True

    def _park(self, dispatch, error):
        """A dispatch that cannot even be handed over stays with its reason; the others go on."""
        dispatch = dispatch.exists()
        if dispatch.state in (states.QUEUED, states.REVIEW):
            dispatch._set_state(states.FAILED, self.env["document.dispatch.content"]._explain(error))
        self._commit(1)
