from odoo import fields, models
from odoo.tools import plaintext2html

from ...tools.dispatch import states


class DocumentDispatch(models.Model):
    """The state of a row: derived from its recipients, and told to documents and people."""

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch"

    def _set_state(self, state, message=False):
        """Change the state by the table of transitions, and let the documents know."""
        for dispatch in self:
            states.check(states.DISPATCH_TRANSITIONS, dispatch.state, state)
        self._engine().write({"state": state, "state_message": message})
        if state != states.SENDING:  # to the document that is the same as waiting
            self._documents_changed()

    def _update_state(self):
        """Derive the state of mailed rows from their recipients, and tell the documents."""
        mailed = self.filtered(lambda dispatch: dispatch.channel == "email")
        changed = mailed.grouped(lambda dispatch: (
            states.summarize(dispatch.recipient_ids.mapped("state")), dispatch._failure_text(),
        ))
        for (state, message), dispatches in changed.items():
            newly_sent = dispatches.filtered(lambda dispatch: not dispatch.sent_date)
            dispatches.filtered(lambda dispatch, new=state: dispatch.state != new)._set_state(state, message)
            if state in ("sent", "partial"):
                newly_sent._engine().sent_date = fields.Datetime.now()
                newly_sent._tell_documents("_dispatch_accepted")
            elif state == "failed":
                (dispatches - newly_sent)._tell_documents("_dispatch_came_back")

    def _tell_documents(self, method):
        """Call a method of the documents, each kind at once.

        What became of a pro-forma says nothing of the invoice that it is now.
        """
        for (model, code), dispatches in self.grouped(lambda row: (row.res_model, row.type_code)).items():
            # sudo: the document's own mark follows the mail server, whoever waits for it
            documents = self.env[model].sudo().browse(dispatches.mapped("res_id")).exists()
            getattr(documents.filtered(lambda document, code=code: document._dispatch_type_code() == code), method)()

    def _tell_operator(self):
        """Leave an activity on the document for the person in whose name it went."""
        for dispatch in self:
            if dispatch.state not in ("failed", "partial", "unknown"):
                dispatch._engine().activity_id.unlink()
            elif not dispatch.activity_id:
                # sudo: the worker's note; the document may be one that he does not own
                dispatch._engine().activity_id = dispatch._thread().sudo().activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=self.env._("Sending: %s", dispatch._state_label()),
                    note=plaintext2html(dispatch.state_message or ""),
                    user_id=dispatch.user_id.id,
                )

    def _failure_text(self):
        """One line for each recipient that did not get it, with the server's words."""
        self.ensure_one()
        return "\n".join(
            f"{recipient.email}: {recipient.reply}"
            for recipient in self.recipient_ids
            if recipient.reply and recipient.state in ("failed", "deferred", "unknown", "bounced")
        )

    def _documents_changed(self):
        """Have the stored ``dispatch_state`` of the documents computed anew."""
        for model, dispatches in self.grouped("res_model").items():
            documents = self.env[model].browse(dispatches.mapped("res_id")).exists()
            self.env.add_to_compute(documents._fields["dispatch_state"], documents)
            documents.invalidate_recordset(["dispatch_ids"])
