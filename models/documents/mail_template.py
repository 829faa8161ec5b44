import logging

from odoo import models

from ...tools.dispatch.steering import SendRequest

_logger = logging.getLogger(__name__)

#: The language in which templates are written
SOURCE_LANG = "en_US"


class MailTemplate(models.Model):
    """Texts of documents, and who gets them."""

    _inherit = "mail.template"

    def _render_field(self, field, res_ids, *args, **kwargs):
        """Fall back to the source text where a translation cannot be rendered.

        Translators sometimes translate the code inside of ``{{ }}``: core's own order confirmation
        has ``e 'Cotação' ou 'Pedido'`` in Brazilian Portuguese (sale, ``pt_BR.po``), so that no
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

    def _is_dispatch_text(self):
        return self.model in self.env and "dispatch_state" in self.env[self.model]._fields

    def _is_dispatch_sending(self):
        """Tell whether a document is being sent: from its window, or by a process of Odoo."""
        request = SendRequest.of(self.env)
        # core's own mark opens its window: there our choice only fills in what the person sees, and may change
        return bool((self.env.context.get("mark_so_as_sent") or request and request.posting)
                    and self._is_dispatch_text())

    def _generate_template_attachments(self, res_ids, render_fields, render_results=None):
        """Where a document is being sent, the report of its type prints it.

        :param list res_ids: one document; of several the worker makes the files
        :param render_fields: what is asked for
        :param dict render_results: what is there already
        """
        template = self
        if len(res_ids) == 1 and "report_template_ids" in render_fields and self._is_dispatch_sending():
            document = self.env[self.model].browse(res_ids)
            if report := document._dispatch_type().report_id:
                template = self.env["document.dispatch.content"]._template_with_report(document, self, report)
        return super(MailTemplate, template)._generate_template_attachments(
            res_ids, render_fields, render_results=render_results)

    def _generate_template_recipients(self, res_ids, render_fields, **kwargs):
        """Where a document is being sent, the flags say who gets it (core: its default recipients)."""
        results = super()._generate_template_recipients(res_ids, render_fields, **kwargs)
        if not self._is_dispatch_sending():
            return results
        documents = self.env[self.model].browse(res_ids)
        directories = {
            company: of_company._dispatch_partners().with_company(company)._dispatch_directory()
            for company, of_company in documents.grouped("company_id").items()
        }
        for document in documents:
            directory = directories[document.company_id]
            dispatch_type = document._dispatch_type()
            if not dispatch_type:
                continue
            chosen = directory.resolve(document._dispatch_partner().id, dispatch_type.role).chosen
            values = {"partner_ids": list(dict.fromkeys(choice.contact_id for choice in chosen))}
            if self.use_default_to:
                values.update(email_to="", email_cc="")
            results[document.id].update(values)
        return results
