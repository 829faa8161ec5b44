from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of the customer's page."""

    _inherit = "res.config.settings"

    dispatch_customer_page = fields.Boolean(related="company_id.dispatch_customer_page", readonly=False)
    dispatch_page_days = fields.Integer(related="company_id.dispatch_page_days", readonly=False)
