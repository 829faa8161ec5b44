import logging

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.delivery import environment
from ...tools.recipients.wishes import add_reference
from .document_dispatch import CORE_LAYOUT
from .document_dispatch_worker import CLASHES, HELD
from .ir_actions_report import PageTimeout
from .ir_qweb import CompiledTexts

_logger = logging.getLogger(__name__)

#: What a mail template says of files
TEMPLATE_FILES = ("attachment_ids", "report_template_ids")


class DocumentDispatchContent(models.AbstractModel):
    """Makes text and files of planned dispatches, and freezes them there.

    Each group is made in one savepoint; when it fails, each dispatch in its own, so that one bad
    document never stops another. Rights are those of the user in whose name the dispatch goes.
    """

    _name = "document.dispatch.content"
    _description = "Dispatch Content"

    def _prepare(self, dispatches):
        """Make the content of these dispatches; a dispatch that cannot be made is parked with its reason."""
        dispatches = dispatches._name_readers_anew()
        for group in dispatches.grouped(self._group_key).values():
            if not self._try_prepare(group) and len(group) > 1:
                for dispatch in group:
                    self._try_prepare(dispatch)
        dispatches.filtered(lambda dispatch: dispatch.in_bundle and dispatch.state == "queued")._bundle_complete()

    def _draw(self, dispatches):
        """Have the pages of these dispatches drawn, and write nothing: whoever makes them then finds them drawn.

        What cannot be drawn is not said here, but where it is made.
        """
        missing = dispatches.filtered(lambda dispatch: not dispatch.content_ready and not dispatch.without_files)
        for group in missing.grouped(self._group_key).values():
            try:
                documents = self._documents(group)
                documents._dispatch_draw_files(*self._template_and_report(group[0], documents))
            except Exception:
                _logger.info("Not drawn beforehand: %s", group, exc_info=True)
                return  # the transaction may be broken

    @staticmethod
    def _group_key(dispatch):
        return (
            dispatch.user_id, dispatch.company_id, dispatch.type_id, dispatch.lang, dispatch.mail_server_id,
            dispatch.mail_template_id, dispatch.report_id, dispatch.without_files,
        )

    def _try_prepare(self, group):
        try:
            with self.env.cr.savepoint():
                self._prepare_group(group)
        except CLASHES:
            raise  # no fault of the document: the batch is made anew
        except HELD:
            self.env.invalidate_all()
            return False  # somebody has it in hand: the next run makes it
        except Exception as error:
            self.env.invalidate_all()
            if environment.find_fault(error):
                raise  # nor is this one
            # among others there is less time than alone, where the next attempt is
            if len(group) == 1 and not (isinstance(error, PageTimeout) and group.prepare_tries == 1):
                _logger.info("Dispatch %s could not be made", group.id, exc_info=True)
                group._set_state("failed", self._explain(error))
            return False
        return True

    def _explain(self, error):
        """Say what is wrong in words for the clerk."""
        text = " ".join(str(error).split()) or type(error).__name__
        return self.env._("The document could not be created: %s", text)

    def _prepare_group(self, group):
        """Make what is missing, and the final mails of dispatches that need no review."""
        fresh = group.filtered(lambda dispatch: not dispatch.content_ready)
        if fresh:
            self._render_group(fresh)
        queued = group.filtered(lambda dispatch: dispatch.state == "queued")
        queued.filtered(lambda dispatch: not dispatch.in_bundle)._freeze()

    def _render_group(self, group):
        """Render subject, text, sender and files of dispatches that share user, company, type, language."""
        first = group[0]
        documents = self._documents(group)
        for document in documents:
            if blocking_reason := document._dispatch_blocking_reason(first.type_id.code):
                raise ValueError(blocking_reason)
        template, report = self._template_and_report(first, documents)
        files = {} if first.without_files else documents._dispatch_make_files(template, report)
        texts = {
            lang: self._render_texts(template, documents, lang)
            for lang in {first.lang, *group.recipient_ids.mapped("lang")}
        }
        for dispatch, document in zip(group, documents, strict=True):
            text = texts[first.lang][document.id]
            text = {**text, "subject": add_reference(text["subject"], dispatch.reference)}
            if dispatch.own_text:
                text = {**text, "subject": dispatch.subject, "body": dispatch.body}
            dispatch._with_system_write().write({
                **text,
                **document._dispatch_choose_sender(dispatch.type_id, dispatch.mail_server_id, text),
                "attachment_ids": [(6, 0, files[document].ids if files else [])],
                "email_layout_xmlid": self._layout(template),
                "keep_mail": not template.auto_delete,
                "content_ready": True,
                "own_words": False,
            })
            if not dispatch.own_text:
                self._translate(dispatch, {lang: of_documents[document.id] for lang, of_documents in texts.items()})
        group.filtered(lambda dispatch: dispatch.state == "review")._prepare_preview()

    def _translate(self, dispatch, texts):
        """Give readers of another language than the customer's the text in theirs.

        :param dict texts: ``{lang: {subject, body}}``
        """
        for recipient in dispatch.recipient_ids.filtered(lambda recipient: recipient.lang != dispatch.lang):
            text = texts[recipient.lang]
            recipient._with_system_write().write({
                "subject": add_reference(text["subject"], dispatch.reference), "body": text["body"]})

    def _translate_message(self, dispatch, template):
        """As :meth:`_translate`, where a process of Odoo made the text in the customer's language.

        :param template: ``mail.template`` of that text
        """
        documents = self._documents(dispatch)
        langs = set(dispatch.recipient_ids.mapped("lang")) - {dispatch.lang}
        self._translate(dispatch, {
            lang: self._render_texts(template.with_env(documents.env), documents, lang)[documents.id] for lang in langs
        })

    def _template_and_report(self, dispatch, documents):
        """The text of a dispatch and its report, in the environment of the documents; the report may be empty."""
        return dispatch._get_template().with_env(documents.env), dispatch._get_report().with_env(documents.env)

    def _documents(self, group):
        """The documents, seen by the operator in their company and the customer's language."""
        first = group[0]
        model = self.env[first.res_model].with_user(first.user_id).with_company(first.company_id)
        return model.with_context(
            lang=first.lang, allowed_company_ids=first.company_id.ids,
        ).browse(group.mapped("res_id"))

    def _layout(self, template):
        return template.email_layout_xmlid or CORE_LAYOUT

    def _render_texts(self, template, documents, lang):
        """Render the text in one language: ``{id: {subject, body, email_from, reply_to}}``.

        :param template: the ``mail.template``
        :param documents: in the environment of the operator
        :param str lang: code of the language
        """
        # sudo: as core does (account.move.send); the text is the administrator's, and it may name
        # fields that the operator does not see. The documents themselves were read with their rights.
        template = template.sudo().with_context(dispatch_compiled=CompiledTexts())
        records = {document.id: document._dispatch_text_record().id for document in documents}
        rendered = {
            name: template._render_field(name, list(records.values()), set_lang=lang, options=options)
            for name, options in (
                ("subject", None), ("body_html", {"post_process": True}),
                ("email_from", None), ("reply_to", None),
            )
        }
        user = documents.env.user
        own = {document.id: document._dispatch_own_text(lang) for document in documents}
        return {
            document_id: {
                "subject": rendered["subject"][record_id],
                "body": rendered["body_html"][record_id],
                "email_from": rendered["email_from"][record_id] or user.email_formatted,
                "reply_to": rendered["reply_to"][record_id],
                **own[document_id],
            }
            for document_id, record_id in records.items()
        }

    def _make_template_files(self, documents, template, report):
        """Make the files that a mail template names: its reports, and the files it always adds.

        :param report: instead of those; empty: the document's own, where the template names none
        :return: ``{document: ir.attachment}``
        """
        template = self._template_with_report(documents, template, report)
        records = {document: document._dispatch_text_record() for document in documents}
        made = self._generate_attachments(template, documents)
        # sudo: the files are the system's to write
        Attachment = self.env["ir.attachment"].sudo()
        return {
            document: Attachment.browse(made[record.id]["attachment_ids"]) | Attachment.create([
                {"name": name, "datas": content, "res_model": document._name, "res_id": document.id}
                for name, content in made[record.id]["attachments"]
            ])
            for document, record in records.items()
        }

    def _template_with_report(self, documents, template, report):
        """A template that names the report of these documents; nothing is stored.

        :param documents: of one kind
        :param template: the ``mail.template``
        :param report: instead of the template's; may be empty
        """
        if not report and template.report_template_ids:
            return template
        report = report or documents[:1]._dispatch_default_report()
        # of the stored one: a new record of a new record has lost all that is stored
        return template.new({"report_template_ids": [Command.set(report.ids)]}, origin=template._origin)

    def _draw_template_files(self, documents, template, report):
        """Have drawn what :meth:`_make_template_files` will ask for, and write nothing.

        :param documents: of one kind
        :param template: the ``mail.template``
        :param report: instead of the template's; may be empty
        """
        template = self._template_with_report(documents, template, report)
        with template.env["ir.actions.report"]._dispatch_rendering() as batch:
            if batch:
                self._start_drawing(batch, template.with_context(dispatch_render=batch), documents)

    def _generate_attachments(self, template, documents):
        """Have core make a template's files; the PDFs are drawn several at once."""
        Report = template.env["ir.actions.report"]
        res_ids = [document._dispatch_text_record().id for document in documents]
        with Report._dispatch_rendering() as batch:
            template = template.with_context(dispatch_render=batch)
            if batch:
                self._start_drawing(batch, template, documents)
            try:
                return template._generate_template_attachments(res_ids, TEMPLATE_FILES)
            except PageTimeout:
                raise  # with more patience it takes longer still
            except UserError:
                if len(documents) > 1:
                    raise  # the caller makes each on its own
                patient = template.with_context(dispatch_patient=True)
                return patient._generate_template_attachments(res_ids, TEMPLATE_FILES)

    def _start_drawing(self, batch, template, documents):
        """Have everything drawn that core will ask for, one process for each PDF, as core does here.

        :param batch: :class:`RenderBatch`
        :param template: the ``mail.template`` with its reports
        :param documents: of one kind
        """
        for report in template.report_template_ids.filtered(lambda report: report.report_type == "qweb-pdf"):
            for document in documents:
                with batch.collect():
                    template.env["ir.actions.report"]._render_qweb_pdf(report, document._dispatch_text_record().ids)
