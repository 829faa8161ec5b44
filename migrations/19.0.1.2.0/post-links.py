import re
import secrets

from odoo import SUPERUSER_ID, api
from odoo.addons.document_dispatch.models.page.document_dispatch_place import CONSENT, PAGE, make_place
from odoo.tools import SQL

#: The link of a letter, as it stood in texts
LINK = re.compile(r"/dispatch/consent/(\d+)/(\d+)/[0-9a-f]{64}")
#: What stood for the link to the customer's page in waiting mails
BEFORE = "/dispatch/page/0/place-of-the-link"
#: Where letters stand: table, column, what makes it a letter's
LETTERS = (
    ("document_letter", "body", "TRUE"),
    ("document_dispatch", "body", "res_model = 'document.letter'"),
    ("document_dispatch_recipient", "body", "dispatch_id IN %(rows)s"),
    ("document_dispatch_recipient", "mail_body", "dispatch_id IN %(rows)s"),
    ("mail_message", "body", "model = 'document.letter'"),
    ("mail_mail", "body_html", "mail_message_id IN (SELECT id FROM mail_message WHERE model = 'document.letter')"),
)
ROWS = "(SELECT id FROM document_dispatch WHERE res_model = 'document.letter')"


def migrate(cr, version):
    """Links to the page where customers answer do not stand in texts that colleagues read any more.

    Those that stood there are renewed: whoever has read one could answer in the customer's name. So are those in
    the mails and letters that customers have; their page says where to get a new one.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    # what other scripts of this update wrote is still to be stored, and what is read below is read by SQL
    env.flush_all()
    _mask_letters(env)
    _keep_places(env)
    _renew(cr)
    # drafts carry links, too: a file of no record is for who made it alone
    cr.execute("""
        UPDATE ir_attachment SET res_model = NULL, res_id = NULL
         WHERE id IN (SELECT draft_id FROM document_dispatch WHERE draft_id IS NOT NULL)
    """)
    env.invalidate_all()


def _mask_letters(env):
    """What is sent again from these texts gets the new link where it leaves."""
    def mask(found):
        return make_place(env, CONSENT, int(found[1]), int(found[2]))

    for table, column, condition in LETTERS:
        _rewrite(env.cr, table, column, condition % {"rows": ROWS}, "%/dispatch/consent/%",
                 lambda _id, text: LINK.sub(mask, text))


def _keep_places(env):
    """Mails that wait get their link to the customer's page where it is looked for now."""
    env.cr.execute("SELECT id, dispatch_id FROM document_dispatch_recipient WHERE state IN %s AND mail_body LIKE %s", (
        ("queued", "sending", "deferred", "failed", "unknown"), f"%{BEFORE}%"))
    rows = dict(env.cr.fetchall())
    if rows:
        ids = ", ".join(map(str, rows))
        _rewrite(env.cr, "document_dispatch_recipient", "mail_body", f"id IN ({ids})", f"%{BEFORE}%",
                 lambda row_id, text: text.replace(BEFORE, make_place(env, PAGE, rows[row_id])))


def _renew(cr):
    cr.execute("SELECT id FROM res_partner WHERE dispatch_token IS NOT NULL")
    cr.execute_values(
        "UPDATE res_partner SET dispatch_token = new.token FROM (VALUES %s) AS new (id, token)"
        " WHERE res_partner.id = new.id",
        [(partner_id, secrets.token_urlsafe(32)) for [partner_id] in cr.fetchall()],
    )


def _rewrite(cr, table, column, condition, pattern, change):
    # raw SQL: rows and messages that are never edited, and no bookkeeping of theirs
    cr.execute(SQL(
        "SELECT id, %s FROM %s WHERE %s LIKE %s AND (%s)",
        SQL.identifier(column), SQL.identifier(table), SQL.identifier(column), pattern, SQL(condition),
    ))
    for row_id, text in cr.fetchall():
        cr.execute(SQL("UPDATE %s SET %s = %s WHERE id = %s", SQL.identifier(table), SQL.identifier(column),
                       change(row_id, text), row_id))
