from odoo import api, models
from odoo.fields import Domain


class DocumentDispatchRecord(models.Model):
    """Who may know of the document that stands for a record: whoever may read the record."""

    _name = "document.dispatch.record"
    _inherit = ["document.dispatch.record", "document.dispatch.readable"]

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
