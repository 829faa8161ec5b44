def migrate(cr, version):
    """The refusal is read from the ledger for each company now: its old column says nothing any more.

    Odoo keeps the column of a field that is no longer stored, even when the module is uninstalled.
    """
    # raw SQL: the ORM drops columns only with their fields, and the field stays
    cr.execute("ALTER TABLE res_partner DROP COLUMN IF EXISTS dematerialization_refused")
