from odoo.api import SUPERUSER_ID, Environment


def migrate(cr, version):
    """Mark the activities that the addon left before they had a mark: an uninstall takes them along."""
    # raw SQL: nobody did anything to them
    cr.execute("""
        UPDATE mail_activity SET dispatch_alarm = 'outcome'
         WHERE id IN (SELECT activity_id FROM document_dispatch WHERE activity_id IS NOT NULL)
    """)
    env = Environment(cr, SUPERUSER_ID, {})
    for code, _name in env["res.lang"].get_installed():
        spoken = env(context={"lang": code})
        health = spoken["document.dispatch.health"]._alarm_summary()
        address = spoken["document.consent"]._alarm_summary("").strip()
        cr.execute("""
            UPDATE mail_activity
               SET dispatch_alarm = CASE WHEN summary = %(health)s THEN 'health' ELSE 'address' END
             WHERE dispatch_alarm IS NULL AND res_model = 'res.partner'
               AND (summary = %(health)s OR starts_with(summary, %(address)s))
        """, {"health": health, "address": address})
