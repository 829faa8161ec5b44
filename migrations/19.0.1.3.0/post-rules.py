from odoo import SUPERUSER_ID, api

#: One rule takes their place: who may read the document may read how it went
OLD = (
    "rule_dispatch_nothing", "rule_dispatch_invoices", "rule_dispatch_statements", "rule_dispatch_own_sales",
    "rule_dispatch_all_sales", "rule_recipient_nothing", "rule_recipient_invoices", "rule_recipient_statements",
    "rule_recipient_own_sales", "rule_recipient_all_sales",
)


def migrate(cr, version):
    """Take away the record rules that named models: they are kept from updates, as all rules are."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in OLD:
        if rule := env.ref(f"document_dispatch.{name}", raise_if_not_found=False):
            rule.unlink()
