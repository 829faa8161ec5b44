import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dispatch import states
from ...tools.mail import proof

#: From here on nothing goes to this address any more, unless a person wants it; then the text is made once more
DONE = (states.SENT, states.REHEARSED, states.HANDED, states.CANCELLED)
#: Texts of old mails that are let go in one transaction
VACUUM_BLOCK = 500


class DocumentDispatchRecipient(models.Model):
    """The mail to one recipient, as it went."""

    _inherit = "document.dispatch.recipient"

    proof_ids = fields.One2many("document.dispatch.mail", "recipient_id", groups="base.group_system", readonly=True)
    common_proof_id = fields.Many2one(
        "document.dispatch.mail", groups="base.group_system", readonly=True, ondelete="set null",
        help="The last common e-mail to this address, which is stored once, with another recipient.",
    )
    eml = fields.Binary(
        string="E-mail file", compute="_compute_eml", help="The e-mail as sent, assembled from its text and files.")

    # texts that no mail needs any more: see _gc_mail_bodies
    _old_body_idx = models.Index(
        "(id) WHERE mail_body IS NOT NULL AND state IN ('sent', 'rehearsed', 'handed', 'cancelled')")

    def _set_own_state(self, state, **vals):
        """What went is kept as its proof; the text that was frozen for it is not needed any more."""
        if state in DONE:
            vals = {**vals, "mail_body": False}
        return super()._set_own_state(state, **vals)

    def _explain_account(self):
        # sudo: accounts are for administrators to read
        server = self.sudo().mail_server_id
        if any(reply in (self.reply or "") for reply in server._dispatch_replies()):
            return " ".join(filter(None, (
                server._dispatch_explain_connection(self.reply),
                self.env._("The mail account is currently not allowed to send; this is not related to the "
                           "customer."))))
        return super()._explain_account()

    def _explain_unreached(self):
        # sudo: as above
        return self.sudo().mail_server_id._dispatch_explain_connection(self.reply) or super()._explain_unreached()

    def _restore_mail_body(self):
        """Make the text once more, for somebody who had it already: their mail came back, and goes again."""
        for recipient in self.filtered(lambda recipient: not recipient.mail_body):
            dispatch = recipient.dispatch_id
            # sudo: the message of this dispatch
            message = dispatch.mail_message_id.sudo()
            recipient._with_system_write().mail_body = dispatch._render_layout(
                dispatch._thread_of_author(), message, recipient)

    # ------------------------------------------------------------------
    # As a file
    # ------------------------------------------------------------------

    def _get_proof(self):
        """The last mail that went to this address; that of its bundle where it went with others."""
        self.ensure_one()
        self.check_access("read")
        self.dispatch_id.check_access("read")
        # sudo: who may read the dispatch may read its mails, and nobody lists them by themselves
        main = self.sudo()._bundle_main()
        return (main.proof_ids | main.common_proof_id).sorted("id", reverse=True)[:1]

    def _compute_eml(self):
        for recipient in self:
            kept = recipient._get_proof()
            text = kept._rebuild()[0] if kept else b""
            recipient.eml = base64.b64encode(text) if text else False

    def action_download_mail(self):
        """Open the mail as it went, and say whether it is byte for byte the same."""
        self.ensure_one()
        kept = self._get_proof()
        text, verdict = kept._rebuild() if kept else (b"", "")
        if not text:
            raise UserError(self.env._("No copy of the e-mail to %s is stored.", self.email))
        name = f"{self.dispatch_id.document_name} {self.email}.eml".replace("/", "_")
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "title": self.env._("E-mail to "
                                    "%s", self.email), "message": self._explain_verdict(verdict, kept.sha256),
                "type": {proof.SAME: "success", proof.LINKS: "success"}.get(verdict, "warning"), "sticky": True,
                "next": {
                    "type": "ir.actions.act_url", "target": "download",
                    "url": f"/web/content/{self._name}/{self.id}/eml/{name}?download=true",
                },
            },
        }

    def _explain_verdict(self, verdict, sha256):
        """Say what can be said of a mail that was put together again."""
        return {
            proof.SAME: self.env._("Byte for byte what the mail server received. SHA-256: %s", sha256),
            proof.LINKS: self.env._(
                "What the mail server received, except for the secret links, which are replaced by placeholders so "
                "that nobody else can open them. SHA-256 of the e-mail as sent: %s", sha256),
            proof.DIFFERENT: self.env._(
                "Not what the mail server received: a file is missing or was changed. SHA-256 of the e-mail as sent: "
                "%s", sha256),
            proof.UNPROVEN: self.env._(
                "This e-mail was sent before proofs were stored: it contains the text without the files, and is not a "
                "proof."),
        }[verdict]

    # ------------------------------------------------------------------
    # Old texts
    # ------------------------------------------------------------------

    @api.autovacuum
    def _gc_mail_bodies(self):
        """Let go of texts that were kept beside mails that went; of those without a proof the text is kept there."""
        # raw SQL: the index finds them, and what somebody holds is left to the next time
        self.env.cr.execute(
            "SELECT id FROM document_dispatch_recipient WHERE mail_body IS NOT NULL AND state IN %s"
            " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED", (DONE, VACUUM_BLOCK))
        recipients = self.browse(number for [number] in self.env.cr.fetchall())
        # sudo: the system's own
        went = recipients.sudo().filtered(
            lambda recipient: (
                recipient.state in (states.SENT, states.REHEARSED)
                and not (recipient.proof_ids or recipient.common_proof_id)))
        self.env["document.dispatch.mail"]._keep_old(went)
        recipients._with_system_write().mail_body = False
        return len(recipients), len(recipients) == VACUUM_BLOCK
