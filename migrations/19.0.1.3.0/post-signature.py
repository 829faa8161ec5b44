import json

from odoo import SUPERUSER_ID, api

#: How the delivered texts were signed, and how they are now: with the title, also where Odoo's signature is empty
BEFORE = ' and not is_html_empty(user.signature)" t-out="user.signature"'
NOW = '" t-out="user.dispatch_signature"'


def migrate(cr, version):
    """The delivered texts are signed with title, first name and surname; whoever changed that line keeps it."""
    # raw SQL: each language as it is stored, the ORM shows the source where there is no translation
    cr.execute("""
        SELECT template.id, template.body_html
          FROM mail_template template
          JOIN ir_model_data data ON data.model = 'mail.template' AND data.res_id = template.id
         WHERE data.module = 'document_dispatch' AND template.body_html IS NOT NULL
    """)
    for template_id, bodies in cr.fetchall():
        signed = {lang: (body or "").replace(BEFORE, NOW) for lang, body in bodies.items()}
        if signed != bodies:
            cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", (json.dumps(signed), template_id))
    api.Environment(cr, SUPERUSER_ID, {})["mail.template"].invalidate_model(["body_html"])
