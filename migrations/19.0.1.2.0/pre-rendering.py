COLUMNS = {
    "document_dispatch": ("prepare_worker", "prepare_tries", "prepare_faults"),
    "document_dispatch_print": ("block_tries",),
}


def migrate(cr, version):
    """Nothing was begun, and nothing failed: without writing the whole log anew, which Odoo would do for a default."""
    # raw SQL: the models are not loaded yet
    for table, names in COLUMNS.items():
        cr.execute("SELECT 1 FROM information_schema.tables WHERE table_name = %s", [table])
        if cr.fetchone():
            for name in names:
                cr.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} integer DEFAULT 0")
                cr.execute(f"ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT")
