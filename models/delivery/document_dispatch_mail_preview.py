import logging

from lxml import etree, html
from psycopg2.errors import ReadOnlySqlTransaction

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

#: In the context: a mail is only looked at. An object, so that no client can say so.
LOOKING = object()


class DocumentDispatch(models.Model):
    """The mail of a dispatch in review, as its reader will see it; nothing of it is kept."""

    _inherit = "document.dispatch"

    mail_preview = fields.Html(
        string="Mail", compute="_compute_mail_preview",
        sanitize=False,  # Odoo's layout around a text that was sanitized; shown in a frame that runs no script
    )

    @api.depends("state", "content_ready", "body", "recipient_ids.lang", "recipient_ids.body")
    def _compute_mail_preview(self):
        for dispatch in self:
            ready = dispatch.state == "review" and dispatch.content_ready
            dispatch.mail_preview = dispatch._preview_mail() if ready else False

    def _prepare_preview(self):
        """Have core make what its links need that a preview shows: who only looks writes nothing."""
        for dispatch in self:
            document = dispatch._thread_of_author()
            if "access_token" in document._fields:
                document._portal_ensure_token()

    def _preview_mail(self):
        """The text with the layout around it, for the first recipient; the text alone where that fails."""
        saved = self._origin
        recipient = saved.recipient_ids[:1]
        try:
            with self.env.cr.savepoint(flush=False):
                document = saved._thread_of_author().with_context(dispatch_looking=LOOKING)
                vals = {**saved._prepare_message_vals(document), "body": self.body}
                # sudo: as the message that the release posts
                message = self.env["mail.message"].sudo().new(vals)
                text = saved._render_layout(document, message, recipient) if recipient else self.body
        except ReadOnlySqlTransaction:
            raise  # Odoo asks once more with a cursor that can write
        except Exception:  # whatever is wrong with it, a person must be able to look at the dispatch, and to discard it
            _logger.info("No preview of the mail of dispatch %s", saved.id, exc_info=True)
            text = self.body
        return self._without_links(text)

    @staticmethod
    def _without_links(text):
        """A mail whose links lead nowhere: they are the customer's, and a click of the house is no opening."""
        if not text:
            return False
        root = html.fromstring(str(text))
        for node in root.iter(etree.Element):
            node.attrib.pop("href", None)
        return html.tostring(root, encoding="unicode")
