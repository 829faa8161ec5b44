import logging

from odoo.tools.sql import column_exists

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Files that are not the ledger's own are let go: a client could name any file of the database as evidence.

    The row keeps everything else; the file is its owner's again, who may change and delete it.
    """
    # raw SQL: the ledger has no write, and the models are not loaded yet
    if not column_exists(cr, "document_consent", "attachment_id"):
        return  # the ledger as it first was had neither evidence nor messages
    cr.execute("""
        UPDATE document_consent row
           SET attachment_id = NULL
          FROM ir_attachment file
         WHERE file.id = row.attachment_id
           AND (file.res_model IS DISTINCT FROM 'document.consent' OR file.res_id IS DISTINCT FROM row.id)
     RETURNING row.id, file.id, row.create_uid
    """)
    for row, file, user in cr.fetchall():
        _logger.warning(
            "Consent %s named the file %s, which belongs to another record: the link is removed. The row was made by "
            "the user %s.", row, file, user)
    # nothing ever wrote a message there but a client
    cr.execute("UPDATE document_consent SET mail_message_id = NULL WHERE mail_message_id IS NOT NULL")
