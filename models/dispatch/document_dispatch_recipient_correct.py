from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dispatch import clicks, states
from ...tools.mail import addresses
from ...tools.recipients import recipients


class DocumentDispatch(models.Model):
    """Whether something of a dispatch went to a corrected address."""

    _inherit = "document.dispatch"

    is_corrected = fields.Boolean(compute="_compute_is_corrected")

    @api.depends("recipient_ids.corrected_id")
    def _compute_is_corrected(self):
        for dispatch in self:
            dispatch.is_corrected = bool(dispatch.recipient_ids.corrected_id)


class DocumentDispatchRecipient(models.Model):
    """A wrong address is corrected: the document goes to the right one, and to nobody else."""

    _inherit = "document.dispatch.recipient"

    corrected_id = fields.Many2one(
        "document.dispatch", string="Sent instead", readonly=True, index="btree_not_null", ondelete="set null",
        help="The dispatch to the corrected address. This one is settled with it.",
    )

    def action_correct(self):
        """Open the window that asks for the right address."""
        self.ensure_one()
        self._check_correctable()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Correct Address"),
            "res_model": "document.dispatch.correct", "view_mode": "form", "target": "new",
            "context": {"default_recipient_id": self.id, "dialog_size": "medium"},
        }

    def _check_correctable(self):
        """Raise where nothing is to be corrected, or the user may not."""
        self.check_access("write")
        self.dispatch_id.check_access("write")
        for recipient in self:
            dispatch = recipient.dispatch_id
            by_mail = dispatch._channel()._takes_addresses()
            if not by_mail or not clicks.can_correct(recipient.state, dispatch.rehearsal):
                raise UserError(self.env._(
                    "%s did not fail: there is no address to correct.", recipient.email))
        self.dispatch_id._check_unchanged()

    def _send_corrected(self, email):
        """Send what this recipient did not get to the right address, to nobody else, and settle what failed.

        What the server said stays. Of several documents in one mail each goes by itself.

        :param str email: one address, in its normal form
        :return: the new dispatches
        """
        self.ensure_one()
        self._check_correctable()
        if email in self.dispatch_id.recipient_ids.mapped("email"):
            raise UserError(self.env._("%s is a recipient already.", email))
        dispatches = self.env["document.dispatch"]
        failed = self._bundle_main()._with_bundled()
        for recipient in failed:
            contact = recipient.partner_id if email in addresses.parse(recipient.partner_id.email).emails else False
            choice = recipients.Choice(
                contact and contact.id, email, recipients.MANUAL, recipient.name or "")
            dispatch = recipient.dispatch_id._resend(choices=[choice], only=set())
            recipient._set_own_state(states.CANCELLED, next_try=False, corrected_id=dispatch.id)
            dispatches |= dispatch
        failed.dispatch_id._conclude()
        # nobody else was to get it
        failed.dispatch_id.filtered(lambda dispatch: (
            dispatch.state == states.CANCELLED))._with_system_write().state_message = self.env._(
            "%(old)s was wrong: it was sent to %(new)s.", old=self.email, new=email)
        return dispatches
