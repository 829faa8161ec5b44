from functools import partial

from odoo import SUPERUSER_ID, api, models, modules
from odoo.modules.registry import Registry
from odoo.service.model import retrying

from ...tools.mail import dsn


class MailThread(models.AbstractModel):
    """The mail gateway: answers to dispatched mails."""

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        """Name the mail of ours that is answered where a relay had given it another Message-ID."""
        message_dict = super().message_parse(message, save_original=save_original)
        if message_dict.get("parent_id") or message_dict.get("is_bounce"):
            return message_dict
        # sudo: the mail gateway acts for nobody
        answered = self.env["document.dispatch"].sudo()._find_answered(
            message_dict["in_reply_to"], message_dict["references"])
        if original := answered.mail_message_id:
            message_dict["references"] = f"{message_dict['references'] or ''} {original.message_id}".strip()
            message_dict.update(self._message_parse_extract_from_parent(original))
        return message_dict

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """An answer that Odoo took, wherever it stands: the dispatch says so."""
        # read before: the process takes values out
        in_reply_to, references = message_dict.get("in_reply_to"), message_dict.get("references")
        email = message_dict.get("email_from")
        result = super()._message_route_process(message, message_dict, routes)
        if routes and (in_reply_to or references) and self._dispatch_is_written_by_person(message):
            self._dispatch_note_answer(in_reply_to, references, email)
        return result

    @api.model
    def _dispatch_is_written_by_person(self, message):
        """Tell whether somebody wrote this mail, and no program: no report, receipt, or automatic answer."""
        report = dsn.read_report(message)
        return not report.machine and report.kind == dsn.UNCLEAR

    @api.model
    def _dispatch_note_answer(self, in_reply_to, references, email):
        """Write on the dispatch that it was answered, by itself: see ``_routing_handle_bounce``.

        :param str in_reply_to: of the answer's header
        :param str references: of the answer's header
        :param str email: who wrote, as in its header
        """
        def take(env):
            # sudo: the mail gateway acts for nobody
            if answered := env["document.dispatch"].sudo()._find_answered(in_reply_to, references):
                answered._note_answer(email)

        if modules.module.current_test:
            take(self.env)
            return
        dbname = self.env.cr.dbname

        @self.env.cr.postcommit.add
        def note():
            with Registry(dbname).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                retrying(partial(take, env), env)
