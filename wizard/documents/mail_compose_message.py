from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dispatch.steering import SendRequest
from .document_dispatch_window import DOWNLOAD, EMAIL, PAPER

#: What a person who writes in the window makes of a message, in core's words
WRITTEN = "comment"


class MailComposeMessage(models.TransientModel):
    """Odoo's window for quotations and orders, and whatever else posts or mails a text of theirs or of an invoice.

    Also programs send through it: ``message_post_with_source``, ``message_mail_with_source``.
    """

    _name = "mail.compose.message"
    _inherit = ["mail.compose.message", "document.dispatch.window"]

    dispatch_active = fields.Boolean(compute="_compute_dispatch_active")
    dispatch_adds_files = fields.Boolean(compute="_compute_dispatch_active")
    sending_method_checkboxes = fields.Json(
        compute="_compute_sending_method_checkboxes", store=True, readonly=False, compute_sudo=False)

    @api.depends("model", "res_ids", "composition_mode", "template_id")
    @api.depends_context("mark_so_as_sent")
    def _compute_dispatch_active(self):
        for composer in self:
            composer.dispatch_active = bool(composer._dispatch_document())
            composer.dispatch_adds_files = composer.dispatch_active and composer._dispatch_lacks_files()

    @api.depends("model", "res_ids")
    def _compute_dispatch_channel(self):
        return super()._compute_dispatch_channel()

    @api.depends("model", "res_ids", "dispatch_channel")
    def _compute_sending_method_checkboxes(self):
        for composer in self:
            seen = composer.dispatch_active and not composer._dispatch_by_program()
            composer.sending_method_checkboxes = composer._dispatch_offer_methods({}) if seen else False

    @api.depends("model", "res_ids", "template_id")
    def _compute_dispatch_reasons(self):
        return super()._compute_dispatch_reasons()

    @api.depends("model", "res_ids", "template_id")
    def _compute_dispatch_copies(self):
        return super()._compute_dispatch_copies()

    def _compute_partner_ids(self):
        result = super()._compute_partner_ids()
        self._dispatch_compute_without_copies("partner_ids")
        return result

    @api.depends("model", "res_ids", "template_id")
    def _compute_dispatch_collection(self):
        return super()._compute_dispatch_collection()

    @api.depends("model", "res_ids", "template_id", "lang")
    def _compute_dispatch_text_id(self):
        return super()._compute_dispatch_text_id()

    def _compute_authorship(self):
        """The window shows the sender that will be, where the document type's account is one."""
        result = super()._compute_authorship()
        for composer in self.filtered("dispatch_active"):
            composer.email_from = composer._dispatch_default_sender(composer.email_from)
        return result

    @api.depends("dispatch_text")
    def _compute_subject(self):
        result = super()._compute_subject()
        self._dispatch_apply_last_text("subject")
        self.filtered("dispatch_active")._dispatch_show_reference()
        return result

    @api.depends("dispatch_text")
    def _compute_body(self):
        result = super()._compute_body()
        self._dispatch_apply_last_text("body")
        return result

    def _dispatch_document(self):
        """The one document that this window sends; nothing where it writes about one.

        Core's “Send” opened it (``_dispatch_sent_mark``, or any that the context of a client says: what is sent asks
        for the rights on it), or its text is that of a document.
        """
        nothing = self.env["sale.order"]
        if self.composition_mode != "comment" or not self._dispatch_speaks_of_documents():
            return nothing
        res_ids = self._evaluate_res_ids()
        if len(res_ids) != 1:
            return nothing
        document = self._dispatch_documents(res_ids).get(res_ids[0])
        if not document or self._dispatch_is_strangers(document):
            return nothing  # they get Odoo's own window
        core_sends = document._name == self.model and document._dispatch_is_marked() and document._dispatch_type()
        return document if core_sends or self._dispatch_sent(res_ids) else nothing

    def _dispatch_documents(self, res_ids):
        """The documents that records of the window's model are, or stand for: ``{res_id: document}``.

        They are stored once the window is: then somebody has pressed a button.
        """
        return self.env["document.dispatch"]._documents_of(self.model, res_ids, create=bool(self._origin))

    def _dispatch_is_strangers(self, document):
        """Tell whether the user has nothing to do with this app: the document came as superuser."""
        return document.env.su and not self.env.su

    def _dispatch_speaks_of_documents(self):
        return self.env["document.dispatch"]._is_kind(self.model)

    def _dispatch_sent(self, res_ids):
        """Those of these records that go as documents, by the text: the ids."""
        if not self.template_id or self.template_id.model != self.model or not self._dispatch_speaks_of_documents():
            return []
        return self.template_id._dispatch_sent_documents(res_ids)

    def _dispatch_lacks_files(self):
        """Tell whether the text prints nothing, and nobody added a page."""
        return bool(self.template_id) and self.template_id._is_dispatch_document_text() and (
            not self.template_id._dispatch_prints()
            and "application/pdf" not in self.attachment_ids.mapped("mimetype"))

    def _dispatch_by_program(self):
        """Tell whether nobody looks at this window: a program fills it in."""
        return self.message_type != WRITTEN

    def _dispatch_text_request(self, res_ids):
        """What goes when a text is sent that is a document's."""
        request = SendRequest.of(self.env) or (
            SendRequest("core") if self._dispatch_by_program() else self._dispatch_window_request())
        request = replace(request, add_files=self._dispatch_lacks_files())
        if request.posting or request.origin != "core":
            return replace(request, posting=True)
        own = {document._dispatch_choose_template(document._dispatch_type())
               for document in self._dispatch_documents(res_ids).values()}
        return replace(
            request, posting=True, again=True, beside=own != {self.template_id}, template_id=self.template_id.id)

    def _dispatch_contacts(self):
        return self.partner_ids

    def _dispatch_window_send(self):
        return self.action_send_mail()

    def _prepare_mail_values_rendered(self, res_ids):
        """Typed addresses are recipients, too; they stay with a message that is sent later."""
        values = super()._prepare_mail_values_rendered(res_ids)
        if self.dispatch_active and (typed := self._dispatch_typed()):
            for of_document in values.values():
                of_document["outgoing_email_to"] = ", ".join(typed)
        return values

    def _dispatch_typed(self):
        if not self._dispatch_by_program():
            return super()._dispatch_typed()
        # nobody is there to get a copy
        return [address.email for address in self.env["res.partner"]._dispatch_typed_addresses(self.dispatch_emails)]

    def _action_send_mail_comment(self, res_ids):
        if not self.dispatch_active:
            sent = self._dispatch_sent(res_ids)
            if not sent:
                return super()._action_send_mail_comment(res_ids)
            return self._dispatch_post_each(res_ids, sent)
        document = self._dispatch_document()
        document.check_access("read")  # the window may say any id
        if not self._dispatch_by_program():
            self.email_from = self._dispatch_check_sender(self.email_from)
            self._dispatch_remember()
            self._dispatch_keep_typed()
        request = self._dispatch_window_request()
        if self._dispatch_sent(res_ids):
            request = self._dispatch_text_request(res_ids)
        request = replace(request, **self._dispatch_copies(), own_words=(
            not self._dispatch_by_program() and self._dispatch_has_own_words()))
        return super(MailComposeMessage, request.on(self))._action_send_mail_comment(res_ids)

    def _dispatch_post_each(self, res_ids, sent):
        """Post on several records; those that go as documents become dispatches."""
        # pylint: disable=super-method-mismatch  # the second half of _action_send_mail_comment
        rest = [res_id for res_id in res_ids if res_id not in sent]
        messages = super()._action_send_mail_comment(rest) if rest else self.env["mail.message"]
        composer = self._dispatch_text_request(sent).on(self)
        return messages | super(MailComposeMessage, composer)._action_send_mail_comment(sent)

    # ------------------------------------------------------------------
    # Several documents at once, with Odoo's own window
    # ------------------------------------------------------------------

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        """Documents go as dispatches, each with the text of the window; what is no document goes as always."""
        sent = self._dispatch_sent(res_ids)
        rest = [res_id for res_id in res_ids if res_id not in sent]
        mails = self.env["mail.mail"].sudo()  # sudo: as core
        if rest or not sent:
            mails = super()._action_send_mail_mass_mail(rest, auto_commit=auto_commit)
        documents = list(self._dispatch_documents(sent).values())
        if documents and (self._dispatch_by_program() or self._dispatch_is_strangers(documents[0])):
            for document in documents:
                self._dispatch_post_mass(document)
        elif documents:
            documents = documents[0].union(*documents)
            documents._dispatch_check_switch()
            for company, of_company in documents.grouped("company_id").items():
                self._dispatch_send_mass(company, of_company)
        return mails

    def _dispatch_send_mass(self, company, documents):
        """Send these of one company; one that cannot be made leaves the others alone, and the page of all says why."""
        batch = self.env["document.dispatch.batch"]._open_batch(company, "all", documents)
        records = documents[0]._dispatch_thread().browse().union(*(d._dispatch_thread() for d in documents))
        composer = replace(self._dispatch_text_request(records.ids), origin="batch", batch_id=batch.id).on(self)
        for document in documents:
            try:
                if reason := document._dispatch_reason_not_to_send():
                    raise UserError(reason)
                with self.env.cr.savepoint():
                    composer._dispatch_post_mass(document)
            except UserError as error:
                self.env.invalidate_all()
                batch._note_left_out(f"{document._dispatch_name()}: {error}")
        self.dispatch_batch_id = batch

    def _dispatch_post_mass(self, document):
        """Post on one document what the window for several would mail."""
        record = self.env[self.model].browse(document._dispatch_thread().id)
        composer = self if SendRequest.of(self.env) else self._dispatch_text_request(record.ids).on(self)
        values = composer._prepare_mail_values(record.ids)[record.id]
        # typed, or named by a text that finds no contact
        typed = ", ".join(filter(None, (values.get("email_to"), values.get("email_cc"))))
        posted = {
            "body": values["body"], "subject": values["subject"], "email_from": values["email_from"],
            "author_id": values["author_id"], "mail_server_id": values["mail_server_id"],
            "partner_ids": [command[1] for command in values["recipient_ids"]],
            "attachment_ids": [command[1] for command in values["attachment_ids"]],
            "message_type": self.message_type, "subtype_xmlid": "mail.mt_comment",
            "mail_auto_delete": self.auto_delete,
        }
        if typed:
            posted["outgoing_email_to"] = typed
        if self.reply_to_force_new and values.get("reply_to"):
            posted["reply_to"] = values["reply_to"]
        if self.email_layout_xmlid:
            posted["email_layout_xmlid"] = self.email_layout_xmlid
        if values.get("scheduled_date"):
            posted["scheduled_date"] = values["scheduled_date"]
        SendRequest.of(composer.env).on(record).message_post(**posted)

    def action_schedule_message(self):
        ours = len(self) == 1 and self.dispatch_active and self._dispatch_document()
        before = ours and ours._dispatch_last()
        action = super().action_schedule_message()
        if len(self) == 1 and self.dispatch_batch_id:
            return self.dispatch_batch_id._advance()
        return self._dispatch_tell(action, before) if ours else action

    def _action_schedule_message(self):
        """A document that is sent later waits in the outbox, as others do; Odoo keeps whatever else is written."""
        ours = self.filtered("dispatch_active")
        for composer in ours:
            composer._dispatch_schedule()
        return super(MailComposeMessage, self - ours)._action_schedule_message()

    def _dispatch_schedule(self):
        """Send the document of this window at the time that Odoo's own field says."""
        self.dispatch_send_on, self.scheduled_date = self.scheduled_date, False
        if not self.dispatch_send_on:
            raise UserError(self.env._("Enter when it is to be sent."))
        self._action_send_mail()

    def action_send_mail(self):
        """Send as the window says; a document goes on paper, or is downloaded only, where that is ticked."""
        if len(self) != 1 or not self.dispatch_active or self._dispatch_by_program():
            action = super().action_send_mail()
            if len(self) != 1 or not self.dispatch_batch_id:
                return action
            # several at once: what came of them; one after another: the next
            single = self.composition_mode == "comment"
            return self.dispatch_batch_id._advance() if single else self.dispatch_batch_id._open()
        if self._dispatch_is_ticked(PAPER):
            return self.action_dispatch_paper()
        pdf = self._dispatch_is_ticked(DOWNLOAD) and self.attachment_ids.filtered(
            lambda file: file.mimetype == "application/pdf")[:1]
        download = pdf and {
            "type": "ir.actions.act_url", "url": f"/web/content/{pdf.id}?download=true", "close": True}
        if not self._dispatch_is_ticked(EMAIL):
            if not download:
                raise UserError(self.env._("Select how to send it."))
            return download
        before = self._dispatch_document()._dispatch_last()
        action = super().action_send_mail()
        if self.dispatch_batch_id:
            return self.dispatch_batch_id._advance()
        return self._dispatch_tell(download or action, before)
