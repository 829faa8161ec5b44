def migrate(cr, version):
    """Let the subject of NF-e be tried on any file of an invoice: Odoo takes the first one, which may be a boleto.

    Otherwise nobody can save that text once a boleto came first.
    """
    # raw SQL: one expression in a text that people may have changed around it, in all languages at once
    cr.execute("""
        UPDATE mail_template t
           SET subject = replace(t.subject::text, %(was)s, %(now)s)::jsonb
          FROM ir_model_data d
         WHERE d.module = 'document_dispatch' AND d.model = 'mail.template' AND d.res_id = t.id
           AND t.model = 'document.dispatch.file' AND position(%(was)s IN t.subject::text) > 0
    """, {
        "was": "{{ object.name.split('/')[1] }}/{{ object.name.split('/')[2] }}",
        "now": "{{ '/'.join(object.name.split('/')[1:3]) }}",
    })
