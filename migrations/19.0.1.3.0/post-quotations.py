from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Quotations and orders may go in one mail for each customer: their types get the text for several."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    text = env.ref("document_dispatch.template_orders_bundle")
    types = env["document.dispatch.type"].with_context(active_test=False).search([
        ("code", "in", ("quotation", "order")), ("bundle_template_id", "=", False),
    ])
    types.bundle_template_id = text
