import logging
from pathlib import Path

from odoo import models

from ...tools.dispatch.steering import SendRequest
from ...tools.mail import addresses

_logger = logging.getLogger(__name__)

#: The language in which templates are written
SOURCE_LANG = "en_US"


class MailTemplate(models.Model):
    """Texts of documents, and who gets them."""

    _inherit = "mail.template"

    def _render_field(self, field, res_ids, *args, **kwargs):
        """Fall back to the source text where a translation cannot be rendered.

        Translators sometimes translate the code inside of ``{{ }}``: core's own order confirmation
        has ``e 'Cotação' ou 'Pedido'`` in Portuguese (sale, ``pt_BR.po``), so that no
        confirmation would ever leave. What fails in the source language too fails as always.
        """
        try:
            return super()._render_field(field, res_ids, *args, **kwargs)
        except Exception:  # rendering wraps whatever the code raises
            if not self._is_dispatch_text():
                raise
            try:
                source = {**kwargs, "set_lang": SOURCE_LANG}
                source.pop("compute_lang", None)
                source.pop("res_ids_lang", None)
                rendered = super()._render_field(field, res_ids, *args, **source)
            except Exception:  # noqa: BLE001 not the translation's fault: the first error tells more
                rendered = None
            if rendered is None:
                raise
            _logger.warning(
                "The translation of “%s” in the text “%s” (ID %s) cannot be rendered; the source "
                "text was used. Correct the translation in the template.", field, self.name, self.id,
            )
            return rendered

    def _check_can_be_rendered(self, fnames=None, render_options=None):
        """Try a text of documents on the first document that there is, as core does, and leave nothing on it.

        A link in a text makes the document's token, and core notes that an invoice was changed by hand.
        """
        if not any(template._is_dispatch_text() for template in self):
            return super()._check_can_be_rendered(fnames=fnames, render_options=render_options)
        savepoint = self.env.cr.savepoint()
        try:
            return super()._check_can_be_rendered(fnames=fnames, render_options=render_options)
        finally:
            savepoint.close(rollback=True)

    def _is_dispatch_text(self):
        return self.env["document.dispatch"]._is_kind(self.model)

    def _dispatch_documents(self, res_ids):
        """The documents that records of this text's model are, or stand for: ``{res_id: document}``."""
        return self.env["document.dispatch"]._documents_of(self.model, res_ids)

    def _is_dispatch_sending(self):
        """Tell whether a document is being sent: from its window, by a process of Odoo, or with a text that is one."""
        if not self._is_dispatch_text():
            return False
        request = SendRequest.of(self.env)
        # core's own mark opens its window: there our choice only fills in what the person sees, and may change
        records = self.env[self.model]
        return bool("dispatch_state" in records._fields and records._dispatch_is_marked()
                    or request and request.posting or self._is_dispatch_document_text())

    def _generate_template_attachments(self, res_ids, render_fields, render_results=None):
        """Where a document is being sent, the report of its type prints it, and a report without a name gets one.

        :param list res_ids: one document; of several the worker makes the files
        :param render_fields: what is asked for
        :param dict render_results: what is there already
        """
        template = self
        chosen = self != self._origin  # the worker's own, which carries the report already
        asked = len(res_ids) == 1 and "report_template_ids" in render_fields
        if asked and not chosen and self._is_dispatch_sending():
            document = self._dispatch_documents(res_ids).get(res_ids[0])
            if report := document is not None and document._dispatch_type().report_id:
                template = self.env["document.dispatch.content"]._template_with_report(document, self, report)
        results = super(MailTemplate, template)._generate_template_attachments(
            res_ids, render_fields, render_results=render_results)
        if chosen or self._is_dispatch_sending():
            template._dispatch_name_files(results)
        return results

    def _dispatch_name_files(self, results):
        """Call a file by its document where its report has no name for it: core calls all of these “Report”.

        :param dict results: of :meth:`_generate_template_attachments`; they are changed
        """
        reports = self.report_template_ids
        if all(reports.mapped("print_report_name")):
            return
        for res_id, document in self._dispatch_documents(list(results)).items():
            files = results[res_id].get("attachments") or []
            name = f"{document._dispatch_description()} {document._dispatch_name()}".replace("/", "-")
            # core's files stand in the order of the reports, before those that other modules add
            results[res_id]["attachments"] = [
                (their_name if report.print_report_name else f"{name}{Path(their_name).suffix}", content)
                for report, (their_name, content) in zip(reports, files, strict=False)
            ] + files[len(reports):]

    def _generate_template_recipients(self, res_ids, render_fields, **kwargs):
        """Where a document is being sent, the flags say who gets it (core: its default recipients).

        Outsiders whom the text names get it, too.
        """
        results = super()._generate_template_recipients(res_ids, render_fields, **kwargs)
        if not self._is_dispatch_sending():
            return results
        documents = self._dispatch_documents(res_ids)
        partners = {}
        for document in documents.values():
            partners.setdefault(document.company_id, self.env["res.partner"])
            partners[document.company_id] |= document._dispatch_partner()
        directories = {company: of_company.with_company(company)._dispatch_directory()
                       for company, of_company in partners.items()}
        for res_id, document in documents.items():
            directory = directories[document.company_id]
            dispatch_type = document._dispatch_type()
            if not dispatch_type:
                continue
            partner = document._dispatch_partner()
            chosen = directory.resolve(partner.id, dispatch_type.role).chosen
            contact_ids = [choice.contact_id for choice in chosen]
            values = {"email_to": "", "email_cc": ""}
            if not self.use_default_to:
                named = self.env["res.partner"].browse(results[res_id].get("partner_ids") or [])
                family = partner.commercial_partner_id
                contact_ids += named.filtered(lambda other, own=family: other.commercial_partner_id != own).ids
                values = {}
            results[res_id].update(values, partner_ids=list(dict.fromkeys(contact_ids)))
        return results

    # ------------------------------------------------------------------
    # A text that is sent beside the windows: by the server's actions, by a program
    # ------------------------------------------------------------------

    def _is_dispatch_document_text(self):
        """Tell whether a mail with this text is the document itself: it prints one, or is a document type's text."""
        if not self or not self._is_dispatch_text() or "message_ids" not in self.env[self.model]._fields:
            return False
        return self._dispatch_prints() or self._dispatch_is_type_text()

    def _dispatch_prints(self):
        """Tell whether this text brings a page of its document."""
        return self.model in self.sudo().report_template_ids.mapped("model")  # sudo: to look, not to print

    def _dispatch_is_type_text(self):
        # sudo: whoever sends need not see the document types
        types = self.env["document.dispatch.type"].sudo()
        return bool(types.search_count([("mail_template_id", "=", self._origin.id)], limit=1))

    def _dispatch_sent_documents(self, res_ids):
        """Those of these records that a mail with this text would send."""
        self.ensure_one()
        documents = self._dispatch_documents(res_ids) if self._is_dispatch_document_text() else {}
        return [res_id for res_id, document in documents.items() if document._dispatch_type()]

    def send_mail(self, res_id, force_send=False, raise_exception=False, email_values=None,
                  email_layout_xmlid=False):
        """Send a document as a dispatch; ``False`` instead of a mail's id: its mails are made later."""
        if not self._dispatch_sent_documents([res_id]):
            return super().send_mail(
                res_id, force_send=force_send, raise_exception=raise_exception, email_values=email_values,
                email_layout_xmlid=email_layout_xmlid)
        self.send_mail_batch([res_id], email_values=email_values, email_layout_xmlid=email_layout_xmlid)
        return False

    def send_mail_batch(self, res_ids, force_send=False, raise_exception=False, email_values=None,
                        email_layout_xmlid=False):
        """Send documents as dispatches; what is no document goes as always.

        :return: the mails of the latter
        """
        sent = self._dispatch_sent_documents(res_ids)
        rest = [res_id for res_id in res_ids if res_id not in sent]
        mails = self.env["mail.mail"].sudo()  # sudo: as core
        if rest or not sent:
            mails = super().send_mail_batch(
                rest, force_send=force_send, raise_exception=raise_exception, email_values=email_values,
                email_layout_xmlid=email_layout_xmlid)
        if sent:
            self._send_check_access(sent)
        for res_id in sent:
            self._dispatch_post(res_id, email_values or {}, email_layout_xmlid)
        return mails

    def _dispatch_post(self, res_id, email_values, layout):
        """Have core's window post this text on a document; its mail becomes a dispatch there.

        :param int res_id: id of the document
        :param dict email_values: see :meth:`send_mail`
        :param layout: external id of the layout; empty: the text's own
        """
        values = {"message_type": "auto_comment", "subtype_id": self.env.ref("mail.mt_comment").id}
        if layout or self.email_layout_xmlid:
            values["email_layout_xmlid"] = layout or self.email_layout_xmlid
        composer = self.env["mail.compose.message"].with_context(
            default_composition_mode="comment", default_model=self.model, default_res_ids=[res_id],
            default_template_id=self.id,
        ).create(values)
        composer.write(self._dispatch_composer_values(composer, email_values))
        composer._action_send_mail()

    def _dispatch_composer_values(self, composer, email_values):
        """What a caller of :meth:`send_mail` said beside the text, in the words of core's window."""
        names = ("subject", "email_from", "reply_to", "mail_server_id", "author_id")
        values = {name: email_values[name] for name in names if email_values.get(name)}
        if body := email_values.get("body_html") or email_values.get("body"):
            values["body"] = body
        if values.get("reply_to"):
            values["reply_to_force_new"] = True
        if email_values.keys() & {"email_to", "email_cc", "recipient_ids", "partner_ids"}:
            # the caller says who gets it
            typed = addresses.parse(f"{email_values.get('email_to') or ''}, {email_values.get('email_cc') or ''}")
            values["dispatch_emails"] = ", ".join(address.email for address in typed.valid)
            values["partner_ids"] = email_values.get("recipient_ids") or email_values.get("partner_ids") or [(5,)]
            values["dispatch_cc"] = False
        if files := email_values.get("attachment_ids"):
            # ids or commands: they come beside the text's own
            added = [file if isinstance(file, (list, tuple)) else (4, file) for file in files]
            values["attachment_ids"] = [(4, file_id) for file_id in composer.attachment_ids.ids] + added
        return values
