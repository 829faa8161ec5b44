from odoo.tools import SQL, sql


def migrate(cr, version):
    """Companies that were there go on as they did, with a mail for each address; only new ones share one."""
    # raw SQL: the columns are there, and filled, before the models would fill them, row by row
    if not sql.column_exists(cr, "res_company", "dispatch_readers"):
        sql.create_column(cr, "res_company", "dispatch_readers", "varchar")
        cr.execute("UPDATE res_company SET dispatch_readers = 'each'")
    for table in ("document_dispatch_recipient", "document_dispatch_preference"):
        if sql.table_exists(cr, table) and not sql.column_exists(cr, table, "address_field"):
            name = SQL.identifier(table)
            cr.execute(SQL("ALTER TABLE %s ADD COLUMN address_field varchar NOT NULL DEFAULT 'to'", name))
            cr.execute(SQL("ALTER TABLE %s ALTER COLUMN address_field DROP DEFAULT", name))
