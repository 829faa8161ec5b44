from odoo import models

from ...tools.pdf.stamp import stamp


class DocumentDispatchPrinter(models.AbstractModel):
    """What is printed beside a network's invoice says on each page that it is a copy."""

    _inherit = "document.dispatch.printer"

    def _render_files(self, first, documents):
        files = super()._render_files(first, documents)
        if documents._name != "account.move" or first.rehearsal:
            return files
        networks = documents._dispatch_find_networks()
        return [self._mark_copy(document, made) if document.id in networks else made
                for document, made in zip(documents, files, strict=True)]

    def _mark_copy(self, document, files):
        """Other files with the same pages, each marked; the invoice's own stay as they are.

        :param document: the ``account.move``, in the customer's language
        :param files: its ``ir.attachment``
        """
        # sudo: the files are the system's to write, as where they are made
        return files.sudo().browse().union(*(file.create({
            "name": file.name, "mimetype": "application/pdf", "res_model": document._name, "res_id": document.id,
            "raw": stamp(file.raw, document.env._("COPY")),
        }) for file in self._pdfs(files)))
