import re

from odoo.tools import SQL

#: How the delivered letter greeted, and how it greets now, in each language that it is delivered in
GREETINGS = (
    ("Hello,", "Hello {customer},"),
    ("Bonjour,", "Bonjour {customer},"),
    ("Prezado(a) cliente,", "Prezado(a) {customer},"),
    ("Estimado/a cliente:", "Estimado/a {customer}:"),
    ("Szanowni Państwo,", "Szanowni Państwo, {customer},"),
    ("Dobrý den,", "Dobrý den, {customer},"),
)


def migrate(cr, version):
    """The delivered letter greets the customer by name; where somebody wrote another greeting, that stays."""
    # raw SQL: the text of each language as it is stored, whoever may edit templates
    cr.execute("""
        SELECT template.id, text.key, text.value
          FROM ir_model_data data
          JOIN mail_template template ON template.id = data.res_id,
               jsonb_each_text(template.body_html) text
         WHERE data.module = 'document_dispatch' AND data.name = 'template_letter' AND data.model = 'mail.template'
    """)
    for template_id, lang, body in cr.fetchall():
        if (greeting := greet(body)) != body:
            cr.execute(SQL(
                "UPDATE mail_template SET body_html = body_html || jsonb_build_object(%s::text, %s::text)"
                " WHERE id = %s", lang, greeting, template_id))


def greet(body):
    """Return the text with the name in its first line, where that is as it was delivered."""
    if "{customer}" in body:
        return body
    first, end, rest = body.partition("</p>")
    for old, new in GREETINGS:
        first, count = re.subn(rf">\s*{re.escape(old)}\s*$", lambda _found, new=new: f">{new}", first)
        if count:
            break
    return first + end + rest
