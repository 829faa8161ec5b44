import logging

from odoo import models
from odoo.tools import email_normalize, formataddr

_logger = logging.getLogger(__name__)

#: Languages of texts that follow the customer, as Odoo's own and the delivered ones write them
CUSTOMERS_OWN = frozenset({"{{object.partner_id.lang}}", "{{object.lang}}"})


class DocumentDispatchMixin(models.AbstractModel):
    """With what a document goes: one order of precedence, on every road.

    What the person chose in the window, else what the rule says, the type (the narrowest that fits), the text, and then
    Odoo's choice. Each setting is decided by one method here, so that windows, rules, Odoo's own processes and sending
    again come to the same.
    """

    _inherit = "document.dispatch.mixin"

    def _dispatch_prepare_terms(self, dispatch_type, template, chosen):
        """Values of a dispatch: its text, report and account.

        Text and report stand there where they were chosen above the type; else the type is asked when the mail is made.

        :param dispatch_type: ``document.dispatch.type``
        :param template: the ``mail.template`` that was decided on
        :param chosen: :class:`tools.dispatch.precedence.Chosen`
        """
        return {
            "mail_template_id": False if template == dispatch_type.mail_template_id else template.id,
            "report_id": chosen.report.id if chosen.report else False,
            "mail_server_id": self._dispatch_choose_account(dispatch_type, template, chosen.account).id,
        }

    def _dispatch_choose_template(self, dispatch_type, chosen=None):
        """The text: chosen, or somebody's choice for this document in Odoo, or the type's; may be empty."""
        return chosen or self._dispatch_own_template() or dispatch_type.mail_template_id

    def _dispatch_choose_account(self, dispatch_type, template, chosen=None):
        """The sender account: chosen, or the type's, or the text's; empty where Odoo chooses it by the sender.

        :param dispatch_type: ``document.dispatch.type``
        :param template: the ``mail.template`` that goes
        :param chosen: ``ir.mail_server`` of a rule
        """
        return chosen or dispatch_type.mail_server_id or template.mail_server_id

    def _dispatch_choose_sender(self, dispatch_type, account, text, email_from=""):
        """Whom the mail comes from, and where answers go: ``{"email_from": …, "reply_to": …}``.

        An account that has an address of its own is the sender, and gets the answers where nobody says otherwise.
        Where ``reply_to`` is empty, they go where Odoo reads them, else to the sender.

        :param dispatch_type: ``document.dispatch.type``
        :param account: ``ir.mail_server`` that was chosen for it; may be empty
        :param dict text: ``email_from`` and ``reply_to`` as the text says; each may be empty
        :param str email_from: what the person chose in the window
        """
        address = account.sudo()._dispatch_address()  # sudo: to use, not to read
        own = formataddr((self.company_id.name, address)) if address else False
        sender = email_from or own or text["email_from"]
        answers = own and email_normalize(sender) == email_normalize(own) and sender
        return {"email_from": sender, "reply_to": dispatch_type.reply_to or text["reply_to"] or answers or False}

    # ------------------------------------------------------------------
    # In which language
    # ------------------------------------------------------------------

    def _dispatch_lang(self, partner):
        """The language of a customer."""
        return partner.lang or self.company_id.partner_id.lang or self.env.lang or "en_US"

    def _dispatch_text_lang(self, template):
        """The language that the text itself demands; ``False`` where it follows the customer.

        :param template: ``mail.template``
        """
        expression = "".join((template.lang or "").split())
        if not expression or expression in CUSTOMERS_OWN:
            return False
        try:
            record = self._dispatch_text_record()
            lang = template._render_lang(record.ids)[record.id]
        except Exception:
            _logger.info("The language of “%s” cannot be rendered", template.name, exc_info=True)
            return False
        return lang if lang in dict(self.env["res.lang"].get_installed()) else False
