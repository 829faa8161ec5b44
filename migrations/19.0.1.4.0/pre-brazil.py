#: Views of Brazil's that changed parts which now stand in themselves: their parents are loaded first
CHANGED = ("account_move_view_form_files", "page_files_nfse")


def migrate(cr, version):
    """The page of NF-e and boletos moved from the invoice's own view, and texts of files from the customer's page.

    The old views would look in their parents for what is no longer there; they get their new text a moment later.
    """
    # raw SQL: the ORM would check the views against each other
    cr.execute("""
        UPDATE ir_ui_view v SET arch_db = '{"en_US": "<data/>"}'::jsonb
          FROM ir_model_data d
         WHERE d.module = 'document_dispatch' AND d.model = 'ir.ui.view' AND d.name IN %s AND d.res_id = v.id
    """, [CHANGED])
    cr.execute("""
        UPDATE ir_model_data SET noupdate = FALSE
         WHERE module = 'document_dispatch' AND model = 'ir.ui.view' AND name IN %s
    """, [CHANGED])
