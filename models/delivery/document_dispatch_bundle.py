import logging

from odoo import fields, models
from odoo.fields import Domain

from ...tools.dispatch import states
from ...tools.recipients.wishes import add_reference
from ..dispatch.document_dispatch import NO_SYNC
from ..dispatch.document_dispatch_protected import SYSTEM_WRITE
from .document_dispatch_worker import CLASHES, HELD

_logger = logging.getLogger(__name__)


class DocumentDispatch(models.Model):
    """Several documents of a customer in one mail.

    Each document keeps its own dispatch with its own recipients: the truth is told for each. One of them is the main
    one: its mail carries the text and the files of all, and what becomes of its recipients becomes of the same
    addresses of the others (``document.dispatch.recipient._set_state``).
    """

    _inherit = "document.dispatch"

    own_words = fields.Boolean(
        readonly=True, copy=False,
        help="The text was changed by a user: it is sent in a separate e-mail, not with the other documents.",
    )

    def write(self, vals):
        """What a person changes in review is theirs."""
        if self.env.context.get("dispatch_system_write") is not SYSTEM_WRITE and {"subject", "body"} & vals.keys():
            result = super().write(vals)  # asks whether they may
            self._with_system_write().own_words = True
            return result
        return super().write(vals)

    def _bundle_complete(self):
        """Make the mails of those customers of whom all documents are made."""
        for dispatches in self.grouped(lambda dispatch: dispatch._sibling_key()).values():
            siblings = self._find_siblings(*dispatches[0]._sibling_key())
            # another worker makes some of them, or holds them: whoever comes last makes the mail
            if dispatches <= siblings and all(siblings.mapped("content_ready")) and len(
                siblings.try_lock_for_update()
            ) == len(siblings):
                for members in siblings.grouped(lambda dispatch: dispatch._bundle_key()).values():
                    members._try_bundle()

    def _sibling_key(self):
        """Who waits for whom: those of a customer in one bulk send, or in the collection of one time."""
        if self.collected:
            return self.commercial_partner_id, True, self.env["document.dispatch.batch"], self.scheduled_date
        return self.commercial_partner_id, False, self.batch_id, False

    def _find_siblings(self, customer, collected, batch, date):
        if collected:  # one that waits for something else holds up no other
            together = Domain("scheduled_date", "=", date) & self._get_first_through_domain() & (
                ~self.env["document.dispatch.delivery"]._get_waiting_domain())
        else:
            together = Domain("batch_id", "=", batch.id)
        return self.search(self._get_bundling_domain() & together & Domain([
            ("commercial_partner_id", "=", customer.id), ("collected", "=", collected),
        ]), order="id")

    def _get_bundling_domain(self):
        """Dispatches that wait for the others of their customer."""
        return self.env["document.dispatch.channel"]._get_domain("_can_bundle") & Domain([
            ("in_bundle", "=", True), ("state", "=", states.QUEUED), ("frozen", "=", False),
        ]) & self._get_time_domain()

    def _bundle_key(self):
        """Documents with the same key can go in one mail: same readers, sender, user and company.

        A collection is one mail whoever asked for its documents: it goes in the name of the first.
        """
        # who chose one mail for each customer wants all in it; else one for each invoice
        together = self.collected or self.batch_id.grouping == "bundle"
        return (
            self.env["account.move"] if together else self.move_id, self.company_id,
            not self.collected and (self.user_id, self.email_from), self.res_model, self.lang, self.mail_server_id,
            self.rehearsal, self.reference, self.common_mail, self.own_words and self.id,
            tuple(sorted((recipient.email, recipient.address_field) for recipient in self.recipient_ids)),
        )

    def _try_bundle(self):
        """Make one mail, or leave each to its own where that fails."""
        try:
            with self.env.cr.savepoint():
                self._bundle()
        except (*CLASHES, HELD):
            raise  # no fault of the documents
        except Exception:
            self.env.invalidate_all()
            _logger.warning("Not sent as a bundle, but each by itself: %s", self.mapped("document_name"), exc_info=True)
            self._with_system_write().in_bundle = False
            self._freeze()

    def _bundle(self):
        """Freeze these dispatches as one mail, or as several where the files would be too large for one."""
        parts = self._split_by_size()
        for number, part in enumerate(parts, start=1):
            if len(part) > 1:
                part._with_system_write()[1:].bundle_id = part[0]
            if len(part) > 1 or len(parts) > 1:
                part._write_bundle_text(number, len(parts))
            part._freeze()

    def _split_by_size(self):
        """These dispatches in parts of which each fits the mail server's limit."""
        limit = self[0]._get_size_limit()
        Mail, parts, sizes = self.env["mail.mail"], [], []
        for dispatch in self:
            own = dispatch.attachment_ids.sudo().mapped("file_size")  # sudo: the dispatch's own files
            if parts and Mail._estimate_email_size({}, dispatch.body, sizes + own) <= limit:
                parts[-1] |= dispatch
                sizes += own
            else:
                parts.append(dispatch)
                sizes = own
        return parts

    def _get_size_limit(self):
        """The bytes that a mail may have on this dispatch's account; the least of all where Odoo chooses one."""
        # sudo: to use, not to read
        Server = self.env["ir.mail_server"].sudo()
        servers = self.mail_server_id.sudo() or Server.search([("active", "=", True)]) or Server
        sizes = [server._get_max_email_size() for server in servers] or [Server._get_max_email_size()]
        return min(sizes) * 1024 * 1024

    def _write_bundle_text(self, number, count):
        """Write the common text on all of these dispatches, in the language of each recipient."""
        first = self[0]
        if first.own_text and not first.collected:
            return  # a person wrote it for all of them
        content = self.env["document.dispatch.content"]
        documents = content._documents(self)
        template = first._get_bundle_template().with_env(documents.env)
        texts = {}
        for lang in {first.lang, *self.recipient_ids.mapped("lang")}:
            shown = documents.with_context(lang=lang, **NO_SYNC)
            in_lang = template.with_context(dispatch_documents=shown)
            texts[lang] = content._render_texts(in_lang, documents[0], lang)[documents[0].id]
        if count > 1:
            for text in texts.values():
                text["subject"] = self.env._(
                    "%(subject)s (%(number)s of %(count)s)", subject=text["subject"], number=number, count=count)
        for text in texts.values():
            text["subject"] = add_reference(text["subject"], first.reference)
        self._with_system_write().write({"subject": texts[first.lang]["subject"], "body": texts[first.lang]["body"]})
        for lang, recipients in self.recipient_ids.grouped("lang").items():
            if lang != first.lang:
                recipients._with_system_write().write({"subject": texts[lang]["subject"], "body": texts[lang]["body"]})

    def _get_bundle_template(self):
        """The text of the mail with this document and others."""
        return self.type_id.bundle_template_id

    def _leave_bundle(self):
        """These leave the mails of their bundles: the others of these, of which nothing has left, are made anew."""
        # where somebody has the mail already, nothing can be taken out of it
        bundles = self._bundle_main().filtered("bundled_ids")._withdrawable()
        if not bundles:
            return
        rest = bundles._with_bundled() - self
        everything = bundles._with_bundled()._with_system_write()
        # sudo: nothing of these messages has left; the new ones say what goes
        everything.mail_message_id.sudo().unlink()
        everything.write({"bundle_id": False})
        rest._with_system_write().write({"frozen": False, "mail_values": False, "content_ready": False})
        rest.recipient_ids._with_system_write().write({
            "mail_body": False, "subject": False, "body": False, "in_common": False, "common_apart": False})
        self.env["document.dispatch.delivery"].sudo()._trigger_workers()  # sudo: the scheduler's
