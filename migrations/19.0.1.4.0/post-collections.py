from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """On whose clock collections go: that of the company's rules; and no old rule begins to write statements.

    A rule for invoices could name statements, too, and took none: they go by rules of their own now.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    rules = env["document.dispatch.rule"].with_context(active_test=False).search([])
    for company, of_company in rules.grouped("company_id").items():
        company.dispatch_collection_tz = of_company[0].tz
    env.flush_all()
    types = rules._fields["type_ids"]
    # raw SQL: the rules are as their makers left them, and nothing is planned anew for it
    cr.execute(f"""
        DELETE FROM {types.relation} link
         USING document_dispatch_type statement
         WHERE statement.id = link.{types.column2} AND statement.code = 'statement'
           AND EXISTS (
                SELECT FROM {types.relation} other
                  JOIN document_dispatch_type t ON t.id = other.{types.column2}
                 WHERE other.{types.column1} = link.{types.column1} AND t.code != 'statement'
           )
    """)
