from odoo import fields, models

from ...tools.dispatch import states


class DocumentDispatchChannelEmail(models.AbstractModel):
    """One message in the chatter, one mail for each recipient or for all, handed to the mail server by the worker."""

    _inherit = "document.dispatch.channel.email"

    def _is_delivered_by_worker(self):
        return True

    def _uses_account(self):
        return True

    def _can_bundle(self):
        return True

    def _can_draft(self):
        return True

    def _freeze(self, dispatches):
        dispatches._freeze_mails()

    def _begin(self, recipients):
        recipients._restore_mail_body()
        return recipients._make_links()

    def _hand_over(self, recipients, sessions, links):
        """Several who share a mail: what the server said of one alone is noted on the sessions (``each``).

        :param recipients: those who share it, each a ``document.dispatch.recipient``
        :param Sessions sessions: open connections, by account
        :param dict links: secret links for their places in the text
        """
        return self.env["document.dispatch.mailer"]._hand_over(
            recipients, recipients._prepare_mail_vals(), sessions, links=links)

    def _explain_what_next(self, dispatch):
        if dispatch.state == states.HANDED:
            return self.env._("Nothing more is sent from Odoo, which does not know whether the draft was sent.")
        return super()._explain_what_next(dispatch)

    def _handed_sent(self, dispatches, message=False):
        dispatches.recipient_ids._set_state(states.SENT, sent_date=fields.Datetime.now())
        dispatches._conclude()

    def _handed_dropped(self, dispatches):
        dispatches.recipient_ids._set_state(states.CANCELLED)
        dispatches._set_state(states.CANCELLED, self.env._("Draft not sent by %s.", self.env.user.name))
        dispatches._update_notifications()
