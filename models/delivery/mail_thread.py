from functools import partial

from odoo import SUPERUSER_ID, api, models, modules
from odoo.modules.registry import Registry
from odoo.service.model import retrying

from ...tools.mail import addresses, dsn
from ...tools.mail import incoming as mail_headers

#: Reports that people write, or let their mailbox write: an answer belongs to the document's chatter
ANSWERS = (dsn.AUTOMATIC, dsn.UNCLEAR)


class MailThread(models.AbstractModel):
    """The mail gateway: reports on dispatched mails."""

    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, custom_values=None, save_original=False, strip_attachments=False,
                        thread_id=None):
        """Take a mail whose headers can be read in reasonable time."""
        return super().message_process(
            model, mail_headers.tame(message), custom_values=custom_values, save_original=save_original,
            strip_attachments=strip_attachments, thread_id=thread_id,
        )

    @api.model
    def _message_parse_extract_bounce(self, email_message, message_dict):
        """Know reports on dispatched mails by more than core does, and which of them are failures."""
        report = dsn.read_report(email_message)
        expected = self._detect_is_bounce(email_message, message_dict)
        # sudo: as below
        _to_bounces, own, tried = self.env["mail.alias.domain"].sudo()._dispatch_bounced(message_dict)
        if tried:
            return {**self._dispatch_bounce_of_nobody(), "dispatch_tried": tried}
        if not expected and (not report.machine or report.kind in ANSWERS):
            return super()._message_parse_extract_bounce(email_message, message_dict)
        # sudo: the mail gateway acts for nobody, the dispatch belongs to the worker
        recipients = self.env["document.dispatch.recipient"].sudo()._find_reported(report, own)
        if not recipients:
            try:
                return super()._message_parse_extract_bounce(email_message, message_dict)
            except (AttributeError, IndexError, TypeError):
                # not in the form that core expects: a report all the same, and of no mail that anybody knows
                return self._dispatch_bounce_of_nobody()
        failed = [found for fate in report.fates if fate.kind == dsn.FAILED
                  for found in recipients._of_fate(fate, report)]
        # core counts one on its contacts, and on none unless there is one
        # sudo: as core does, the mail gateway acts for nobody
        email = failed[0].email if failed and not failed[0].dispatch_id.rehearsal else False
        partners = self.env["res.partner"].sudo()
        return {
            "is_bounce": True,
            "bounced_email": email,
            "bounced_partner": partners.search([("email_normalized", "in", list(addresses.spellings(email)))])
            if email else partners,
            "bounced_msg_ids": [recipients[0].message_id],
            "bounced_message": recipients[0].dispatch_id.mail_message_id,
            "dispatch_report": report,
            "dispatch_own": own,
        }

    @api.model
    def _dispatch_bounce_of_nobody(self):
        """What core knows of a report on nobody's mail."""
        # sudo: empty recordsets, in the form that core gives them
        partners, messages = self.env["res.partner"].sudo(), self.env["mail.message"].sudo()
        return {"is_bounce": True, "bounced_email": False, "bounced_partner": partners, "bounced_msg_ids": [],
                "bounced_message": messages}

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        """Know the addresses for the bounces of one mail, too, whoever wrote there."""
        # sudo: the mail gateway acts for nobody
        to_bounces = self.env["mail.alias.domain"].sudo()._dispatch_bounced(message_dict)[0]
        return to_bounces or super()._detect_is_bounce(message, message_dict)

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Let the recipient know what is reported of their mail; core counts failures on the partner."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        if tried := message_dict.get("dispatch_tried"):
            tried.dispatch_bounce_extension = True
        report, own = message_dict.get("dispatch_report"), message_dict.get("dispatch_own")
        if not report:
            return result

        def take(env):
            found_by = own and own.with_env(env).exists()
            recipients = env["document.dispatch.recipient"].sudo()._find_reported(report, found_by)  # sudo: as above
            author = recipients.dispatch_id.user_id[:1]
            recipients.with_context(lang=author.lang, tz=author.tz)._receive_report(report)

        self._dispatch_take_by_itself(take)
        return result

    @api.model
    def _dispatch_take_by_itself(self, take):
        """Write what a mail says of a dispatch in a transaction of its own, after the gateway's.

        With what is known then, and anew where the worker writes the same dispatch: the gateway forgets a mail that it
        could not take. In tests at once.

        :param take: gets the environment to write in
        """
        if modules.module.current_test:
            take(self.env)
            return
        dbname = self.env.cr.dbname

        @self.env.cr.postcommit.add
        def receive():
            with Registry(dbname).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                retrying(partial(take, env), env)
