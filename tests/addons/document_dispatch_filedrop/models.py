from pathlib import Path

from odoo import models


class DocumentDispatchChannelFiledrop(models.AbstractModel):
    _name = "document.dispatch.channel.filedrop"
    _inherit = ["document.dispatch.channel"]
    _description = "Writes the files of a document into a folder"
    _sequence = 5  # before e-mail

    def _get_name(self):
        return self.env._("File drop")

    def _is_usual(self):
        return True

    def _is_delivered_by_worker(self):
        return True

    def _why_not(self, document, dispatch_type, resolution):
        return None if self._get_addresses(document) else self._reason(self.env._("No folder is chosen."))

    def _get_addresses(self, document):
        folder = self.env["ir.config_parameter"].sudo().get_param("document_dispatch_filedrop.folder")
        return [folder] if folder else []

    def _hand_over(self, recipient, sessions, links):
        try:
            for file in recipient.dispatch_id.attachment_ids:
                Path(recipient.email, file.name.replace("/", "_")).write_bytes(file.raw)
        except OSError as error:
            return self._outcome("failed" if isinstance(error, FileNotFoundError) else "deferred", str(error))
        return self._outcome("sent", self.env._("Written."))
