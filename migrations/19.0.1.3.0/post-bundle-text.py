def migrate(cr, version):
    """Let the subject for several invoices at once name drafts, too: they have no number of their own."""
    # raw SQL: one word in a text that people may have changed around it, in all languages at once
    cr.execute("""
        UPDATE mail_template t
           SET subject = replace(t.subject::text, 'mapped(''name'')', 'mapped(''dispatch_name'')')::jsonb
          FROM ir_model_data d
         WHERE d.module = 'document_dispatch' AND d.name = 'template_invoices_bundle' AND d.model = 'mail.template'
           AND d.res_id = t.id
           AND t.subject::text LIKE '%mapped(''name'')%'
    """)
