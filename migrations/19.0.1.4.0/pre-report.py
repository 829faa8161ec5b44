import re

from odoo.tools import sql

#: Kinds of documents in the report, which are the codes of document types now
KINDS = {
    "out_invoice": "invoice", "out_refund": "credit_note", "out_receipt": "receipt", "event": "nfe_event",
    "sale": "order",
}
#: A condition on the kind, up to the end of its value, and the values in it
CONDITION = re.compile(r"""[(\[]\s*(['"])kind\1\s*,[^)\]]*""")
VALUE = re.compile(rf"""(['"])({'|'.join(KINDS)})\1""")


def migrate(cr, version):
    """The report asks the kinds of documents instead of a view; saved searches of it find the same as before."""
    # raw SQL: the models are not loaded yet
    sql.drop_view_if_exists(cr, "document_dispatch_report")
    cr.execute("SELECT id, domain FROM ir_filters WHERE model_id = 'document.dispatch.report' AND domain LIKE '%kind%'")
    for filter_id, domain in cr.fetchall():
        cr.execute("UPDATE ir_filters SET domain = %s WHERE id = %s", [rename(domain), filter_id])


def rename(domain):
    """The same domain with today's kinds, where a condition asks for one of before."""
    return CONDITION.sub(lambda condition: VALUE.sub(
        lambda value: f"{value[1]}{KINDS[value[2]]}{value[1]}", condition[0]), domain)
