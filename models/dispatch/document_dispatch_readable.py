from odoo import api, fields, models
from odoo.fields import Domain


class DocumentDispatchReadable(models.AbstractModel):
    """Known to whoever may read a document, and to nobody else: the record rules ask these two fields.

    A model says by :meth:`_get_access_domain` which document that is.
    """

    _name = "document.dispatch.readable"
    _description = "Document Access"

    is_document_readable = fields.Boolean(
        compute="_compute_document_access", search="_search_is_document_readable", compute_sudo=False,
        help="Technical: the user has read access to such documents (used by the record rule).",
    )
    is_document_editable = fields.Boolean(
        compute="_compute_document_access", search="_search_is_document_editable", compute_sudo=False,
        help="Technical: the user has write access to such documents (used by the record rule).",
    )

    @api.model
    def _get_access_domain(self, operation):
        """Records of whose document the user may ``read`` or ``write``.

        :param str operation: as of ``ir.rule``
        """
        raise NotImplementedError

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_document_access(self):
        everything = self.sudo()  # sudo: this is what the rules of the model ask
        for name, operation in (("is_document_readable", "read"), ("is_document_editable", "write")):
            allowed = everything.search(Domain("id", "in", self.ids) & self._get_access_domain(operation))
            for record in self:
                record[name] = record.id in allowed._ids

    @api.model
    def _search_is_document_readable(self, operator, value):
        return self._get_access_domain("read") if operator == "in" else NotImplemented

    @api.model
    def _search_is_document_editable(self, operator, value):
        return self._get_access_domain("write") if operator == "in" else NotImplemented
