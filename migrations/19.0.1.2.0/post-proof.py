from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

#: Dispatches whose documents are computed in one go
BLOCK = 1000


def migrate(cr, version):
    """What became of a document is the best that was reached, no longer what came last.

    Only documents with several dispatches, or that were sent by post, can change.
    """
    # raw SQL: a look through the whole log
    cr.execute("""
        SELECT min(id) FROM document_dispatch WHERE state != 'cancelled'
         GROUP BY res_model, res_id HAVING count(*) > 1 OR count(sent_by_post_date) > 0
    """)
    env = api.Environment(cr, SUPERUSER_ID, {})
    for block in split_every(BLOCK, [number for [number] in cr.fetchall()]):
        env["document.dispatch"].browse(block)._documents_changed()
        env.flush_all()
        env.invalidate_all()
