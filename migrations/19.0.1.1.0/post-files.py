from odoo import SUPERUSER_ID, api

#: What the rules of clerks for the log said in earlier versions, before letters and before files of invoices
RULES = {"rule_dispatch_invoices": "res_model", "rule_recipient_invoices": "dispatch_id.res_model"}
BEFORE = ("[('{}', '=', 'account.move')]", "[('{}', 'in', ('account.move', 'document.letter'))]")
NOW = "[('{}', 'in', ('account.move', 'document.dispatch.file', 'document.letter'))]"


def migrate(cr, version):
    """NF-e and boletos are documents of their own: read their numbers, and let clerks see how they went."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    files = env["document.dispatch.file"].search([("checksum", "=", False)])
    env["document.dispatch.file"]._recognise(files.attachment_id)
    for name, field in RULES.items():
        rule = env.ref(f"document_dispatch.{name}", raise_if_not_found=False)
        # one that somebody changed stays as they want it
        if rule and rule.domain_force in [domain.format(field) for domain in BEFORE]:
            rule.domain_force = NOW.format(field)
