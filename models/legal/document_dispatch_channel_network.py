from datetime import timedelta

from odoo import api, models

from ...tools.dispatch import states
from ...tools.legal import gates
from ...tools.legal.call import NetworkCall

#: An answer is looked for at each run of the worker, without claiming anything; this long at the most it is not
ASK_AGAIN = timedelta(days=1)
#: What stands in the links of an attempt that hands the invoice over; the others only look at what came of it
CALL = "call"


class DocumentDispatchChannel(models.AbstractModel):
    """Which channels lead to networks and tax authorities."""

    _inherit = "document.dispatch.channel"

    def _is_network(self):
        """Tell whether a network or an authority takes what goes by it, answers later, and is first."""
        return False

    @api.model
    def _get_selection(self):
        """Networks are named where a module for one is installed, or something went there."""
        selection = super()._get_selection()
        if self.env["account.move.send"]._dispatch_has_networks():
            return selection
        hidden = set(self._get_codes("_is_network")).difference(self._get_used_codes())
        return [(code, name) for code, name in selection if code not in hidden]


class DocumentDispatchChannelNetwork(models.AbstractModel):
    """By the network or the tax authority that the law or the customer asks for: Peppol, KSeF, SdI and others.

    Odoo's own modules hand over (``account.move.send``), and keep what was answered; this class tells it in the states
    of dispatches. Nothing is ``sent`` before the network accepted it; while it thinks, the dispatch waits.

    The service is called once: that it is going to be called is committed before. What became of an invoice whose
    worker died then is what Odoo's module knows, or nobody (``unknown``).
    """

    _name = "document.dispatch.channel.network"
    _inherit = ["document.dispatch.channel"]
    _description = "Network Channel"
    _sequence = 40

    def _get_name(self):
        return self.env._("Network")

    def _is_delivered_by_worker(self):
        return True

    def _is_network(self):
        return True

    def _needs_files(self):
        return False  # Odoo's pipeline makes them, with the page, when it hands over

    def _get_actions(self):
        return ("retry",)

    # ------------------------------------------------------------------
    # Planning
    # ------------------------------------------------------------------

    def _why_not(self, document, dispatch_type, resolution):
        if document._name == "account.move" and document._dispatch_is_legal():
            return None
        return self._reason(self.env._("No network available"))

    def _prepare_vals(self, document, dispatch_type, resolution, vals, state, text_lang=False):
        return {
            **super()._prepare_vals(document, dispatch_type, resolution, vals, state, text_lang),
            # nothing is to be rendered: see _needs_files
            "content_ready": True, "frozen": True, "subject": vals["document_name"],
        }

    def _prepare_recipients(self, document, dispatch_type, resolution, lang, text_lang=False):
        return [self._prepare_recipient(
            document._dispatch_network_address(), reason="network", name=document._dispatch_partner().name, lang=lang,
        )]

    # ------------------------------------------------------------------
    # Delivery
    # ------------------------------------------------------------------

    def _begin(self, recipient):
        """Say, before it happens, whether this attempt calls the service.

        It does where nothing was handed over yet, or a person had it tried again.
        """
        dispatch = recipient.dispatch_id
        if dispatch.network_date:
            return {}
        dispatch._with_system_write().network_date = self.env.cr.now()
        move = dispatch._document().sudo()  # sudo: as superuser, what its module says
        return {} if move._dispatch_legal_state().state in (gates.WAITING, gates.ACCEPTED) else {CALL: CALL}

    def _hand_over(self, recipient, sessions, links):
        dispatch = recipient.dispatch_id
        move = self.env["document.dispatch.content"]._documents(dispatch)
        call = NetworkCall()
        if CALL in links:
            if blocking_reason := move._dispatch_blocking_reason(dispatch.type_code):
                return self._outcome(states.FAILED, blocking_reason)
            if not any(move._dispatch_networks()):
                return self._outcome(states.FAILED, self.env._(
                    "No network is available for it any more: check the customer and the company's registration."))
            try:
                call.on(self.env["account.move.send"].with_env(move.env))._dispatch_call_networks(move, call)
            except Exception as error:
                self.env["document.dispatch.delivery"]._roll_back()
                if call.began and move._dispatch_legal_state().state == gates.NONE:
                    raise  # it may have arrived
                call.errors.append(" ".join(str(error).split()) or type(error).__name__)
        return self._judge(move, call, called=CALL in links)

    def _judge(self, move, call, called):
        """What became of an invoice, as its modules say.

        :param move: the ``account.move``
        :param NetworkCall call: what happened, where the service was called
        :param bool called: just now
        """
        legal = move._dispatch_legal_state()
        words = "\n".join(dict.fromkeys(filter(None, (*call.errors, legal.words))))
        if legal.state == gates.ACCEPTED:
            move._dispatch_network_accepted()
            return self._outcome(states.SENT, self._explain_accepted(legal))
        if legal.state == gates.WAITING:
            return self._outcome(states.DEFERRED, self._explain_waiting_for(legal), wait=ASK_AGAIN.total_seconds())
        if legal.state == gates.REJECTED:
            return self._outcome(states.FAILED, self.env._(
                "%(network)s refused it: %(words)s", network=legal.name, words=words or self.env._("no reason given")))
        if not called:
            return self._outcome(states.UNKNOWN, self.env._(
                "The network gives no information about it. Check there before you send it again."))
        if call.errors:
            return self._outcome(states.FAILED, words)
        if call.known:
            return self._outcome(states.FAILED, self.env._(
                "Odoo did not hand it over and gave no reason: another user may have been processing it."))
        # a module without a gate: it returned without an error, and that is all that can be known
        return self._outcome(states.SENT, self.env._("Handed over."))

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------

    def _explain_accepted(self, legal):
        if legal.number:
            return self.env._("%(network)s accepted it under number %(number)s.",
                              network=legal.name, number=legal.number)
        return self.env._("%s accepted it.", legal.name)

    def _explain_waiting_for(self, legal):
        return self.env._("%s received it and has not answered yet.", legal.name)

    def _explain_recipient(self, recipient):
        if recipient.state == states.UNKNOWN:
            return self.env._(
                "%s: delivery could not be confirmed. The status follows Odoo's own status of the invoice.",
                recipient.email)
        return recipient.reply or ""

    def _explain_advice(self, recipient):
        return self.env._(
            "Correct the problem described above. If the invoice has to change, reset it to draft: it is sent again "
            "when it is posted. Otherwise click “Try Again Now”.")

    def _explain_next_try(self, dispatch):
        return self.env._("Nothing to do: the answer is checked every few minutes.")

    def _explain_what_next(self, dispatch):
        if dispatch.state == states.QUEUED and dispatch.network_date:
            return self._explain_next_try(dispatch)
        return super()._explain_what_next(dispatch)
