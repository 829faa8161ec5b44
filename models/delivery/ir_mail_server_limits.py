from odoo import api, fields, models
from odoo.tools import config, format_datetime

from ...tools.delivery import accounts
from ...tools.mail import limits, replies

#: First key of the advisory locks for sessions at once ("DISQ"), and how many of them an account has at most
SLOT_SPACE = 0x44495351
MOST_SLOTS = 64


class IrMailServer(models.Model):
    """How much an account sends, and whether it is reached at all."""

    _inherit = "ir.mail_server"

    dispatch_preset = fields.Selection(
        [
            ("gmail", "Gmail"), ("workspace", "Google Workspace"), ("workspace_relay", "Google Workspace, SMTP relay"),
            ("microsoft", "Microsoft 365"), ("ses_sandbox", "Amazon SES, sandbox"),
        ],
        string="Limits of",
        help="Fills the fields with the limits published by the provider. Outside its sandbox, Amazon SES sets limits "
             "per account: see its console.",
    )
    dispatch_per_day = fields.Integer(
        string="Documents per day",
        help="Maximum number of e-mails with documents in any 24 hours; the others wait and are sent automatically. "
             "0: no limit.\n"
             "Other e-mails of Odoo are not counted. If the server reports that its own limit is reached, that "
             "applies.",
    )
    dispatch_connections = fields.Integer(
        string="Simultaneous connections",
        help="Maximum number of workers that use the account at the same time. 0: no limit.",
    )
    dispatch_unreached_since = fields.Datetime(
        string="Not reached since", readonly=True, copy=False, help="No e-mail has been handed over since then.",
    )
    dispatch_unreached_reply = fields.Char(string="Reason", readonly=True, copy=False)
    dispatch_unreached_until = fields.Datetime(readonly=True, copy=False)

    _dispatch_limits_positive = models.Constraint(
        "CHECK (COALESCE(dispatch_per_day, 0) >= 0 AND COALESCE(dispatch_connections, 0) BETWEEN 0 AND 64)",
        "The limits of an account cannot be negative, and simultaneous connections cannot exceed 64.",
    )

    @api.onchange("dispatch_preset")
    def _onchange_dispatch_preset(self):
        if self.dispatch_preset:
            published = limits.PRESETS[self.dispatch_preset]
            self.dispatch_per_minute = published.per_minute
            self.dispatch_per_day = published.per_day
            self.dispatch_per_connection = published.per_connection
            self.dispatch_connections = published.connections

    def _dispatch_mended(self):
        result = super()._dispatch_mended()
        self._dispatch_note_reached()
        return result

    def action_dispatch_resume(self):
        self._dispatch_note_reached()
        return super().action_dispatch_resume()

    # ------------------------------------------------------------------
    # Not reached
    # ------------------------------------------------------------------

    def _dispatch_note_unreached(self, reply):
        """Nothing could be handed over: try the others first, and this account less often the longer it lasts."""
        now = fields.Datetime.now()
        for server in self:
            server.write(accounts.after_silence(server.dispatch_unreached_since, reply, now))

    def _dispatch_note_reached(self):
        """It takes mails, or somebody mended it."""
        self.filtered("dispatch_unreached_since").write({
            "dispatch_unreached_since": False, "dispatch_unreached_reply": False, "dispatch_unreached_until": False,
        })

    def _dispatch_unreached_pause(self):
        """As :meth:`_dispatch_pause`, for an account that was not reached."""
        seconds = accounts.seconds_until(self.dispatch_unreached_until, fields.Datetime.now())
        return seconds and (self._dispatch_say_unreached(), seconds)

    def _dispatch_say_unreached(self):
        return self.env._(
            "The account %(account)s has been unreachable since %(date)s: %(reply)s",
            account=self.name, date=format_datetime(self.env, self.dispatch_unreached_since),
            reply=self._dispatch_say_reply(self.dispatch_unreached_reply),
        )

    def _dispatch_say_reply(self, reply):
        """A reply with what it means before it, where no conversation came about."""
        meaning = self._dispatch_explain_connection(reply)
        return f"{meaning} ({reply})" if meaning else reply or ""

    def _dispatch_explain_connection(self, reply):
        """Why no conversation with this mail server came about, in words; empty where the reply says something else.

        Of an empty record: with the one that Odoo was started with, or none.
        """
        cause = replies.connection(reply)
        server = self.sudo()  # sudo: its name and port, for whoever waits for it, and whether there is one
        own = server if server.smtp_authentication != "cli" else server.browse()
        host = own.smtp_host or config["smtp_server"]
        # Odoo's own setting when it was never set: nobody set up a server
        nobody = not own and host in (False, "", "localhost") and not server.search_count([], limit=1)
        if cause == replies.MISSING or cause and nobody:
            return self.env._("No outgoing mail server is set up.")
        name = f"{host}:{own.smtp_port or config['smtp_port']}"
        return {
            replies.SILENT: self.env._("The mail server %s does not answer.", name),
            replies.NAMELESS: self.env._("There is no mail server %s: its name is not known.", name),
            replies.INSECURE: self.env._("There is no secure connection to the mail server %s.", name),
            replies.LOCKED: self.env._("The mail server %s refuses the login.", name),
            replies.ENDED: self.env._("The mail server %s ended the connection.", name),
        }.get(cause, "")

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------

    def _dispatch_has_limits(self):
        """Tell whether mails of this account may have to wait for a limit of ours."""
        return self.dispatch_per_minute > 0 or self.dispatch_per_day > 0 or self.dispatch_connections > 0

    def _dispatch_limit_pause(self, in_hand=0):
        """As :meth:`_dispatch_pause`, for the limits of a day and of a minute.

        :param int in_hand: mails that other workers are just handing over
        """
        now = fields.Datetime.now()
        if until := self._dispatch_next_free(self.dispatch_per_day, limits.DAY, in_hand):
            return self.env._(
                "The account %(account)s has a limit of %(limit)s per day. The next can be sent on %(date)s.",
                account=self.name, limit=self.dispatch_per_day, date=format_datetime(self.env, until),
            ), (until - now).total_seconds()
        if until := self._dispatch_next_free(self.dispatch_per_minute, limits.MINUTE, in_hand):
            return self.env._(
                "The account %(account)s has a limit of %(limit)s per minute.",
                account=self.name, limit=self.dispatch_per_minute,
            ), (until - now).total_seconds()
        return None

    def _dispatch_next_free(self, limit, window, in_hand=0):
        """Return when the next mail may go; ``None``: now. Counted from what was sent (``_account_idx``).

        :param int limit: mails in the window; 0: no limit
        :param timedelta window: see :mod:`tools.mail.limits`
        :param int in_hand: mails that other workers are just handing over
        """
        if limit <= 0:
            return None
        now = fields.Datetime.now()

        def newest(number):
            return self.env["document.dispatch.recipient"].search([
                ("mail_server_id", "=", self.id), ("sent_date", ">", now - window),
                # what a wrong clock noted for the future counts no more
                ("sent_date", "<=", now),
            ], order="sent_date desc", offset=number, limit=1).sent_date

        return limits.next_free(newest, limit, in_hand, window, now)

    def _dispatch_has_sent_since(self, when):
        """Tell whether the account accepted a document since then."""
        return bool(self.env["document.dispatch.recipient"].search_count(
            [("mail_server_id", "=", self.id), ("sent_date", ">=", when)], limit=1))

    def _dispatch_count_in_hand(self):
        """Mails of this account that are being handed over just now."""
        return self.env["document.dispatch.recipient"].search_count(
            [("state", "=", "sending"), ("mail_server_id", "=", self.id)])

    # ------------------------------------------------------------------
    # Sessions at once
    # ------------------------------------------------------------------

    def _dispatch_take_slot(self):
        """Take one of the places for sessions at once; return it, or ``None`` where all are taken.

        Raw SQL: the ORM knows no advisory locks. They hold across commits and rollbacks until they are given back, and
        PostgreSQL frees them at once when a worker dies, on whichever host.
        """
        for number in range(min(self.dispatch_connections, MOST_SLOTS)):
            slot = self.id * MOST_SLOTS + number
            self.env.cr.execute("SELECT pg_try_advisory_lock(%s, %s)", (SLOT_SPACE, slot))
            if self.env.cr.fetchone()[0]:
                return slot
        return None

    @api.model
    def _dispatch_give_back_slot(self, slot):
        self.env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", (SLOT_SPACE, slot))
