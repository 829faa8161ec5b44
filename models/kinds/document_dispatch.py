from odoo import api, models

from .document_dispatch_type import RECORDS


class DocumentDispatch(models.Model):
    """Which records of other apps are documents; and dispatches of documents whose app is not there any more."""

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

    # ------------------------------------------------------------------
    # The app of the document was uninstalled: the log stays, and nothing more happens
    # ------------------------------------------------------------------

    def _of_known_models(self):
        """Those whose documents this database still knows."""
        return self.filtered(lambda dispatch: dispatch.res_model in self.env)

    def _document(self):
        """A document that says why nothing more goes stands for one that nobody knows any more."""
        self.ensure_one()
        if self.res_model in self.env:
            return super()._document()
        return self.env[RECORDS].new({
            "name": self.document_name, "res_model": self.res_model, "res_id": self.res_id, "gone": True,
            "company_id": self.company_id.id, "partner_id": self.partner_id.id,
        })

    @api.depends("res_model", "res_id")
    def _compute_document_opened(self):
        known = self._of_known_models()
        (self - known).update({
            "document_opened_date": False, "document_opened_ip": False, "document_opened_agent": False})
        return super(DocumentDispatch, known)._compute_document_opened()

    def _call_documents(self, method):
        return super(DocumentDispatch, self._of_known_models())._call_documents(method)

    def _documents_changed(self):
        return super(DocumentDispatch, self._of_known_models())._documents_changed()

    def action_open_document(self):
        """Open the document; where nobody knows it any more, what was sent."""
        self.ensure_one()
        return super().action_open_document() if self.res_model in self.env else self._get_records_action()

    def action_cancel(self):
        """As ever; documents that nobody knows any more get no mark."""
        known = self._of_known_models()
        forgotten = self - known
        forgotten.check_access("write")
        forgotten._cancel(self.env._("Discarded by %s.", self.env.user.name))
        return super(DocumentDispatch, known).action_cancel()
