from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from ...tools.dispatch import states
from ...tools.legal import gates

#: So long after an acceptance a refusal is looked for
REFUSED_WITHIN = timedelta(days=90)


class DocumentDispatchDelivery(models.AbstractModel):
    """The worker looks what networks answered, as Odoo's own jobs fetched it."""

    _inherit = "document.dispatch.delivery"

    def _look_at_answers(self):
        """Have those go on of which something is known now: many at once, and nothing is claimed for the others."""
        super()._look_at_answers()
        Recipient = self.env["document.dispatch.recipient"]
        codes = self.env["document.dispatch.channel"]._get_codes("_is_network")
        waiting = Recipient.search([
            ("state", "in", (states.DEFERRED, states.UNKNOWN)), ("dispatch_id.channel", "in", codes),
            ("dispatch_id.state", "in", (states.QUEUED, states.UNKNOWN)),
        ])
        if not waiting:
            return
        moves = self.env["account.move"].browse(waiting.dispatch_id.mapped("res_id")).exists()
        known = {move.id: move._dispatch_legal_state().state for move in moves}
        answered = waiting.filtered(lambda recipient: known.get(recipient.dispatch_id.res_id) in (
            (gates.ACCEPTED, gates.REJECTED, gates.WAITING) if recipient.state == states.UNKNOWN
            else (gates.ACCEPTED, gates.REJECTED, gates.NONE)))
        if answered:
            answered._set_state(states.QUEUED, next_try=False)
            answered.dispatch_id._update_state()
        overdue = (waiting - answered).dispatch_id.filtered(
            lambda dispatch: not dispatch.activity_id and dispatch._is_overdue())
        overdue._tell_operator()
        self._commit()

    def _look_at_late_refusals(self):
        """Find what was refused after it had been accepted, and what is accepted again: in a few statements."""
        moves, dispatches = self.env["account.move"], self.env["document.dispatch"]
        refusing = Domain.OR(
            Domain(gate.state, "in", list(gate.rejected)) for gate in moves._dispatch_gates()
            if gate.rejected and moves._dispatch_can_search(gate.state))
        went = dispatches.env["document.dispatch.channel"]._get_domain("_is_network") & Domain([
            ("res_model", "=", moves._name), ("state", "=", states.SENT),
            ("sent_date", ">=", fields.Datetime.now() - REFUSED_WITHIN),
        ])
        noted = Domain("recipient_ids.remark", "!=", False)
        refused = moves.search(refusing & Domain("id", "in", dispatches._search(went & ~noted).subselect("res_id")))
        for dispatch in dispatches.search(went & (Domain("res_id", "in", refused.ids) | noted)):
            legal = dispatch.move_id._dispatch_legal_state()
            is_refused = legal.state == gates.REJECTED and dispatch.revision == dispatch.move_id.dispatch_revision
            if is_refused and not dispatch.remark:
                dispatch._note_late_refusal(legal)
            elif dispatch.remark and legal.state == gates.ACCEPTED:
                dispatch._forget_late_refusal()
        self._commit()
