from odoo.tools import SQL, sql

ROLES = ("invoice", "financial", "nf", "quote", "order")


def migrate(cr, version):
    """Contact flags are records: each tick of a contact becomes one, each document type names its own.

    Raw SQL: the fields of the old columns are computed now. The table is as the present models have it.
    """
    for role in ROLES:
        column = f"dispatch_{role}"
        if not sql.column_exists(cr, "res_partner", column):
            continue
        cr.execute(SQL(
            """
            INSERT INTO document_dispatch_preference
                        (partner_id, role_id, receives, address_field, create_uid, create_date)
                 SELECT p.id, r.id, TRUE, 'to', 1, now() AT TIME ZONE 'UTC'
                   FROM res_partner p JOIN document_dispatch_role r ON r.code = %s
                  WHERE p.%s
            ON CONFLICT DO NOTHING
            """, role, SQL.identifier(column),
        ))
        cr.execute(SQL("ALTER TABLE res_partner DROP COLUMN %s", SQL.identifier(column)))
    if sql.column_exists(cr, "document_dispatch_type", "role"):
        cr.execute("""
            UPDATE document_dispatch_type t
               SET role_id = r.id
              FROM document_dispatch_role r
             WHERE r.code = t.role AND t.role_id IS NULL
        """)
        cr.execute("ALTER TABLE document_dispatch_type DROP COLUMN role")
