import base64
import logging
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from odoo import api, fields, models

from ...tools.mail import headers as mail_form
from ...tools.mail import proof
from .document_dispatch_worker import CLASHES, HELD

_logger = logging.getLogger(__name__)


class DocumentDispatchMail(models.Model):
    """One mail as it went to the server, for its proof: the text without files and secret links, and hashes.

    Once for each mail that the server took, or may have taken. People read it as a file, see
    ``document.dispatch.recipient.action_download_mail``.
    """

    _name = "document.dispatch.mail"
    _inherit = ["document.dispatch.system"]
    _description = "E-mail Proof"
    _order = "id desc"

    recipient_id = fields.Many2one(
        "document.dispatch.recipient", required=True, readonly=True, index=True, ondelete="cascade",
    )
    message = fields.Binary(
        readonly=True, attachment=False,
        help="The e-mail without its files, with placeholders instead of secret links; compressed.",
    )
    size = fields.Integer(string="Bytes", readonly=True)
    sha256 = fields.Char(readonly=True, help="SHA-256 of the entire e-mail as the mail server received it.")
    kept_sha256 = fields.Char(
        readonly=True, help="SHA-256 of the entire e-mail with placeholders instead of secret links. Empty: it had "
                            "none.",
    )

    @api.model
    def _keep(self, recipients, kept):
        """Keep the proof of a mail, beside its outcome: where that fails, the outcome stands.

        :param recipients: those who share it, and may have it
        """
        recipient = recipients[:1]
        try:
            with self.env.cr.savepoint():
                proof_of_all = self._with_system_write().create(self._prepare_vals(recipient, kept))
                if others := recipients - recipient:
                    others._with_system_write().common_proof_id = proof_of_all
                    self.env.flush_all()
        except (*CLASHES, HELD):
            raise  # no fault of the proof: it is written anew, with the outcome
        except Exception:
            _logger.exception("No proof is kept of the mail to recipient %s", recipient.id)

    @api.model
    def _prepare_vals(self, recipient, kept):
        return {
            "recipient_id": recipient.id, "message": kept.message and base64.b64encode(kept.message),
            "size": kept.size, "sha256": kept.sha256, "kept_sha256": kept.kept_sha256,
        }

    def _rebuild(self):
        """Put the mail together again: ``(bytes, verdict)``, see :func:`tools.mail.proof.rebuild`."""
        self.ensure_one()
        kept = proof.Proof(
            base64.b64decode(self.message or b""), self.sha256 or "", self.kept_sha256 or "", self.size)
        if not kept.message:
            return b"", proof.DIFFERENT
        # sudo: the files of this very mail, whoever else owns them
        files = self.env["ir.attachment"].sudo().browse(proof.marked_files(kept)).exists()
        return proof.rebuild(kept, {file.id: file.raw for file in files})

    # ------------------------------------------------------------------
    # Mails that went before proofs were kept
    # ------------------------------------------------------------------

    @api.model
    def _keep_old(self, recipients):
        """Keep what there is of older mails: their text, without a hash and without files."""
        self._with_system_write().create([
            self._prepare_vals(recipient, self._prepare_old(recipient)) for recipient in recipients
        ])

    @api.model
    def _prepare_old(self, recipient):
        dispatch, message = recipient.dispatch_id, EmailMessage(policy=SMTP)
        for name, value in (
            ("Subject", recipient.subject or dispatch.subject), ("From", dispatch.email_from), ("To", recipient.email),
            ("Message-Id", recipient.message_id),
            ("Date", recipient.sent_date and format_datetime(recipient.sent_date)),
        ):
            if value:
                message[name] = mail_form.one_line(value)
        message.set_content(recipient.mail_body, subtype="html")
        mail_form.straighten(message)
        kept = proof.keep(message.as_bytes(), {})
        return proof.Proof(kept.message, "", "", 0)
