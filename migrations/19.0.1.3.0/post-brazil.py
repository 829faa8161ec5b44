import json

from odoo import SUPERUSER_ID, api
from odoo.tools.sql import column_exists

#: What is added to texts, behind the line that it belongs to: text, mark of that line, field that is new, addition
PIX = (
    '<p t-if="{field}" style="margin: {margin};">{label}:<br/><span style="font-weight: bold; word-break: break-all;" '
    't-out="{field}">000201010212…6304ABCD</span></p>'
)
TEXTS = (
    ("template_boleto", 't-out="object.reference"', "object.pix_code", "0px", "Pix (copia e cola)"),
    ("template_boletos_bundle", 't-out="document.reference"', "document.pix_code", "0px 0px 16px 0px",
     "Pix (copia e cola)"),
    ("template_invoice", 't-out="object.partner_bank_id.acc_number"', "object.dispatch_payment_code", "0px",
     '<t t-out="object.dispatch_payment_code_name">Pix</t>'),
)


def migrate(cr, version):
    """Texts get the Pix code, boletos their new names, and who received NF-e receives NFS-e, too."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if column_exists(cr, "res_partner", "dispatch_nf"):
        # raw SQL: the field of the old column is computed now (post-preferences.py)
        cr.execute("""
            INSERT INTO document_dispatch_preference
                        (partner_id, role_id, receives, address_field, create_uid, create_date)
                 SELECT p.id, r.id, TRUE, 'to', 1, now() AT TIME ZONE 'UTC'
                   FROM res_partner p JOIN document_dispatch_role r ON r.code = 'nfse'
                  WHERE p.dispatch_nf
            ON CONFLICT DO NOTHING
        """)
    add_pix(env)
    read_again(env)


def add_pix(env):
    """Into each language of each text, once, where the line in question still stands in it."""
    env.flush_all()
    for name, mark, field, margin, label in TEXTS:
        template = env.ref(f"document_dispatch.{name}", raise_if_not_found=False)
        if not template:
            continue
        env.cr.execute("SELECT body_html FROM mail_template WHERE id = %s", [template.id])
        bodies = env.cr.fetchone()[0] or {}
        addition = PIX.format(field=field, margin=margin, label=label)
        for lang, body in bodies.items():
            end = body.find("</p>", body.find(mark)) if body and mark in body else -1
            if end >= 0 and field not in body:
                bodies[lang] = f"{body[:end + 4]}\n{addition}{body[end + 4:]}"
        # SQL: each language as it is, without the others' being matched to it paragraph by paragraph
        env.cr.execute(
            "UPDATE mail_template SET body_html = %s::jsonb WHERE id = %s", [json.dumps(bodies), template.id])
    env.invalidate_all()


def read_again(env):
    """Boletos are called what the treasury knows; those that still wait are looked at for their Pix code.

    Files in XML that nobody noticed are found by “Look Again”: an update starts no sending.
    """
    Files = env["document.dispatch.file"]
    boletos = Files.search([("kind", "=", "boleto")])
    boletos._name_boletos()
    waiting = boletos.filtered(lambda file: file.dispatch_state in (False, "to_send"))
    waiting.write({"reading": True, "read_tries": 0})
    if waiting:
        Files._trigger_reading()
