"""All rows of all tables of a database, and how two such pictures differ."""

import hashlib
import json

from odoo.tools import SQL

#: A value that is longer than this is known by its hash
LONGEST = 120
TABLES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name
"""
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"

#: table, table.column, *.column, table:new or table:gone that may differ after the addon came, worked and went → why
MAY_DIFFER = {
    "*.write_date": "whoever writes a row says when",
    "*.write_uid": "and who",
    # what was sent stays sent, as Odoo notes it
    "account_move.access_token": "the link that the customer was sent",
    "account_move.is_manually_modified": "Odoo's note that an invoice was written to",
    "account_move.is_move_sent": "the customer has it",
    "account_move.message_main_attachment_id": "the PDF that was sent",
    "ir_attachment:new": "the files that were sent",
    "mail_followers:new": "who was written to, or has an activity, follows",
    "mail_followers_mail_message_subtype_rel:new": "as above",
    "mail_mail:new": "Odoo's own mails about activities",
    "mail_mail_res_partner_rel:new": "as above",
    "mail_message:new": "the chatter: what was sent, to whom",
    "mail_message_res_partner_rel:new": "as above",
    "mail_notification:new": "as above",
    "message_attachment_rel:new": "as above",
    "res_partner.signup_type": "Odoo's, for the links in mails",
    # Odoo at work
    "bus_bus": "messages to open browsers, thrown away after a day",
    "ir_cron.lastcall": "jobs ran",
    "ir_cron.nextcall": "jobs ran",
    "ir_cron_progress": "jobs ran",
    "ir_cron_trigger": "jobs were asked for",
    "orm_signaling_registry": "Odoo counts changes of its modules there",
    # what Odoo's uninstall leaves of every module
    "ir_model.info": "what the last module said of a model, until that model is updated",
    "ir_model_constraint:new": "names of foreign keys of columns that are gone",
    "ir_module_module.description": "read from the folder when it was installed",
    "ir_module_module.website": "as above",
}


def picture(env):
    """Return ``{table: {"columns": names, "rows": {key: {column: value}}}}``."""
    env.flush_all()
    env.cr.execute(TABLES)
    return {table: _table(env, table) for (table,) in env.cr.fetchall()}


def _table(env, table):
    env.cr.execute(COLUMNS, [table])
    columns = sorted(name for (name,) in env.cr.fetchall())
    env.cr.execute(SQL("SELECT to_jsonb(t) FROM %s t", SQL.identifier(table)))
    rows = {}
    for (row,) in env.cr.fetchall():
        values = {name: _short(value) for name, value in row.items()}
        # a row of a relation is its own name
        rows[str(row["id"]) if "id" in row else json.dumps(row, sort_keys=True)] = values
    return {"columns": columns, "rows": rows}


def _short(value):
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= LONGEST else f"{text[:40]}… {hashlib.sha256(text.encode()).hexdigest()}"


def compare(before, after):
    """Yield what differs and is not meant to, one sentence for a table or a column of it."""
    for table in sorted(before.keys() | after.keys()):
        if table not in before or table not in after:
            yield f"table {table} {'is new' if table in after else 'is gone'}"
            continue
        was, now = before[table], after[table]
        for name in sorted(set(was["columns"]) ^ set(now["columns"])):
            yield f"{table}.{name} {'is new' if name in now['columns'] else 'is gone'}"
        yield from _compare_rows(table, was["rows"], now["rows"])


def _compare_rows(table, was, now):
    if table in MAY_DIFFER:
        return
    for word, keys, rows in (("gone", was.keys() - now.keys(), was), ("new", now.keys() - was.keys(), now)):
        if keys and f"{table}:{word}" not in MAY_DIFFER:
            yield f"{table}: {len(keys)} rows are {word}, for instance {_say(rows[min(keys)])}"
    changed = {}
    for key in was.keys() & now.keys():
        for name, value in now[key].items():
            if was[key].get(name) != value and not {f"{table}.{name}", f"*.{name}"} & MAY_DIFFER.keys():
                changed.setdefault(name, []).append(f"{was[key].get(name)} → {value} (row {key[:40]})")
    for name, cases in sorted(changed.items()):
        yield f"{table}.{name} is another one in {len(cases)} rows: {cases[0]}"


def _say(row):
    return ", ".join(f"{name} {value}" for name, value in sorted(row.items()) if value != "null")[:300]
