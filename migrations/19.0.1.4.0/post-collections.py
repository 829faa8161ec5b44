from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


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
    cr.execute(SQL(
        """
        DELETE FROM %(link)s link
         USING document_dispatch_type statement
         WHERE statement.id = link.%(type)s AND statement.code = 'statement'
           AND EXISTS (
                SELECT FROM %(link)s other JOIN document_dispatch_type t ON t.id = other.%(type)s
                 WHERE other.%(rule)s = link.%(rule)s AND t.code != 'statement'
           )
        """,
        link=SQL.identifier(types.relation), rule=SQL.identifier(types.column1), type=SQL.identifier(types.column2),
    ))
