from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of copies beside legal invoices: shown where a module hands invoices to a network."""

    _inherit = "res.config.settings"

    dispatch_has_networks = fields.Boolean(compute="_compute_dispatch_has_networks")
    dispatch_mail_before = fields.Boolean(related="company_id.dispatch_mail_before", readonly=False)
    dispatch_network_patience = fields.Integer(related="company_id.dispatch_network_patience", readonly=False)

    @api.depends("company_id")
    def _compute_dispatch_has_networks(self):
        self.dispatch_has_networks = self.env["account.move.send"]._dispatch_has_networks()
