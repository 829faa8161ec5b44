from odoo import models
from odoo.exceptions import UserError

from ...tools.dispatch import states


class DocumentDispatch(models.Model):
    """What a person can do with a dispatch."""

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch"

    def action_release(self):
        """Release reviewed rows: from now on nothing in them changes, and they go."""
        self.check_access("write")
        for dispatch in self:
            if dispatch.state != "review":
                raise UserError(self.env._("%s is not in review.", dispatch.document_name))
            if not dispatch.recipient_ids:
                raise UserError(self.env._(
                    "%s has no recipient left. Add an address, or send it on paper.",
                    dispatch.document_name,
                ))
        refused = self.filtered(lambda dispatch: (
            dispatch.partner_id._dispatch_refuses(dispatch.type_id, dispatch.company_id)
        ))
        refused._to_paper("refused")  # said so since the row was made
        (self - refused)._set_state("queued")
        (self - refused)._deliver_soon()

    def action_cancel(self):
        """A person discards rows that have not left yet; no rule plans these documents again."""
        self.check_access("write")
        self._cancel(self.env._("Discarded by %s.", self.env.user.name))
        for model, dispatches in self.grouped("res_model").items():
            documents = self.env[model].browse(dispatches.mapped("res_id")).exists()
            # sudo: the mark is part of discarding, whether or not he may edit the document
            documents.sudo().write({
                "dispatch_mark": "excluded",
                "dispatch_exclude_reason": self.env._("Discarded by %s.", self.env.user.name),
            })

    def _cancel(self, reason):
        """Withdraw rows; where somebody has the document already, only those who wait."""
        for dispatch in self:
            if dispatch.state not in states.DISPATCH_WITHDRAWABLE:
                raise UserError(self.env._(
                    "%(document)s is “%(state)s”: what has left cannot be cancelled.",
                    document=dispatch.document_name, state=dispatch._state_label(),
                ))
        partly_gone = self - self._withdrawable()
        (self - partly_gone)._leave_bundle()
        self.recipient_ids.filtered(
            lambda r: r.state in ("queued", "deferred", "failed")
        )._set_state("cancelled")
        partly_gone._update_state()
        (self - partly_gone)._set_state("cancelled", reason)
        self._update_notifications()

    def action_retry(self):
        """Try again now: those who failed or wait, never those who have it already."""
        self.check_access("write")
        leads = self._leads()
        for dispatch in leads:
            waiting = dispatch.recipient_ids.filtered(lambda r: r.state in ("failed", "deferred", "bounced"))
            if dispatch.state in ("review", "cancelled") or not waiting and dispatch.state != "failed":
                raise UserError(self.env._(
                    "%s: nobody is left to whom it could be sent again.", dispatch.document_name,
                ))
            waiting._set_state("queued")
            waiting._with_twins()._engine().write({"next_try": False, "tries": 0, "first_try": False})
            dispatch._with_riders()._set_state("queued")
        leads._deliver_soon()

    def action_open_document(self):
        """Open the document; for an NF-e or a boleto, its invoice."""
        self.ensure_one()
        return self._thread()._get_records_action()

    def _state_label(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _deliver_soon(self):
        self.env["document.dispatch.delivery"]._deliver_after_commit(self)
