from odoo.tools.sql import table_exists


def migrate(cr, version):
    """Note the texts of the house before any script of this update changes them (end-customer-texts.py)."""
    if not table_exists(cr, "document_dispatch_text"):
        return
    cr.execute("""
        CREATE TABLE IF NOT EXISTS document_dispatch_text_before AS
        SELECT text.id,
               COALESCE(template.subject ->> text.lang, template.subject ->> 'en_US') AS subject,
               COALESCE(template.body_html ->> text.lang, template.body_html ->> 'en_US') AS body
          FROM document_dispatch_text text
          JOIN mail_template template ON template.id = text.template_id
    """)
