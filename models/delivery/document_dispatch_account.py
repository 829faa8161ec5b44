import logging
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...tools.delivery import accounts
from ...tools.dispatch import states
from ...tools.mail import limits

_logger = logging.getLogger(__name__)

#: By what the account of a mail is chosen: Odoo goes by the sender, by the domain of its company, and by the user
SENDER = SQL("COALESCE(d.mail_server_id, 0), COALESCE(d.email_from, ''), d.company_id, d.user_id")


class DocumentDispatchAccount(models.AbstractModel):
    """Which account a dispatch goes through, and whether that may be used now.

    The account is the one that Odoo really chooses: few dispatches name one. What an account keeps back (a limit, a
    refusal of the account or of the sender, a server that is not reached) is passed over as it is: it spends no try,
    and nothing of it is written but the account, by which people see what it waits for. The others go on.
    """

    _name = "document.dispatch.account"
    _description = "Dispatch Account"

    def _choose(self, recipient, sessions):
        """Return Odoo's choice of the account, made once for all mails of a sender; ``None`` where there is none.

        :return: id of the account (``False``: that of Odoo's command line) and of the alias domain, sender of the
            envelope
        """
        sender = recipient.dispatch_id._get_sender()
        if sender not in sessions.choices:
            try:
                # nothing is written here; whatever another module reads in its choice must not break the transaction
                with self.env.cr.savepoint(flush=False):
                    # sudo: only the worker has to do with mails; core chooses for a mail alone, which need not be kept
                    mail = self.env["mail.mail"].sudo().new(recipient._prepare_mail_vals())
                    self.env["document.dispatch.mailer"]._choose_account(mail, sessions, sender)
            except Exception:
                # the mail itself is wrong: handing it over says how
                _logger.info("No account is chosen for %s", recipient, exc_info=True)
        return sessions.choices.get(sender)

    def _must_wait(self, recipient, sessions):
        """Tell whether this mail has to wait for its account or sender; then the claim passes over all like it."""
        choice = self._choose(recipient, sessions)
        if not choice:
            return False
        server = self.env["ir.mail_server"].sudo().browse(choice[0] or ())  # sudo: to use, not to read
        return accounts.must_wait(
            sessions, choice, recipient.dispatch_id.id, fields.Datetime.now(), _Account(self, server, sessions))

    def _note_choice(self, recipient, sessions):
        """Write the account on a mail that is about to go: from now on it counts for the account's limits.

        Only on this one: what else goes in the same mail spends nothing.
        """
        if choice := sessions.choices.get(recipient.dispatch_id._get_sender()):
            recipient._with_system_write().mail_server_id = choice[0]

    def _has_slot(self, server, sessions):
        """Tell whether this worker may have a session on this account; one at a time, where there is such a limit."""
        if server.dispatch_connections <= 0 or server.id in sessions.slots:
            return True
        slot = server._dispatch_take_slot()
        if slot is not None:
            sessions.slots[server.id] = slot
        return slot is not None

    def _give_back(self, sessions):
        """Let other workers have the places of these sessions, which are closed."""
        for slot in sessions.slots.values():
            self.env["ir.mail_server"]._dispatch_give_back_slot(slot)
        sessions.slots.clear()

    def _note_waiting(self, recipient, sessions):
        """Write on all that waits from the same sender for which account it waits, where that is not written yet.

        On the server of Odoo's command line nobody can note that it refused us: its mails note until when they wait.
        Raw SQL: thousands at once, and none that another worker has in hand.
        """
        sender = recipient.dispatch_id._get_sender()
        choice = sessions.choices.get(sender)
        server_id = choice and choice[0] or None
        until = choice and not server_id and sessions.aside_until(choice) or None
        self.env.cr.execute(SQL(
            """
            UPDATE document_dispatch_recipient
               SET mail_server_id = %(server_id)s, next_try = GREATEST(next_try, %(until)s::timestamp)
             WHERE id IN (
                SELECT r.id
                  FROM document_dispatch_recipient r
                  JOIN document_dispatch d ON d.id = r.dispatch_id
                 WHERE r.state IN ('queued', 'deferred') AND d.state IN ('queued', 'unknown', 'sending')
                   AND d.frozen AND d.bundle_id IS NULL
                   AND (r.mail_server_id IS DISTINCT FROM %(server_id)s
                        OR COALESCE(r.next_try, '-infinity') < %(until)s::timestamp)
                   AND (%(columns)s) = %(sender)s
                   FOR UPDATE OF r SKIP LOCKED
             )
            """, server_id=server_id, until=until, columns=SENDER, sender=sender,
        ))
        self.env["document.dispatch.recipient"].invalidate_model(["mail_server_id", "next_try"])

    def _get_sender_condition(self, sessions):
        """The part of the claim's condition that leaves out what waits for its account; empty where nothing does."""
        senders = tuple(sessions.senders_aside())
        by_account = tuple(self.env["document.dispatch.channel"]._get_codes("_uses_account"))
        return [SQL("(d.channel NOT IN %s OR (%s) NOT IN %s)", by_account, SENDER, senders)] if senders else []

    # ------------------------------------------------------------------
    # What waits, for people
    # ------------------------------------------------------------------

    def _count_waiting(self, server):
        return self.env["document.dispatch.recipient"].search_count([
            ("mail_server_id", "=", server.id), ("state", "in", (states.QUEUED, states.DEFERRED)),
            ("dispatch_id.state", "in", (states.QUEUED, states.SENDING, states.UNKNOWN)),
            ("dispatch_id.bundle_id", "=", False),
        ])

    def _find_quiet(self):
        """Accounts whose mails wait although all is well, or of which something else is said: no alarm of age.

        What passes by itself is not said: it is quiet as long as it does pass.
        """
        # sudo: accounts are for administrators to read
        servers = self.env["ir.mail_server"].sudo().search([("active", "=", True)])
        recent = fields.Datetime.now() - timedelta(hours=1)
        return servers.filtered(lambda server: (
            server._dispatch_advice()
            or server.dispatch_problem and server._dispatch_has_sent_since(recent)
            or server.dispatch_unreached_since and server.dispatch_unreached_since < recent
            or server._dispatch_has_limits() and (
                server._dispatch_limit_pause() or server._dispatch_has_sent_since(recent)
            )
        ))

    # ------------------------------------------------------------------
    # Times that a wrong clock wrote
    # ------------------------------------------------------------------

    def _cap_waits(self):
        """Let nothing wait for a time that only a clock that was wrong can have written."""
        now = fields.Datetime.now()
        latest = now + limits.MOST_WAIT
        late = self.env["document.dispatch.recipient"].search([
            ("state", "in", (states.QUEUED, states.DEFERRED)), ("next_try", ">", latest),
        ])
        late._with_system_write().write({"next_try": now, "able_date": now})
        unmade = self.env["document.dispatch"].search([
            ("state", "in", (states.QUEUED, states.REVIEW)), ("prepare_after", ">", latest),
        ])
        unmade._with_system_write().prepare_after = now
        # sudo: the worker's own notes on accounts
        Server = self.env["ir.mail_server"].sudo().with_context(active_test=False)
        for name in ("dispatch_paused_until", "dispatch_unreached_until"):
            Server.search([(name, ">", latest)])[name] = now
        Server.search([("dispatch_unreached_since", ">", now)])["dispatch_unreached_since"] = now


class _Account:
    """What is asked of an account where it is decided whether a mail must wait (``accounts.must_wait``)."""

    def __init__(self, accounts_model, server, sessions):
        self._model, self._server, self._sessions = accounts_model, server, sessions

    def pause(self):
        server = self._server
        in_hand = server._dispatch_count_in_hand() if server._dispatch_has_limits() else 0
        pause = server._dispatch_pause(self._sessions.insist, in_hand)
        return pause and pause[1]

    def sender_pause(self, sender):
        pause = self._server._dispatch_sender_pause(sender)
        return pause and pause[1]

    def is_unreached(self):
        return bool(self._server.dispatch_unreached_since)

    def take_place(self):
        return self._model._has_slot(self._server, self._sessions)
