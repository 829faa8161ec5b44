def migrate(cr, version):
    """Since when the mails that wait could go is not known: since they were made, at the earliest."""
    # raw SQL: one value for each row, without the rows' own checks
    cr.execute("""
        UPDATE document_dispatch_recipient SET able_date = create_date
         WHERE state IN ('queued', 'deferred') AND mail_body IS NOT NULL AND able_date IS NULL
    """)
