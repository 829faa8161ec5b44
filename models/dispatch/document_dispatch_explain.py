from odoo import api, fields, models

from ...tools.dispatch import states

#: States of recipients of which something is to be said
TROUBLED = ("failed", "bounced", "unknown", "deferred")
#: How what became of a dispatch is shown to the person who just sent it
LOOKS = {states.SENT: "success", states.PARTIAL: "danger", states.FAILED: "danger", states.UNKNOWN: "danger"}


class DocumentDispatch(models.Model):
    """Says in plain words what happened to a dispatch, what happens next, and what a person can do."""

    _inherit = "document.dispatch"

    lang_name = fields.Char(string="Language", compute="_compute_lang_name")
    what_happened = fields.Text(compute="_compute_explanation")
    what_next = fields.Text(string="What happens next", compute="_compute_explanation")
    what_to_do = fields.Text(string="What you can do", compute="_compute_explanation")
    remark = fields.Text(string="Reported later", compute="_compute_remark")

    @api.depends("lang")
    def _compute_lang_name(self):
        languages = self.env["res.lang"]
        for dispatch in self:
            dispatch.lang_name = languages._get_data(code=dispatch.lang).name or dispatch.lang

    @api.depends("state", "state_message", "channel_reason", "recipient_ids.state", "recipient_ids.reply",
                 "recipient_ids.next_try")
    @api.depends_context("lang", "tz")
    def _compute_explanation(self):
        for dispatch in self:
            troubled = dispatch.recipient_ids.filtered(lambda r: r.state in TROUBLED and r.reply)
            if dispatch.state in ("review", "sent", "cancelled", "paper", "printed"):
                troubled = troubled.browse()
            dispatch.what_happened = dispatch._explain_what_happened(troubled)
            dispatch.what_next = dispatch._explain_what_next()
            dispatch.what_to_do = dispatch._explain_what_to_do(troubled)

    @api.depends("recipient_ids.remark")
    def _compute_remark(self):
        for dispatch in self:
            dispatch.remark = "\n".join(
                f"{recipient.email}: {recipient.remark}" for recipient in dispatch.recipient_ids if recipient.remark
            ) or False

    # ------------------------------------------------------------------
    # Right after sending
    # ------------------------------------------------------------------

    def _tell(self, action=None):
        """The action that tells the person who just sent a dispatch what became of it, and then goes on.

        What became of it is known when this transaction is over: the client asks then (:meth:`read_outcome`).

        :param dict action: what comes next; the window is closed if none is given
        """
        return {
            "type": "ir.actions.client", "tag": "document_dispatch_tell",
            "params": {"dispatch_id": self[-1:].id, "next": action or {"type": "ir.actions.act_window_close"}},
        }

    def read_outcome(self):
        """What became of a dispatch so far, as a notification shows it: ``title``, ``message`` and ``type``."""
        self.ensure_one()
        self.check_access("read")
        look = LOOKS.get(self.state, "warning" if self.next_try else "info")
        return {"title": self.document_name, "message": self._explain_outcome(), "type": look}

    def _explain_outcome(self):
        """What became of it so far, in a sentence or two."""
        if self.rehearsal:
            return self.env._("A rehearsal: it goes to the supervisor only, and counts for nothing.")
        if self.state == states.REVIEW:
            return self.env._("It is in review, and will be sent when it is released.")
        if self.state == states.PAPER:
            return self.env._("It lies in the paper tray, to be printed.")
        return self._channel()._explain_outcome(self)

    # ------------------------------------------------------------------
    # In the box of the dispatch
    # ------------------------------------------------------------------

    def _explain_what_happened(self, troubled):
        if not troubled:
            return self.state_message or False
        return "\n".join(self._channel()._explain_recipient(recipient) for recipient in troubled)

    def _explain_what_next(self):
        if self.state == "unknown":
            return self.env._("Nothing is sent automatically, so that nobody receives it twice.")
        if self.next_try:
            return self._channel()._explain_next_try(self)
        if self.state == "failed":
            return self.env._("Nothing more is sent automatically. The customer does not have the document.")
        if self.state == "partial":
            return self.env._("The other recipients have it. Nothing more is sent to these automatically.")
        return self._channel()._explain_what_next(self)

    def _explain_waiting(self):
        """What a dispatch waits for that could go; delivery knows it."""
        return False

    def _explain_what_to_do(self, troubled):
        if self.state == "unknown":
            return self.env._("Ask the customer, then click “Confirm Delivery” or “Send Again” next to the address.")
        if self.state == "handed":
            return self.env._("Click “Mark as Sent” once you have sent it, or “Discard Draft”.")
        if self.state not in ("failed", "partial"):
            if self.next_try and "retry" in self._channel()._get_actions():
                return self.env._("No action needed. If the problem is solved, click “Try Again Now”.")
            return self.is_scheduled and self.env._("Click “Send Now” to send it earlier, or “Reschedule”.")
        if troubled and self._find_withdrawn():
            return self.env._("Click “Send Again”: the outdated e-mail is not sent to anyone else.")
        if not troubled and "retry" not in self._channel()._get_actions():
            return self._channel()._explain_advice(troubled)
        if not troubled:
            return self.env._("Correct the problem described above, then click “Try Again Now”.")
        advice = [self._channel()._explain_advice(recipient) for recipient in troubled]
        if self.state == "failed":
            advice.append(self.env._("Or click “Send on Paper”: the document goes to the paper tray."))
        return "\n".join(dict.fromkeys(advice))
