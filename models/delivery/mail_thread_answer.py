from odoo import api, models

from ...tools.mail import dsn


class MailThread(models.AbstractModel):
    """The mail gateway: answers to dispatched mails."""

    _inherit = "mail.thread"

    @api.model
    def _get_parent_message(self, msg_dict):
        """Find the mail of ours that is answered also where a relay had given it another Message-ID.

        Then it is named among the references, by which Odoo finds the document (``message_route``).
        """
        if parent := super()._get_parent_message(msg_dict):
            return parent
        # sudo: the mail gateway acts for nobody
        answered = self.env["document.dispatch"].sudo()._find_answered(msg_dict["in_reply_to"], msg_dict["references"])
        if not (original := answered.mail_message_id):
            return parent
        msg_dict["references"] = f"{msg_dict['references'] or ''} {original.message_id}".strip()
        return original

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
        """Write on the dispatch that it was answered, by itself: see ``_dispatch_take_by_itself``.

        :param str in_reply_to: of the answer's header
        :param str references: of the answer's header
        :param str email: who wrote, as in its header
        """
        def take(env):
            # sudo: the mail gateway acts for nobody
            if answered := env["document.dispatch"].sudo()._find_answered(in_reply_to, references):
                answered._note_answer(email)

        self._dispatch_take_by_itself(take)
