from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.dispatch import states


class DocumentDispatchMixin(models.AbstractModel):
    """What people decide about a document: to send, not to send, on paper; and what that withdraws."""

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch.mixin"

    def _dispatch_withdraw(self, reason):
        """Cancel what has not left yet: the document changed, or went another way."""
        rows = self.env["document.dispatch"].sudo().search(  # sudo: whoever queued it
            self.env["document.dispatch"]._get_document_domain(self)
            & fields.Domain("state", "in", states.DISPATCH_WITHDRAWABLE)
        )
        if rows:
            rows._cancel(reason)

    def _dispatch_new_revision(self):
        """The document goes back to draft: what waits is withdrawn, what comes is a new revision."""
        self._dispatch_withdraw(self.env._("The document went back to draft."))
        # sudo: the counter is not the user's to edit, and he may have no write access any more
        for document in self.sudo():
            document.write({
                "dispatch_revision": document.dispatch_revision + 1,
                # that was the old version
                "dispatch_opened_date": False, "dispatch_opened_ip": False, "dispatch_opened_agent": False,
            })

    def action_dispatch_mark(self):
        """Mark documents “to send”: a rule that takes marked documents will take them.

        Marked twice is marked once; what has gone, or is on its way, goes no second time.
        """
        self.check_access("write")
        self._with_system_write().write({"dispatch_mark": "to_send", "dispatch_exclude_reason": False})

    def action_dispatch_exclude(self):
        """Ask why, then mark documents “do not send”."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Do Not Send"),
            "res_model": "document.dispatch.exclude",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def _dispatch_exclude(self, reason):
        """Mark documents “do not send”: no rule takes them, and what waits is withdrawn."""
        self.check_access("write")
        self._dispatch_withdraw(self.env._("Marked “do not send” by %(user)s: %(reason)s",
                                           user=self.env.user.name, reason=reason))
        self._with_system_write().write({"dispatch_mark": "excluded", "dispatch_exclude_reason": reason})

    def _dispatch_to_paper(self, again=False):
        """Put documents into the paper tray: a person chose paper, or nobody can be reached by mail.

        :param bool again: also what went before, as one more row
        :return: their rows
        """
        self.check_access("write")
        rows = self.env["document.dispatch"]
        for document in self:
            if obstacle := document._dispatch_obstacle(document._dispatch_type_code()):
                raise UserError(obstacle)
            previous = document._dispatch_supersede()
            if previous and not again:
                raise UserError(self.env._(
                    "%s has reached somebody by mail, or is on its way.", document._dispatch_name()))
            [vals] = document._dispatch_prepare_rows("resend" if previous else "manual", "review")
            row = document._dispatch_insert([{
                **vals, "resend_of_id": previous[:1].id, "batch_id": self._dispatch_batch_id(),
            }])
            if row.state == "review":
                row._to_paper("manual")
            rows |= row
        return rows
