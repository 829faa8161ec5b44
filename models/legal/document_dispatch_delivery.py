from odoo import models

from ...tools.dispatch import states
from ...tools.legal import gates


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
