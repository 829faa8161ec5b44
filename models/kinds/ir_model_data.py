from odoo import api, models


class IrModelData(models.Model):
    """An app whose records are documents by configuration is uninstalled."""

    _inherit = "ir.model.data"

    @api.model
    def _module_data_uninstall(self, modules_to_remove):
        """Let go of its texts and reports first, which types keep from being deleted; what was sent stays readable."""
        # where this addon goes, too, its own hook does more
        if "document_dispatch" not in modules_to_remove:
            types = self.env["document.dispatch.type"].sudo().with_context(active_test=False)  # sudo: as core here
            types.search([("source_model", "in", self._dispatch_lost_models(modules_to_remove))])._release_texts()
        return super()._module_data_uninstall(modules_to_remove)

    @api.model
    def _dispatch_lost_models(self, modules):
        """Models that nobody has any more without these modules.

        :param list modules: names
        """
        env = self.sudo().env  # sudo: as core
        owners = env["ir.model.data"]._read_group([("model", "=", "ir.model")], ["res_id"], ["module:array_agg"])
        lost = [res_id for res_id, names in owners if set(names) <= set(modules)]
        return env["ir.model"].browse(lost).exists().mapped("model")
