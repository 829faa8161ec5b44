from odoo import models

#: The module of OCA's l10n-brazil that mails NF-e by itself
OTHER_MODULE = "l10n_br_fiscal_notification"


class DocumentDispatchHealth(models.AbstractModel):
    """Notices another module that mails NF-e by itself."""

    _inherit = "document.dispatch.health"

    def _check_other_modules(self):
        yield from super()._check_other_modules()
        # sudo: modules are for administrators to read
        other = self.env["ir.module.module"].sudo().search_count(
            [("name", "=", OTHER_MODULE), ("state", "=", "installed")])
        rules = other and self.env["document.dispatch.rule"].search(
            [("active", "=", True), ("type_ids.code", "in", ("nfe", "nfe_event"))])
        for rule in rules or ():
            yield self.env._(
                "The module “l10n_br_fiscal_notification” also sends NF-e by e-mail: the rule “%s” would send them "
                "twice. Turn one of them off.", rule.name)
