from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.dispatch import clicks


class DocumentDispatch(models.Model):
    """Before many are released, a person reads how many, and what becomes of them."""

    _inherit = "document.dispatch"

    def action_ask_release(self):
        """Open the window that releases those of these dispatches that are in review."""
        waiting = self.filtered(lambda dispatch: clicks.can_release(dispatch.state))
        if not waiting:
            raise UserError(self.env._("Nothing to review"))
        window = self.env["document.dispatch.release"].create({"dispatch_ids": waiting.ids})
        return {
            "type": "ir.actions.act_window", "name": self.env._("Release"), "res_model": window._name,
            "res_id": window.id, "view_mode": "form", "target": "new",
        }

    def action_ask_release_all(self):
        """The same for all that the list shows, whichever are ticked."""
        # from the list's button, or any client: it chooses among dispatches that the user may see
        shown = Domain(self.env.context.get("active_domain") or Domain.TRUE)
        return self.search(shown & Domain("state", "=", "review")).action_ask_release()

    def _count_outcomes(self):
        """How many of these go how when they are released: parameters of :meth:`_announce`."""
        refused = self.filtered(lambda dispatch: dispatch._channel()._is_refused(dispatch))
        mailed = (self - refused).filtered(lambda dispatch: dispatch._channel()._takes_addresses())
        return {"mailed": len(mailed), "sent": len(self) - len(mailed) - len(refused), "tray": len(refused)}

    @api.model
    def _announce(self, mailed=0, sent=0, printed=0, tray=0, review=0):
        """What a button is about to do to how many documents, in words: *Send 15 by e-mail, print 3*.

        :param int mailed: go by e-mail
        :param int sent: go by another channel
        :param int printed: are printed at once
        :param int tray: go to the paper tray
        :param int review: are left in review
        :return: empty where nothing happens
        """
        parts = [text for number, text in (
            (mailed, self.env._("send %s by e-mail", mailed)), (sent, self.env._("send %s", sent)),
            (printed, self.env._("print %s", printed)), (tray, self.env._("put %s in the paper tray", tray)),
            (review, self.env._("leave %s in review", review)),
        ) if number]
        text = ", ".join(parts)
        return text[:1].upper() + text[1:]
