"""What stands in the addon's tables and fields, and what a database with the addon looks like."""

import json
import re

from dev.toolchain import ADDON

# The time of the last change is not what people have.
IGNORED = {"write_date", "write_uid"}
#: table → {column as it was called: as it is}
RENAMED = {
    "document_dispatch": {"together": "in_bundle", "lead_id": "bundle_id", "posted_date": "sent_by_post_date"},
    "document_dispatch_batch": {"way": "grouping"},
    "document_dispatch_type": {"together_template_id": "bundle_template_id"},
    "ir_mail_server": {"dispatch_rests_until": "dispatch_paused_until"},
}
#: Links of letters, and what stands for them in texts that colleagues read
LINK = re.compile(r"/dispatch/(consent/\d+/\d+|page/0)/(place-of-the-link|[0-9a-f]{64})")


def _same_but_links(before, now):
    return LINK.sub("LINK", before or "") == LINK.sub("LINK", now or "")


#: table.column → whether a value may have become another one; ``dev.upgrade.people`` looks at single ones
MEANT = {
    **{
        f"{table}.dispatch_state": lambda before, now: (before, now) == ("printed", "sent_by_post")
        for table in ("account_move", "sale_order", "document_dispatch_file", "document_letter", "document_statement")
    },
    "document_consent.attachment_id": lambda before, now: now is None,
    "document_dispatch.body": _same_but_links,
    "document_dispatch_batch.grouping": lambda before, now: (before, now) == ("together", "bundle"),
    # boletos are called what the treasury knows, and those that wait are read once more, for their Pix code
    "document_dispatch_file.name": lambda before, now: not before.startswith("NF-e") and bool(now),
    "document_dispatch_file.reading": lambda before, now: bool(now),
    "document_dispatch_file.state": lambda before, now: now == "reading",
    "document_dispatch_recipient.body": _same_but_links,
    "document_dispatch_recipient.mail_body": _same_but_links,
    "document_dispatch_rule.active": lambda before, now: not now,
    "document_dispatch_rule.domain": lambda before, now: "context_today" in before,
    "document_dispatch_rule.next_run": lambda before, now: now is None,
    "document_dispatch_rule.problem": lambda before, now: not before,
    # quotations and orders may go in one mail for each customer
    "document_dispatch_type.bundle_template_id": lambda before, now: before is None,
    # kept texts go on with the changed texts of the house, whose blocks have other numbers
    "document_dispatch_text.content": lambda before, now: bool(now),
    "document_dispatch_text.template_hash": lambda before, now: bool(now),
    # the letter's type has another name
    "document_dispatch_type.name": lambda before, now: before.get("en_US") == "Letter of Dematerialisation",
    "document_letter.body": _same_but_links,
    "res_partner.dispatch_token": lambda before, now: bool(now),
}

COLUMNS = """
    SELECT table_name || '.' || column_name || ' ' || data_type || ' null ' || is_nullable
    FROM information_schema.columns WHERE table_schema = 'public'
"""
CONSTRAINTS = """
    SELECT conrelid::regclass || '.' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
"""
# PostgreSQL numbers names that it had to cut by who comes first, which an update and an installation do not share
INDEXES = r"SELECT regexp_replace(indexdef, '(_idx)\d+ ON ', '\1 ON ') FROM pg_indexes WHERE schemaname = 'public'"
XML_IDS = f"SELECT model || ' ' || name FROM ir_model_data WHERE module = '{ADDON}'"
LOOKS = {"column": COLUMNS, "constraint": CONSTRAINTS, "index": INDEXES, "xml id": XML_IDS}


def values(env):
    """Return ``{table: {row: {column: value}}}`` of all that the addon keeps."""
    env.flush_all()
    return {table: _read(env, table, columns) for table, columns in sorted(_columns(env).items())}


def _read(env, table, columns):
    """Return the rows of a table as JSON would give them back; a row of a relation is its own name."""
    has_id = "id" in _existing(env, table)
    names = ", ".join(f'"{name}"' for name in sorted(columns | {"id"} if has_id else columns))
    env.cr.execute(f'SELECT {names} FROM "{table}"')  # the names are the registry's own
    rows = json.loads(json.dumps(env.cr.dictfetchall(), default=_as_text))
    return {str(row.pop("id") if has_id else sorted(row.items())): row for row in rows}


