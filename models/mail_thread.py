from functools import partial

from odoo import SUPERUSER_ID, api, models, modules
from odoo.modules.registry import Registry
from odoo.service.model import retrying

from ..tools.dsn import read_report


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Let the recipient know that his mail came back; core counts it on the partner."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        message_ids, email = message_dict["bounced_msg_ids"] or [], message_dict["bounced_email"]

        def take(env):
            # sudo: the mail gateway acts for nobody, the row belongs to the worker
            recipients = env["document.dispatch.recipient"].sudo()
            if recipients.search_count([("message_id", "in", message_ids)], limit=1):  # else another module's mail
                recipients._receive_report(message_ids, email, read_report(email_message))

        if modules.module.current_test:
            take(self.env)
            return result
        dbname = self.env.cr.dbname

        @self.env.cr.postcommit.add
        def receive():
            # By itself, with what is known then, and anew where the worker writes the same row: the gateway forgets
            # a mail that it could not take
            with Registry(dbname).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                retrying(partial(take, env), env)

        return result
