import json

#: table → the name that was delivered → the name of now
NAMES = {
    "ir_act_server": {
        "Document Dispatch: plan what the rules send": "Document Dispatch: run the rules",
        "Document Dispatch: deliver what waits": "Document Dispatch: deliver waiting documents",
        "Document Dispatch: deliver what waits, lane 2": "Document Dispatch: deliver waiting documents, worker 2",
        "Document Dispatch: deliver what waits, lane 3": "Document Dispatch: deliver waiting documents, worker 3",
        "Document Dispatch: deliver what waits, lane 4": "Document Dispatch: deliver waiting documents, worker 4",
        "Document Dispatch: make the print runs": "Document Dispatch: create print runs",
        "Document Dispatch: make the DANFEs": "Document Dispatch: create DANFEs",
    },
    "mail_template": {
        "Dispatch: Letter of Dematerialisation": "Dispatch: Electronic Delivery Notice",
        "Dispatch: What a Customer Declared": "Dispatch: Customer Declaration",
    },
    "document_dispatch_type": {"Letter of Dematerialisation": "Electronic Delivery Notice"},
}
MODELS = {
    "ir_act_server": "ir.actions.server", "mail_template": "mail.template",
    "document_dispatch_type": "document.dispatch.type",
}


def migrate(cr, version):
    """Scheduled actions, mail templates and the letter's type get their new names, where nobody gave them others.

    Their translations are dropped, and loaded anew right after this.
    """
    for table, names in NAMES.items():
        # raw SQL: a name in all languages at once, of records that an update leaves alone
        cr.execute(f"""
            UPDATE {table} named
               SET name = jsonb_build_object('en_US', %(names)s::jsonb ->> (named.name ->> 'en_US'))
              FROM ir_model_data d
             WHERE d.module = 'document_dispatch' AND d.model = %(model)s AND d.res_id = named.id
               AND %(names)s::jsonb ? (named.name ->> 'en_US')
        """, {"names": json.dumps(names), "model": MODELS[table]})  # pylint: disable=sql-injection
