from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Give a recipient his subject in his language.

        The subject of a ``mail.mail`` is that of its message (``_inherits``), which stands once in
        the chatter, in the customer's language.
        """
        mails = super()._prepare_outgoing_list(mail_server=mail_server, doc_to_followers=doc_to_followers)
        if subject := self.env.context.get("dispatch_subject"):
            for mail in mails:
                mail["subject"] = subject
        return mails
