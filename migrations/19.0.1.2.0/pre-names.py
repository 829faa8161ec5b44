"""Names that changed keep what stands under them: columns, values, external ids, and what people saved in filters."""

import ast
import json
import re

from odoo.tools import SQL
from odoo.tools.sql import column_exists, make_index_name, rename_column, table_exists

#: model → {old field: new field}
FIELDS = {
    "account.move.send.batch.wizard": {"dispatch_way": "dispatch_grouping"},
    "document.dispatch": {
        "together": "in_bundle", "lead_id": "bundle_id", "rider_ids": "bundled_ids", "posted_date": "sent_by_post_date",
    },
    "document.dispatch.batch": {"way": "grouping"},
    "document.dispatch.file": {"words": "file_messages"},
    "document.dispatch.resend.line": {"obstacle": "blocking_reason"},
    "document.dispatch.type": {"together_template_id": "bundle_template_id"},
    "document.letter.window": {"also_edited": "include_issued"},
    "ir.mail_server": {"dispatch_rests_until": "dispatch_paused_until"},
    "res.config.settings": {"dispatch_lanes": "dispatch_parallel_workers"},
}
#: (model, new field) → {old value: new value}
VALUES = {
    ("account.move.send.batch.wizard", "dispatch_grouping"): {"together": "bundle"},
    ("document.dispatch.batch", "grouping"): {"together": "bundle"},
}
#: (model, field) → {old value: the values that took its place}
PARTED = {
    ("document.dispatch.report", "outcome"): {"paper": ("tray", "printed", "sent_by_post")},
}
#: old external id → new one; their records may have been changed by people, and are not made anew
EXTERNAL_IDS = {
    "template_invoices_together": "template_invoices_bundle",
    "template_boletos_together": "template_boletos_bundle",
}


def migrate(cr, version):
    """Rename in place; nothing is computed anew."""
    # raw SQL, here and below: the models are not loaded yet
    for model, names in FIELDS.items():
        for old, new in names.items():
            _rename_field(cr, model, old, new)
    for (model, field), values in VALUES.items():
        for old, new in values.items():
            _rename_value(cr, model, field, old, new)
    for old, new in EXTERNAL_IDS.items():
        _rename_external_id(cr, old, new)
    _rename_saved(cr)
    # lines of a window that is open for minutes; Odoo keeps the tables of models that are no more
    cr.execute("DROP TABLE IF EXISTS document_dispatch_also_document_dispatch_file_rel, document_dispatch_also")


def _rename_external_id(cr, old, new):
    cr.execute("UPDATE ir_model_data SET name = %s WHERE module = 'document_dispatch' AND name = %s", [new, old])


def _rename_field(cr, model, old, new):
    """Defaults, translations and the like hang on Odoo's note of the field: it is the same one."""
    table = model.replace(".", "_")
    if table_exists(cr, table) and column_exists(cr, table, old) and not column_exists(cr, table, new):
        rename_column(cr, table, old, new)
        _rename_what_follows(cr, table, old, new)
    cr.execute("UPDATE ir_model_fields SET name = %s WHERE model = %s AND name = %s", [new, model, old])
    _rename_external_id(cr, f"field_{table}__{old}", f"field_{table}__{new}")
    choices = f"selection__{table}__{old}__"
    cr.execute("""
        UPDATE ir_model_data SET name = %s || substr(name, %s)
         WHERE module = 'document_dispatch' AND starts_with(name, %s)
    """, [f"selection__{table}__{new}__", len(choices) + 1, choices])


def _rename_what_follows(cr, table, old, new):
    """The column's index and foreign key are called after it."""
    cr.execute(SQL(
        "ALTER INDEX IF EXISTS %s RENAME TO %s",
        SQL.identifier(make_index_name(table, old)), SQL.identifier(make_index_name(table, new)),
    ))
    cr.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [f"{table}_{old}_fkey"])
    if cr.fetchone():
        cr.execute(SQL(
            "ALTER TABLE %s RENAME CONSTRAINT %s TO %s", SQL.identifier(table),
            SQL.identifier(f"{table}_{old}_fkey"), SQL.identifier(f"{table}_{new}_fkey"),
        ))


def _rename_value(cr, model, field, old, new):
    table = model.replace(".", "_")
    if column_exists(cr, table, field):
        cr.execute(SQL(
            "UPDATE %s SET %s = %s WHERE %s = %s",
            SQL.identifier(table), SQL.identifier(field), new, SQL.identifier(field), old,
        ))
    cr.execute("""
        UPDATE ir_model_fields_selection choice SET value = %s FROM ir_model_fields field
         WHERE field.id = choice.field_id AND field.model = %s AND field.name = %s AND choice.value = %s
    """, [new, model, field, old])
    _rename_external_id(cr, f"selection__{table}__{field}__{old}", f"selection__{table}__{field}__{new}")
    cr.execute("""
        UPDATE ir_default SET json_value = %s FROM ir_model_fields field
         WHERE field.id = ir_default.field_id AND field.model = %s AND field.name = %s AND json_value = %s
    """, [json.dumps(new), model, field, json.dumps(old)])


