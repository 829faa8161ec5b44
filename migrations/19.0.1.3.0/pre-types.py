def migrate(cr, version):
    """Several document types for one kind: the key holds journal and sales team, too."""
    # raw SQL: an index, and Odoo makes the new one before it drops the old
    cr.execute("DROP INDEX IF EXISTS document_dispatch_type_code_company_uniq")
