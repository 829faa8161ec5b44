import re

from odoo.tools import sql

#: Kinds of documents in the report, which are the codes of document types now
KINDS = {
    "out_invoice": "invoice", "out_refund": "credit_note", "out_receipt": "receipt", "event": "nfe_event",
    "sale": "order",
}


def migrate(cr, version):
    """The report asks the kinds of documents instead of a view; saved searches of it find the same as before."""
    sql.drop_view_if_exists(cr, "document_dispatch_report")
    cr.execute("SELECT id, domain FROM ir_filters WHERE model_id = 'document.dispatch.report' AND domain LIKE '%kind%'")
    for filter_id, domain in cr.fetchall():
        cr.execute("UPDATE ir_filters SET domain = %s WHERE id = %s", [rename(domain), filter_id])


def rename(domain):
    """The same domain with today's kinds: each value that is one of before, in quotes of either form."""
    return re.sub(rf"""(['"])({'|'.join(KINDS)})\1""", lambda match: f"{match[1]}{KINDS[match[2]]}{match[1]}", domain)
