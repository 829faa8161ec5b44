from odoo import api, models

from ...tools.dispatch.steering import KnownRecipients


class AccountMoveSend(models.AbstractModel):
    """The summary of many invoices, at once.

    Core asks for all settings of each, and renders text and files for that
    (``account.move.send.batch.wizard._compute_summary_data``): none of them is shown.
    """

    _inherit = "account.move.send"

    @api.model
    def _dispatch_batch_recipients(self):
        """``{move id: partner ids}`` where a summary has found them for all invoices at once, else ``None``."""
        found = KnownRecipients.of(self.env)
        return found and found.by_move

    @api.model
    def _get_mail_default_field_value_from_template(self, mail_template, lang, move, field, **kwargs):
        if self._dispatch_batch_recipients() is not None:
            return False
        return super()._get_mail_default_field_value_from_template(mail_template, lang, move, field, **kwargs)

    @api.model
    def _get_default_mail_lang(self, move, mail_template):
        if self._dispatch_batch_recipients() is not None:
            return False
        return super()._get_default_mail_lang(move, mail_template)

    @api.model
    def _get_default_mail_template_id(self, move):
        if self._dispatch_batch_recipients() is not None:
            return self.env["mail.template"]
        return super()._get_default_mail_template_id(move)

    @api.model
    def _get_default_pdf_report_id(self, move):
        if self._dispatch_batch_recipients() is not None:
            return self.env["ir.actions.report"]
        return super()._get_default_pdf_report_id(move)

    @api.model
    def _get_default_mail_attachments_widget(self, *args, **kwargs):
        if self._dispatch_batch_recipients() is not None:
            return []
        return super()._get_default_mail_attachments_widget(*args, **kwargs)
