from odoo import models


class IrModuleModule(models.Model):
    """An app whose records are documents by configuration is uninstalled."""

    _inherit = "ir.module.module"

    def module_uninstall(self):
        """Let go of its texts and reports first, which types keep from being deleted; what was sent stays readable."""
        names = self.mapped("name")
        # where this addon goes, too, its own hook does more
        if "document_dispatch" not in names:
            types = self.env["document.dispatch.type"].sudo().with_context(active_test=False)  # sudo: as core here
            types.search([("source_model", "in", self._dispatch_lost_models(names))])._release_texts()
        return super().module_uninstall()

    def _dispatch_lost_models(self, names):
        """Models that nobody has any more without these modules."""
        env = self.sudo().env  # sudo: as core
        owners = env["ir.model.data"]._read_group(
            [("model", "=", "ir.model")], ["res_id"], ["module:array_agg"])
        lost = [res_id for res_id, modules in owners if set(modules) <= set(names)]
        return env["ir.model"].browse(lost).mapped("model")
