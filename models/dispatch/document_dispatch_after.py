from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.dispatch import states


class DocumentDispatch(models.Model):
    """A copy: it waits for another dispatch of its document, and goes when that one was sent."""

    _inherit = "document.dispatch"

    after_id = fields.Many2one(
        "document.dispatch", string="Waits for", readonly=True, index="btree_not_null", ondelete="restrict",
        help="A copy: it is sent only after that dispatch was sent.",
    )
    copy_ids = fields.One2many("document.dispatch", "after_id", string="Copies")

    def _get_first_through_domain(self):
        """Dispatches that wait for no other one."""
        return Domain("after_id", "=", False) | Domain("after_id.state", "in", states.THROUGH)

    def _get_first_through_condition(self):
        """As :meth:`_get_first_through_domain` in the worker's query: ``d`` is the dispatch, ``c`` its company."""
        return SQL("(d.after_id IS NULL OR EXISTS (SELECT FROM document_dispatch a WHERE a.id = d.after_id "
                   "AND a.state IN %s))", states.THROUGH)

    def _is_only_copy(self):
        """Tell whether this is a copy, and what it waits for was not sent."""
        # sudo: of the same document, whoever sent it
        return bool(self.after_id) and self.after_id.sudo().state not in states.THROUGH

    def _is_held_back(self):
        """Tell whether this is a copy that still waits for the other dispatch."""
        return self._is_only_copy()

    def _explain_waiting(self):
        if self._is_held_back():
            # sudo: as above
            return self.env._("It is sent once the document has been sent by "
                              "“%s”.", self.after_id.sudo()._channel_name())
        return super()._explain_waiting()

    def _explain_lost_first(self):
        """Why a copy cannot go: what it waits for is given up; empty when it is not."""
        first = self.after_id.sudo()  # sudo: as above
        if first.state not in states.LOST:
            return ""
        said = self.env._("It is a copy, and waits until the document has been sent by “%(channel)s”: %(state)s.",
                          channel=first._channel_name(), state=first._state_label())
        return "\n".join(filter(None, (said, first.state_message)))

    def _check_can_go(self):
        """Raise where a dispatch in review cannot be released."""
        if reason := self._explain_lost_first():
            raise UserError(reason)
        if not self._channel()._is_there():
            raise UserError(self._channel()._explain_gone())

    def _tell_copies(self, state):
        """Have copies of these go that waited for this state, or leave them to people where it never comes."""
        if state not in (*states.THROUGH, *states.LOST):
            return
        # sudo: whoever sent it
        copies = self.sudo().search([("after_id", "in", self.ids), ("state", "in", (states.QUEUED, states.PAPER))])
        if not copies:
            return
        if state in states.THROUGH:
            copies._deliver_later()
        for copy in copies._withdrawable():
            reason = copy._explain_lost_first()
            if copy.state == states.QUEUED and reason:
                copy._back_to_review(reason)
            elif copy.state == states.PAPER:  # it stays in the tray, and nobody prints it
                copy._with_system_write().state_message = reason or False

    def _back_to_review(self, message):
        """Queued dispatches of which nothing has left become what a person can edit, release and discard."""
        bundled = self.filtered(lambda dispatch: dispatch.bundle_id or dispatch.bundled_ids)
        self._leave_bundle()
        dispatches = self._with_system_write()
        # sudo: the messages say that something went; the release posts them anew, as they are then
        dispatches.mail_message_id.sudo().unlink()
        dispatches.recipient_ids.filtered(lambda recipient: recipient.state != states.QUEUED)._set_state(states.QUEUED)
        dispatches.recipient_ids.write({"mail_body": False, "next_try": False})
        dispatches.write({"frozen": False, "mail_values": False})
        # the common text of several documents is none for one
        bundled._with_system_write().content_ready = False
        self._set_state(states.REVIEW, message)
