from odoo import api, models


class DocumentDispatch(models.Model):
    """Which records of other apps are documents."""

    _inherit = "document.dispatch"

    @api.model
    def _is_kind(self, model):
        return super()._is_kind(model) or self._is_configured(model)

    @api.model
    def _is_configured(self, model):
        """Tell whether an administrator made this model a kind of document."""
        return model in self.env and self.env["document.dispatch.type"]._get_sources().get(model, False)

    @api.model
    def _documents_of(self, model, res_ids, create=False):
        if not self._is_configured(model):
            return super()._documents_of(model, res_ids, create=create)
        return self.env["document.dispatch.record"]._of(self.env[model].browse(res_ids), create=create)
