from odoo import SUPERUSER_ID, api
from odoo.tools.sql import table_exists


def migrate(cr, version):
    """What was kept for customers goes on with the texts of the house that this update changed."""
    if not table_exists(cr, "document_dispatch_text_before"):
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("SELECT id, subject, body FROM document_dispatch_text_before")
    for text_id, subject, body in cr.fetchall():
        if text := env["document.dispatch.text"].browse(text_id).exists():
            text._follow(subject, body)
    cr.execute("DROP TABLE document_dispatch_text_before")
