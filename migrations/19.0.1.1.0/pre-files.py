def migrate(cr, version):
    """NF-e and boletos on invoices have a number now: until it is read anew, what they were found by stands there."""
    # raw SQL: the models are not loaded yet, and the column must hold something before it is required
    cr.execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'document_dispatch_file'")
    if cr.fetchone():
        cr.execute("ALTER TABLE document_dispatch_file ADD COLUMN IF NOT EXISTS name varchar")
        cr.execute("UPDATE document_dispatch_file SET name = reference WHERE name IS NULL")
