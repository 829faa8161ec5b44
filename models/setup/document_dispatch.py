from odoo import api, models
from odoo.fields import Domain

from ...tools.dispatch import states

#: Recipients that the worker would take
WAITING = (states.QUEUED, states.DEFERRED)


class DocumentDispatch(models.Model):
    """What waited in a backup: since then, the original may have sent it."""

    _inherit = "document.dispatch"

    @api.model_create_multi
    def create(self, vals_list):
        """The first one moves a copy of a database in that never sent anything."""
        self.env["document.dispatch.home"]._move_in()
        return super().create(vals_list)

    def _get_waiting_domain(self):
        """Everything that the worker would send to customers, now or later."""
        return (
            self.env["document.dispatch.channel"]._get_domain("_is_delivered_by_worker")
            & Domain("rehearsal", "=", False)
            & Domain("state", "in", (states.QUEUED, states.SENDING, states.UNKNOWN))
            & Domain("recipient_ids", "any", [("state", "in", [*WAITING, states.SENDING])])
        )

    def _find_waiting(self):
        """All dispatches that wait."""
        return self.search(self._get_waiting_domain())

    def _hold_after_restore(self):
        """Leave it to people: into review where nothing has left, else each address that waits as unknown."""
        message = self.env._("It was waiting when the backup was made, and may have been sent since.")
        whole = self._withdrawable()
        whole._back_to_review(message)
        (self - whole)._give_up_waiting(states.UNKNOWN, message)

    def _cancel_after_restore(self):
        """Withdraw what has gone from the original; no rule plans these documents again."""
        whole = self._withdrawable()
        (self - whole)._give_up_waiting(states.CANCELLED, self.env._("Discarded after a restore."))
        whole.action_cancel()

    def _give_up_waiting(self, state, message):
        """What is left of dispatches that have gone in part."""
        for recipient in self.recipient_ids:
            if recipient.state in WAITING:
                recipient._set_state(state, next_try=False, reply=message)
            elif recipient.state == states.SENDING:  # its worker lives elsewhere, if at all
                recipient._set_state(states.UNKNOWN, worker=False, reply=message)
        self._update_state()
        self._update_notifications()
