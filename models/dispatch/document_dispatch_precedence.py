from odoo import models


class DocumentDispatch(models.Model):
    """The text and the report of a dispatch: what was chosen for it, else what its type says."""

    _inherit = "document.dispatch"

    def _get_template(self):
        """The text.

        :raise ValueError: neither it nor its type has one
        """
        template = self.mail_template_id or self.type_id.mail_template_id
        if not template:
            raise ValueError(self.env._("The document type “%s” has no text. Choose one on the document "
                                        "type.", self.type_id.name))
        return template

    def _get_report(self):
        """The report; empty where the document itself decides."""
        return self.report_id or self.type_id.report_id
