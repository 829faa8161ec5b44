from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.dispatch import states

#: What the dispatch by a network and its copy have in common
SHARED = (
    "res_model", "res_id", "document_name", "revision", "type_id", "partner_id", "company_id", "user_id", "origin",
    "lang", "rule_id", "rehearsal",
)
#: The paragraph that says that a mail is a copy
COPY_CLASS = "o_document_dispatch_copy"


class DocumentDispatch(models.Model):
    """An invoice on its way to a network or a tax authority, and the copies that wait for the answer."""

    _inherit = "document.dispatch"

    network_date = fields.Datetime(
        string="Handed over on", readonly=True,
        help="When it was handed over to the network or the tax authority. It is not handed over again unless a user "
             "requests it.",
    )

    def _is_network(self):
        return self._channel()._is_network()

    def _is_with_network(self):
        """Tell whether a network has it, or may have it, and has not refused it."""
        return self._is_network() and bool(self.network_date) and self.state in (
            states.QUEUED, states.SENDING, states.UNKNOWN)

    # ------------------------------------------------------------------
    # Copies wait
    # ------------------------------------------------------------------

    def _prepare_copy(self, vals):
        """What a copy with these values gets from the dispatch by a network (this one) that comes before it."""
        copy = {"after_id": self.id}
        if self.company_id.sudo().dispatch_mail_before or self.state in states.THROUGH:  # sudo: a setting
            return copy
        if self.state in states.LOST:
            lost = "\n".join(filter(None, (self._explain_refused(), self.state_message)))
            return {**copy, "state": states.REVIEW, "state_message": lost}
        return {**copy, "state": states.QUEUED} if vals["state"] == states.PAPER else copy

    def _put_networks_first(self):
        """Of what waits and was planned without a network, as before an update: the network comes first."""
        for copy in self:
            move = copy.move_id
            if not move or copy.after_id or copy._is_network() or not move._dispatch_is_legal():
                continue
            vals = {name: copy._fields[name].convert_to_write(copy[name], copy) for name in (*SHARED, "state")}
            prepared = move._dispatch_prepare_network(vals)
            # two of them may not stand beside each other before one is the other's copy (_once_per_revision)
            first = self._with_system_write().create({**prepared, "state": states.CANCELLED})
            copy._with_system_write().after_id = first
            self.env.flush_all()
            first.state = prepared["state"]
            copy._with_system_write().write(first._prepare_copy({"state": copy.state}))

    def _explain_refused(self):
        return self.env._("A copy is sent once the invoice is accepted: %s.", self._state_label())

    def _get_first_through_domain(self):
        return super()._get_first_through_domain() | Domain("company_id.dispatch_mail_before", "=", True)

    def _get_first_through_condition(self):
        return SQL("(%s OR c.dispatch_mail_before)", super()._get_first_through_condition())

    def _is_held_back(self):
        # sudo: a setting of the company
        return super()._is_held_back() and not self.company_id.sudo().dispatch_mail_before

    def _explain_lost_first(self):
        # sudo: as above
        return "" if self.company_id.sudo().dispatch_mail_before else super()._explain_lost_first()

    def _tell_copies(self, state):
        # sudo: a setting of the company
        waited = self.filtered(lambda dispatch: not dispatch.company_id.sudo().dispatch_mail_before)
        result = super(DocumentDispatch, waited)._tell_copies(state)
        if state in states.THROUGH:
            # sudo: whoever sent it
            self.sudo().copy_ids.filtered(lambda copy: copy.state == states.QUEUED)._enter_tray()
        return result

    def action_to_paper(self):
        """A copy of what was refused goes by no other way either."""
        for dispatch in self:
            if reason := dispatch._explain_lost_first():
                raise UserError(reason)
        return super().action_to_paper()

    def _to_paper(self, reason):
        """The tray is for what may be printed: a copy waits before it."""
        result = super()._to_paper(reason)
        self.filtered(lambda dispatch: dispatch._is_held_back())._set_state(states.QUEUED)
        return result

    def _enter_tray(self):
        """Released copies on paper wait for the printer, as soon as nothing else keeps them."""
        for dispatch in self.filtered("after_id"):
            if dispatch._channel()._is_for_paper(dispatch.channel) and not dispatch._is_held_back():
                dispatch._set_state(states.PAPER)

    def _deliver_soon(self):
        """What a copy waits for goes first."""
        # sudo: whoever sent it
        first = self.after_id.sudo().filtered(lambda dispatch: dispatch.state == states.QUEUED)
        return super(DocumentDispatch, self | first.with_env(self.env))._deliver_soon()

    def action_release(self):
        """Whoever releases a copy releases what it waits for, and the other way round: it is one document."""
        # sudo: of the same documents, whoever sent them; the rights to these are checked by what follows
        whole = self | self.after_id.sudo() | self.sudo().copy_ids
        others = (whole - self).filtered(lambda dispatch: dispatch.state == states.REVIEW)
        networks = (self | others).filtered(lambda dispatch: dispatch._is_network())
        for dispatches in networks, (self | others) - networks:
            result = super(DocumentDispatch, dispatches.with_env(self.env)).action_release() if dispatches else None
        ((self | others) - networks)._enter_tray()
        return result

    def action_retry(self):
        """A person has the network called once more; copies that were left to people wait again."""
        networks = self.filtered(lambda dispatch: dispatch._is_network())
        networks.check_access("write")
        networks._forget_network()
        # sudo: of the same documents, whoever sent them
        networks.sudo().copy_ids.filtered(lambda copy: copy.state == states.REVIEW)._set_state(states.QUEUED)
        return super().action_retry()

    def _forget_network(self):
        """Nothing was handed over, as far as people can tell: the next attempt calls the network."""
        networks = self.filtered(lambda dispatch: dispatch._is_network())
        networks._with_system_write().network_date = False

    def _cancel(self, reason):
        """What a network has is not taken back by discarding our note of it."""
        handed = self.filtered(lambda dispatch: dispatch._is_with_network())
        return super(DocumentDispatch, self - handed)._cancel(reason)

    def action_cancel(self):
        for dispatch in self:
            if dispatch._is_with_network():
                raise UserError(self.env._(
                    "%s was already handed over to the network, which will answer. If you are allowed to, cancel the "
                    "invoice itself.",
                    dispatch.document_name))
        return super().action_cancel()

    def _withdrawable(self):
        return super()._withdrawable().filtered(lambda dispatch: not dispatch._is_with_network())

    # ------------------------------------------------------------------
    # What became of the invoice is what its network says
    # ------------------------------------------------------------------

    def _reached(self):
        """A copy that went makes no invoice sent."""
        reached = super()._reached()
        if reached in states.WITH_CUSTOMER and self._is_only_copy():
            first = self.after_id.sudo()  # sudo: of the same document, whoever sent it
            return first._reached() if first.state != states.CANCELLED else ""
        return reached

    def _call_documents(self, method):
        if method == "_dispatch_accepted":
            self = self.filtered(lambda dispatch: not dispatch._is_only_copy())
        return super()._call_documents(method)

    # ------------------------------------------------------------------
    # What the copy says
    # ------------------------------------------------------------------

    def _freeze_mails(self):
        for dispatch in self.filtered(lambda dispatch: dispatch.after_id and not dispatch.rehearsal):
            dispatch._say_it_is_a_copy()
        return super()._freeze_mails()

    def _say_it_is_a_copy(self):
        """Put the note in front of each text, in its language; a text that has it already is left alone."""
        # sudo: the dispatch's own text and message
        dispatch = self.sudo()._with_system_write()
        for record in (dispatch, *dispatch.recipient_ids):
            if record.body and COPY_CLASS not in record.body:
                record.body = dispatch._copy_note(record.lang) + record.body
        message = dispatch.mail_message_id
        if message and COPY_CLASS not in (message.body or ""):
            message.body = dispatch._copy_note(self.lang) + (message.body or "")

    def _copy_note(self, lang):
        """The paragraph that says that this is a copy, of what, and under which number the network has it."""
        dispatch = self.with_context(lang=lang)
        return Markup('<p class="%s">%s</p>') % (COPY_CLASS, dispatch._copy_words())

    def _copy_words(self):
        legal = self._document()._dispatch_legal_state()
        if not legal.name:
            return self.env._("This mail is a copy for your files. The invoice itself goes to you by another way.")
        if not legal.number:
            return self.env._("This mail is a copy for your files. The invoice itself was handed to %s.", legal.name)
        return self.env._(
            "This mail is a copy for your files. The invoice itself was handed to %(network)s, where its number is "
            "%(number)s.", network=legal.name, number=legal.number)

    # ------------------------------------------------------------------
    # A network that refuses what it had accepted
    # ------------------------------------------------------------------

    def _note_late_refusal(self, legal):
        """The network accepted it, and refused it later: what happened stays, a person is told, copies stop.

        :param legal: :class:`tools.legal.gates.Legal`
        """
        refused = self.env._(
            "%(network)s refused it after it had accepted it: %(words)s",
            network=legal.name, words=legal.words or self.env._("no reason given"))
        remark = self.env._("%(date)s: %(what)s", date=format_date(
            self.env, fields.Date.context_today(self)), what=refused)
        self.recipient_ids._with_system_write().remark = remark
        # sudo: of the same documents, whoever sent them
        waiting = self.sudo().copy_ids.filtered(lambda copy: copy.state in (states.QUEUED, states.PAPER))
        waiting.filtered(lambda copy: copy.state == states.PAPER)._set_state(states.QUEUED)
        waiting._set_state(states.REVIEW, refused)
        self._tell_operator()

    def _forget_late_refusal(self):
        """The network has changed its mind: it accepts it."""
        self.recipient_ids._with_system_write().remark = False
        self._tell_operator()

    def _is_refused_later(self):
        return self._is_network() and self.state == states.SENT and any(self.recipient_ids.mapped("remark"))

    def _activity_summary(self):
        if self._is_refused_later():
            return self.env._("Sending: refused after it was accepted")
        return super()._activity_summary()

    def _activity_note(self):
        if not self._is_refused_later():
            return super()._activity_note()
        # sudo: as above
        went = self.sudo().copy_ids.filtered(lambda copy: copy.state in states.WITH_CUSTOMER)
        return "\n".join(filter(None, (
            *self.recipient_ids.mapped("remark"),
            went and self.env._("A copy was already sent to the customer: inform them."),
        )))

    # ------------------------------------------------------------------
    # A network that does not answer
    # ------------------------------------------------------------------

    def _is_for_operator(self):
        return super()._is_for_operator() or self._is_overdue() or self._is_refused_later()

    def _is_overdue(self):
        """Tell whether a network has not answered for longer than the company wants to wait."""
        # sudo: a setting of the company
        hours = self.company_id.sudo().dispatch_network_patience
        return bool(hours) and self._is_with_network() and self.state == states.QUEUED and (
            self.network_date <= fields.Datetime.now() - timedelta(hours=hours))
