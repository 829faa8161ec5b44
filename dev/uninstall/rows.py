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

#: table, table.column or *.column that may differ after the addon came, worked and went → why
MAY_DIFFER = {
    "*.write_date": "whoever writes a row says when",
    "*.write_uid": "and who",
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
