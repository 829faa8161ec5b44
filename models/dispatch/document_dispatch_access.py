from odoo import api, fields, models
from odoo.fields import Domain


class DocumentDispatch(models.Model):
    """Who may know of a dispatch: whoever may read its document."""

    _inherit = "document.dispatch"

    is_document_readable = fields.Boolean(
        compute="_compute_is_document_readable", search="_search_is_document_readable", compute_sudo=False,
        help="Technical: the user has read access to the document (used by the record rules).",
    )

    @api.model
    def _get_kinds(self):
        """The names of the models that are kinds of documents, those that are switched off among them."""
        descendants = self.env.registry.descendants(["document.dispatch.mixin"], "_inherit")
        return sorted(name for name in descendants if not self.env[name]._abstract)

    @api.model
    def _get_dispatched_models(self):
        """The names of the models whose documents are dispatched."""
        return [name for name in self._get_kinds() if not self.env[name]._dispatch_get_left_out()]

    @api.model
    def _is_kind(self, model):
        """Tell whether records of this model are documents, or stand for them."""
        return bool(model) and model in self.env and "dispatch_state" in self.env[model]._fields

    @api.model
    def _documents_of(self, model, res_ids, create=False):
        """The documents that these records are, or stand for: ``{res_id: document}``.

        :param str model: of the records
        :param bool create: they are about to be sent; else the documents may be unsaved, to look at
        """
        return {record.id: record for record in self.env[model].browse(res_ids)} if self._is_kind(model) else {}

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_document_readable(self):
        names = self._get_dispatched_models()
        self.is_document_readable = False
        for model, dispatches in self.sudo().grouped("res_model").items():  # sudo: this is what the rules ask
            if model in names:
                readable = set(self.env[model]._dispatch_filter_readable(dispatches.mapped("res_id")).ids)
                found = dispatches.filtered(lambda dispatch, ids=readable: dispatch.res_id in ids)
                found.with_env(self.env).is_document_readable = True

    @api.model
    def _search_is_document_readable(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("res_model", "=", model) & self.env[model]._dispatch_readable_domain("res_id")
            for model in self._get_dispatched_models()
        )
