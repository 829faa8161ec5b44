from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime, ormcache

from ...tools.dispatch import states
from ...tools.mail import smtp

#: The models of channels; what follows is the channel's code, Odoo's own where Odoo has a sending method like it
PREFIX = "document.dispatch.channel."


class Reason(NamedTuple):
    """Why a channel cannot serve a document."""

    #: In words
    text: str
    #: Of ``document.dispatch.channel_reason``
    code: str = "other"


class DocumentDispatchChannel(models.AbstractModel):
    """A means by which documents go to customers: a class ``document.dispatch.channel.<code>`` for each.

    The class is all there is: it says what the channel can do, makes what a dispatch needs for it, and hands it over.
    Other code never asks which channel it is, but what it can do. This class itself stands for a channel that is not
    there any more, as its module was uninstalled: its dispatches can be read, sent again and printed; nothing goes.
    """

    _name = "document.dispatch.channel"
    _description = "Sending Method"

    #: Its place in lists, and among the usual channels
    _sequence = 50

    # ------------------------------------------------------------------
    # Which channels there are
    # ------------------------------------------------------------------

    @api.model
    def _of(self, code):
        """The channel with this code; this model itself for one that is not there any more."""
        return self.env.get(f"{PREFIX}{code}", self.env["document.dispatch.channel"])

    @api.model
    def _all(self):
        """All channels, by their place."""
        return [self.env[name] for name in self._get_names()]

    @api.model
    @ormcache()
    def _get_names(self):
        """The models of all channels, by their place; kept as long as the registry, which the worker asks often."""
        names = [name for name in self.env.registry if name.startswith(PREFIX)]
        return tuple(sorted(names, key=lambda name: (self.env[name]._sequence, name)))

    @api.model
    def _get_codes(self, ability=None):
        """Codes of all channels, or of those that can do something.

        :param str ability: name of a method of this model that takes nothing, and tells
        """
        return [channel._code() for channel in self._all() if not ability or getattr(channel, ability)()]

    @api.model
    def _get_domain(self, ability=None):
        """Dispatches of these channels, see :meth:`_get_codes`."""
        return Domain("channel", "in", self._get_codes(ability))

    @api.model
    def _get_usual(self):
        """The channels by which documents go where nobody chose another, in their order."""
        return [channel for channel in self._all() if channel._is_usual()]

    @api.model
    def _get_selection(self):
        """Names of the channels, and of those of which there still are dispatches."""
        there = [(channel._code(), channel._get_name()) for channel in self._all()]
        gone = set(self._get_used_codes()).difference(dict(there))
        return there + [(code, self.env._("Another method (%s)", code)) for code in sorted(gone)]

    @api.model
    @ormcache()
    def _get_used_codes(self):
        """Codes of which there are dispatches.

        Raw SQL: it jumps from one value of the index to the next, the ORM would read all dispatches. Kept as long as
        the registry: which of them are no channel any more, changes only with that.
        """
        rows = self.env.execute_query(SQL(
            """
            WITH RECURSIVE used AS (
                SELECT MIN(channel) AS code FROM document_dispatch
                 UNION ALL
                SELECT (SELECT MIN(channel) FROM document_dispatch WHERE channel > used.code) FROM used
                 WHERE used.code IS NOT NULL
            ) SELECT code FROM used WHERE code IS NOT NULL
            """))
        return tuple(code for [code] in rows)

    def _code(self):
        """What stands in ``document.dispatch.channel``."""
        return self._name.removeprefix(PREFIX)

    # ------------------------------------------------------------------
    # What it is, and what it can do
    # ------------------------------------------------------------------

    def _get_name(self):
        """What people call it, in the language of the environment."""
        return self.env._("Another method")

    def _is_there(self):
        """Tell whether this is a channel, and not what is left of one."""
        return self._name.startswith(PREFIX)

    def _is_usual(self):
        """Tell whether documents go by it where nobody chose another (:attr:`_sequence`)."""
        return False

    def _is_delivered_by_worker(self):
        """Tell whether the worker hands its dispatches over: to each of their recipients (:meth:`_hand_over`)."""
        return False

    def _follows_recipients(self):
        """Tell whether the state of a dispatch is derived from those of its recipients."""
        return self._is_delivered_by_worker() or not self._is_there()

    def _takes_addresses(self):
        """Tell whether it goes to e-mail addresses, so that people can name more of them."""
        return False

    def _uses_account(self):
        """Tell whether it goes through mail accounts, whose limits and pauses count."""
        return False

    def _can_bundle(self):
        """Tell whether several documents can go as one."""
        return False

    def _can_draft(self):
        """Tell whether a person can take it into a program of their own instead."""
        return False

    def _needs_files(self):
        """Tell whether the document's files are made for it."""
        return True

    def _shows_content(self):
        """Tell whether recipients, text and files are shown on its dispatches."""
        return True

    def _get_actions(self):
        """What people can do with its dispatches, where their state allows it: ``resend``, ``retry``, ``to_paper`` …"""
        return ("resend", "to_paper", "retry") if self._is_delivered_by_worker() else ("resend", "to_paper")

    def _check_offers(self, action, dispatch):
        """Raise where people cannot do something with a dispatch, see :meth:`_get_actions`."""
        if action not in self._get_actions():
            raise UserError(self.env._(
                "%(document)s: this is not possible with the method “%(channel)s”.",
                document=dispatch.document_name, channel=dispatch._channel_name(),
            ))

    # ------------------------------------------------------------------
    # Planning
    # ------------------------------------------------------------------

    def _why_not(self, document, dispatch_type, resolution):
        """Why it cannot serve this document and its customer; ``None`` when it can.

        :param document: of the mixin
        :param dispatch_type: ``document.dispatch.type``
        :param resolution: whom the flags name, :class:`tools.recipients.recipients.Resolution`
        :return: :class:`Reason`, or ``None``
        """
        return None if self._is_there() else Reason(self._explain_gone())

    def _reason(self, text, code="other"):
        """What :meth:`_why_not` returns, see :class:`Reason`."""
        return Reason(text, code)

    def _why(self, document, dispatch_type):
        """Why it goes this way although something speaks against it, of ``document.dispatch.channel_reason``."""
        return False

    def _prepare_vals(self, document, dispatch_type, resolution, vals, state, text_lang=False):
        """The values of a dispatch that are this channel's own.

        :param dict vals: the others
        :param str state: ``queued`` or ``review``, as was asked for
        :param text_lang: the language that the text demands for everybody, if it does
        """
        return {
            "state": self._initial_state(state, vals["rehearsal"]),
            "without_files": vals.get("without_files") or not self._needs_files(),
            "recipient_ids": self._prepare_recipients(document, dispatch_type, resolution, vals["lang"], text_lang),
        }

    def _initial_state(self, state, rehearsal):
        """The state in which a dispatch begins; a rehearsal ends here, unless a channel can rehearse.

        :param str state: ``queued`` or ``review``, as was asked for
        """
        return states.REHEARSED if rehearsal else state

    def _prepare_recipients(self, document, dispatch_type, resolution, lang, text_lang=False):
        """Commands that make the recipients: to each of them the worker hands over by itself.

        Parameters as of :meth:`_why_not` and :meth:`_prepare_vals`; ``lang`` is the dispatch's.
        """
        return [self._prepare_recipient(address, lang=lang) for address in self._get_addresses(document)]

    def _get_addresses(self, document):
        """To where a document goes, in this channel's words: a folder, an identifier in a network; each once."""
        return []

    def _prepare_recipient(self, address, **vals):
        """A command that makes a recipient with an address of this channel."""
        return fields.Command.create({"email": address, "reason": "channel", **vals})

    # ------------------------------------------------------------------
    # Delivery: see document.dispatch.delivery
    # ------------------------------------------------------------------

    def _is_refused(self, dispatch):
        """Tell whether the customer has refused this channel since the dispatch was made."""
        return False

    def _freeze(self, dispatches):
        """Make what goes out, and let nothing change it any more; text and files are made.

        Raise where it cannot be made: the dispatch fails with that reason, the others go on.
        """
        dispatches._with_system_write().frozen = True
        dispatches.recipient_ids._with_system_write().able_date = fields.Datetime.now()

    def _begin(self, recipient):
        """Make what must be committed before it is handed over; return the secret links in it, by their places."""
        return {}

    def _hand_over(self, recipient, sessions, links):
        """Hand a dispatch over to one recipient. ``sending`` is committed; nothing is locked, and no savepoint is open.

        Say what is known with :meth:`_outcome`. Whatever is raised means that nobody knows: it is ``unknown``, and
        never goes again by itself. It may be called again for a recipient who was deferred, or whom a person has try
        again.

        :param recipient: ``document.dispatch.recipient``, ``sending``
        :param Sessions sessions: open connections of this worker to mail accounts
        :param dict links: what :meth:`_begin` returned
        :return: :class:`tools.mail.smtp.Outcome`
        """
        raise NotImplementedError(self._name)

    def _outcome(self, state, reply, wait=0):
        """What came of handing over.

        :param str state: ``sent``, ``failed`` (for good), ``deferred`` (tried again by itself, as mails are),
            ``unknown`` (perhaps it arrived)
        :param str reply: the words of the other side, shown to people
        :param float wait: seconds after which it is tried again, at no cost; 0: as mails are, and not for ever
        """
        return smtp.Outcome(state, reply, costs_try=not wait, wait=wait)

    # ------------------------------------------------------------------
    # In a person's own program: they say what became of it
    # ------------------------------------------------------------------

    def _handed_sent(self, dispatches, message=False):
        """The person has sent what they took into a program of their own.

        :param str message: what is shown as what happened; a general sentence if none is given
        """
        dispatches._with_system_write().sent_date = fields.Datetime.now()
        dispatches._set_state(states.SENT, message or self.env._("Sent by %s.", self.env.user.name))
        dispatches._tell_documents("_dispatch_accepted")

    def _handed_dropped(self, dispatches):
        """The person has not sent it, and will not."""
        dispatches._set_state(states.CANCELLED, self.env._("Not sent by %s.", self.env.user.name))

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------

    def _explain_gone(self):
        return self.env._("Its sending method is no longer installed.")

    def _explain_recipient(self, recipient):
        """What happened to a recipient who has not got it, or of whom nobody knows."""
        if recipient.state == states.UNKNOWN:
            return self.env._("%(address)s: delivery could not be confirmed. %(reply)s",
                              address=recipient.email, reply=recipient.reply)
        return f"{recipient.email}: {recipient.reply}"

    def _explain_advice(self, recipient):
        """What a person can do about that."""
        if not self._is_there():
            return self.env._("Click “Send Again”: it is sent by another method.")
        return self.env._("Correct the problem described above, then click “Try Again Now”.")

    def _explain_next_try(self, dispatch):
        """What happens next to a dispatch of which somebody is tried again by itself."""
        return self.env._("It is retried automatically, next on %s.", format_datetime(self.env, dispatch.next_try))

    def _explain_outcome(self, dispatch):
        """What became of a dispatch that a person just sent, in a sentence or two."""
        said = "\n".join(filter(None, (dispatch.what_happened, dispatch.what_next)))
        return said or dispatch._state_label()

    def _explain_what_next(self, dispatch):
        """What happens next to a dispatch that waits or is elsewhere, if there is something to say."""
        if dispatch.state == states.QUEUED and self._is_delivered_by_worker():
            return dispatch._explain_waiting() or self.env._("It is sent automatically, within minutes.")
        return False
