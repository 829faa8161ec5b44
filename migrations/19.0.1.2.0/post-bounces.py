from odoo.addons.document_dispatch.tools.mail import dsn


def migrate(cr, version):
    """What relays called the mails of the last days: reports on them are still to come."""
    # raw SQL: one value for each row, without the rows' own checks
    cr.execute("""
        SELECT id, reply
          FROM document_dispatch_recipient
         WHERE sent_date > now() AT TIME ZONE 'UTC' - interval '14 days' AND reply LIKE '250%'
    """)
    found = [(dsn.relay_id(reply), recipient_id) for recipient_id, reply in cr.fetchall()]
    cr.executemany(
        "UPDATE document_dispatch_recipient SET relay_id = %s WHERE id = %s", [row for row in found if row[0]]
    )
