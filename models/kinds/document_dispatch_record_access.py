from odoo import api, fields, models
from odoo.fields import Domain


class DocumentDispatchRecord(models.Model):
    """Who may know of the document that stands for a record: whoever may read the record."""

    _inherit = "document.dispatch.record"

    is_document_readable = fields.Boolean(
        compute="_compute_document_access", search="_search_is_document_readable", compute_sudo=False,
        help="The user may read the record: what the record rule asks.",
    )
    is_document_editable = fields.Boolean(
        compute="_compute_document_access", search="_search_is_document_editable", compute_sudo=False,
        help="The user may edit the record: what the record rule asks.",
    )

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_document_access(self):
        documents = self.sudo()  # sudo: this is what the rules of the model ask
        for name, operation in (("is_document_readable", "read"), ("is_document_editable", "write")):
            allowed = documents.search(Domain("id", "in", self.ids) & self._get_access_domain(operation))
            for document in self:
                document[name] = document.id in allowed._ids

    @api.model
    def _search_is_document_readable(self, operator, value):
        return self._get_access_domain("read") if operator == "in" else NotImplemented

    @api.model
    def _search_is_document_editable(self, operator, value):
        return self._get_access_domain("write") if operator == "in" else NotImplemented

    @api.model
    def _get_access_domain(self, operation):
        """Documents whose record the user may read (or write); none where the app is gone.

        Of who sees all of a company also those whose record was deleted: what became of them stands in the log.
        """
        return Domain.OR(
            Domain("res_model", "=", model) & self._get_source_access_domain(model, operation)
            for model in self.env["document.dispatch.type"]._get_sources() if model in self.env
        )

    @api.model
    def _get_source_access_domain(self, model, operation):
        # with the user's own rights: rules are evaluated as superuser
        originals = self.env[model].with_user(self.env.user).with_context(active_test=False)
        if not originals.has_access(operation):
            return Domain.FALSE
        rules = originals.env["ir.rule"]._compute_domain(model, operation)
        if operation == "read" and self._dispatch_ask_company(rules):
            return Domain.TRUE
        # sudo: the user's own rules stand in the domain
        return self.with_env(originals.sudo().env)._get_source_domain(model, rules)
