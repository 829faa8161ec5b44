from odoo import models


class DocumentDispatchRecipient(models.Model):
    _inherit = "document.dispatch.recipient"

    def _explain_account(self):
        # sudo: accounts are for administrators to read
        if any(reply in (self.reply or "") for reply in self.sudo().mail_server_id._dispatch_replies()):
            return self.env._("The mail account must not send now; the customer has nothing to do with it.")
        return super()._explain_account()