# ------------------------------------------------------------------
# What people saved: searches and export lists
# ------------------------------------------------------------------


def _rename_saved(cr):
    cr.execute("SELECT model, name, relation FROM ir_model_fields WHERE relation IS NOT NULL")
    paths = Paths({(model, name): relation for model, name, relation in cr.fetchall()})
    cr.execute("SELECT id, model_id, domain, context, sort FROM ir_filters")
    for filter_id, model, *texts in cr.fetchall():
        domain, context, sort = texts
        renamed = [
            _rename_in_code(domain, DomainNames(paths, model)), _rename_in_code(context, ContextNames(paths, model)),
            _rename_in_order(sort, paths, model),
        ]
        if renamed != texts:
            cr.execute(
                "UPDATE ir_filters SET domain = %s, context = %s, sort = %s WHERE id = %s", [*renamed, filter_id])
    cr.execute("""
        SELECT line.id, list.resource, line.name FROM ir_exports_line line JOIN ir_exports list
            ON list.id = line.export_id WHERE line.name IS NOT NULL
    """)
    for line_id, model, name in cr.fetchall():
        renamed = paths.rename(model, name, "/")
        if renamed != name:
            cr.execute("UPDATE ir_exports_line SET name = %s WHERE id = %s", [renamed, line_id])


def _rename_in_code(text, names):
    """Return a text of Python with new names; one that nothing is renamed in, or that is none, stays to the letter."""
    try:
        tree = ast.parse((text or "").strip(), mode="eval")
    except (SyntaxError, ValueError):
        return text
    before = ast.dump(tree)
    tree = names.visit(tree)
    return text if ast.dump(tree) == before else ast.unparse(tree)


def _rename_in_order(text, paths, model):
    try:
        order = json.loads(text or "")
    except ValueError:
        return text
    renamed = [paths.rename_start(model, part) if isinstance(part, str) else part for part in order]
    return text if renamed == order else json.dumps(renamed)


class Paths:
    """Field names that are read from a model on, over its relations."""

    def __init__(self, comodels):
        self.comodels = comodels

    def walk(self, model, path, separator="."):
        """Return the path with its new names, and the last field with its model."""
        parts, last = [], None
        for name in path.split(separator):
            name = FIELDS.get(model, {}).get(name, name)
            parts.append(name)
            last = model, name
            model = self.comodels.get(last)
        return separator.join(parts), last

    def rename(self, model, path, separator="."):
        return self.walk(model, path, separator)[0]

    def rename_start(self, model, text):
        """Rename in ``field:month`` and ``field desc``."""
        return re.sub(r"^[\w.]+", lambda path: self.rename(model, path[0]), text)


class DomainNames(ast.NodeTransformer):
    """Renames in a domain: what a condition asks, and what it compares with."""

    def __init__(self, paths, model):
        self.paths = paths
        self.model = model

    def visit_Tuple(self, node):
        if not self._is_condition(node):
            return self.generic_visit(node)
        path, operator, value = node.elts
        path.value, last = self.paths.walk(self.model, path.value)
        if "any" in operator.value:
            node.elts[2] = DomainNames(self.paths, self.paths.comodels.get(last)).visit(value)
        for constant in ast.walk(value):
            if isinstance(constant, ast.Constant):
                constant.value = VALUES.get(last, {}).get(constant.value, constant.value)
        self._part_values(node, PARTED.get(last, {}))
        return node

    def _part_values(self, node, parted):
        """Ask for every value that took the place of one; a comparison with one value becomes one with a list."""
        _path, operator, value = node.elts
        values = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        if any(isinstance(old, ast.Constant) and old.value in parted for old in values):
            operator.value = {"=": "in", "!=": "not in"}.get(operator.value, operator.value)
            node.elts[2] = ast.List([
                new for old in values
                for new in (map(ast.Constant, parted.get(old.value, (old.value,)))
                            if isinstance(old, ast.Constant) else [old])
            ], ast.Load())

    visit_List = visit_Tuple

    def _is_condition(self, node):
        first = [part.value for part in node.elts[:2] if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        return len(node.elts) == 3 and len(first) == 2 and first[0] not in ("&", "|", "!")


class ContextNames(ast.NodeTransformer):
    """Renames in a context what is grouped by, measured and sorted by; other values are none of fields."""

    def __init__(self, paths, model):
        self.paths = paths
        self.model = model
        self.in_fields = False

    def visit_Dict(self, node):
        for position, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            if self.in_fields:
                node.values[position] = self.visit(value)
            elif isinstance(key, ast.Constant) and re.search("group|measure|order", str(key.value)):
                self.in_fields = True
                node.values[position] = self.visit(value)
                self.in_fields = False
        return node

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            node.value = self.paths.rename_start(self.model, node.value)
        return node