def _as_text(value):
    """Return what stands for a value that JSON does not know; bytes by what they say, not by where they lie."""
    return bytes(value).hex() if isinstance(value, memoryview | bytes) else str(value)


def _columns(env):
    """Return ``{table: columns}`` of the addon's models, of its fields elsewhere, and of its relations."""
    columns = {}
    for model in env.registry.values():
        if model._abstract or model._transient or not model._auto:
            continue
        ours = model._original_module == ADDON
        for field in model._fields.values():
            if not field.store or not (ours or ADDON in field._modules):
                continue
            if field.type == "many2many" and field.relation:
                columns[field.relation] = {field.column1, field.column2}
            elif field.column_type:
                columns.setdefault(model._table, set()).add(field.name)
    return {table: names & _existing(env, table) for table, names in columns.items()}


def _existing(env, table):
    env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    return {name for (name,) in env.cr.fetchall()}


def without_data(values, exceptions):
    """Return the tables of ours in which nothing stands, so that nothing could be lost there.

    :param dict values: see :func:`values`
    :param exceptions: ``{table: why nothing can stand in it}``
    """
    empty = {table for table, rows in values.items() if not rows}
    return [
        *(f"{table} has no data, so that nobody would see it lost" for table in sorted(empty - exceptions.keys())),
        *(f"{table} has data: it is no exception" for table in sorted(exceptions.keys() & values.keys() - empty)),
    ]


def _same(name, before, now, languages=()):
    """Tell whether a value stands there still.

    :param str name: table and column
    :param languages: codes of all languages, of a text that is translated: more of them than before lose nothing
    """
    texts = languages and isinstance(before, dict) and isinstance(now, dict)
    if texts and before.items() <= now.items() and now.keys() - before.keys() <= set(languages):
        return True
    return before == now or name in MEANT and MEANT[name](before, now)


def _translated(env):
    """Return the columns that hold a text in several languages, with their tables."""
    return {
        f"{model._table}.{field.name}" for model in env.registry.values() if not model._abstract
        for field in model._fields.values() if field.store and field.translate
    }


def compare(env, was):
    """Return what stood there and does not any more."""
    gone, changed = [], {}
    translated, languages = _translated(env), [code for code, _name in env["res.lang"].get_installed()]
    for table, old_rows in was.items():
        names = RENAMED.get(table, {})
        rows = {key: {names.get(name, name): value for name, value in row.items()} for key, row in old_rows.items()}
        columns = {name for row in rows.values() for name in row} - {"id"} - IGNORED
        lost = columns - _existing(env, table)
        gone += [problem for name in sorted(lost) if (problem := _reckoned(env, table, name, rows))]
        now = _read(env, table, columns - lost) if rows else {}
        for key, row in rows.items():
            if key not in now:
                gone.append(f"{table} has lost row {key}")
                continue
            for name in (columns - lost) & row.keys():
                column = f"{table}.{name}"
                if not _same(column, row[name], now[key][name], languages if column in translated else ()):
                    changed.setdefault(column, []).append(f"{row[name]!r} → {now[key][name]!r}")
    return gone + [f"{name} has changed in {len(cases)} rows: {cases[0]}" for name, cases in sorted(changed.items())]


def _reckoned(env, table, name, rows):
    """What is wrong with a column that is gone: its field must give the same values without it."""
    model = next(env[key] for key, model in env.registry.items() if model._table == table)
    if name not in model._fields:
        return f"{table} has lost {name}"
    values = {str(record.id): record[name] for record in model.browse(map(int, rows)).exists()}
    changed = [key for key, row in rows.items() if (row[name] or False) != (values.get(key) or False)]
    return changed and f"{table}.{name} is reckoned otherwise in {len(changed)} rows"


def look(env):
    """Return ``{kind: what there is}`` of the database."""
    found = {}
    for kind, query in LOOKS.items():
        env.cr.execute(query)
        found[kind] = sorted(line for (line,) in env.cr.fetchall())
    return found


def compare_looks(now, fresh):
    """Return what an updated database has more or less than one that was made today."""
    problems = []
    for kind, lines in fresh.items():
        problems += [f"{kind} missing: {line}" for line in sorted(set(lines) - set(now[kind]))]
        problems += [f"{kind} left over: {line}" for line in sorted(set(now[kind]) - set(lines))]
    return problems
