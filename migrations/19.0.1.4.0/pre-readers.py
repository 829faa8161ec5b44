from odoo.tools import sql


def migrate(cr, version):
    """Companies that were there go on as they did, with a mail for each address; only new ones share one."""
    # raw SQL: the column is there, and filled, before the model would fill it with its default
    if not sql.column_exists(cr, "res_company", "dispatch_readers"):
        sql.create_column(cr, "res_company", "dispatch_readers", "varchar")
        cr.execute("UPDATE res_company SET dispatch_readers = 'each'")
    # with the value that all had before: not written row by row through the ORM
    for table in ("document_dispatch_recipient", "document_dispatch_preference"):
        if sql.table_exists(cr, table) and not sql.column_exists(cr, table, "address_field"):
            cr.execute(f"ALTER TABLE {table} ADD COLUMN address_field varchar NOT NULL DEFAULT 'to'")
            cr.execute(f"ALTER TABLE {table} ALTER COLUMN address_field DROP DEFAULT")
