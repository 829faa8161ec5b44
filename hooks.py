from odoo.tools import SQL

ADDON = "document_dispatch"
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""


def post_init_hook(env):
    """Note which database this is, so that a copy of it is known; say at the counter what became of its invoices."""
    env["document.dispatch.home"]._note()
    env["document.dispatch.counter"]._extend()


def uninstall_hook(env):
    """Let everything go that is the module's, and nothing else.

    What was sent keeps its document type, and the type its text, against people who would delete them.
    Odoo deletes these before the tables, and would leave both behind.
    """
    models = [model for model in env.registry.values() if model._original_module == ADDON]
    tables = [model._table for model in models if model._auto and not model._abstract]
    tables += env["ir.model.relation"].search([("module.name", "=", ADDON)]).mapped("name")
    # raw SQL: the ORM has no word for it; only tables that Odoo drops a moment later
    env.cr.execute(FOREIGN_KEYS, [tables])
    for table, constraint in env.cr.fetchall():
        env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(constraint)))
    # Odoo opens saved searches of models that it does not know any more, and fails
    names = [model._name for model in models]
    env["ir.filters"].with_context(active_test=False).search([("model_id", "in", names)]).unlink()
    # other modules have names, too, for what they lend our models; the database deletes only what these stand for
    for model, field in (("ir.model.fields.selection", "field_id.model_id"), ("ir.model.inherit", "model_id")):
        lent = env[model].search([(f"{field}.model", "in", names)])
        env["ir.model.data"].search([
            ("model", "=", model), ("res_id", "in", lent.ids), ("module", "!=", ADDON),
        ]).unlink()
    # nobody can do any more what these ask for; those that are done are kept by Odoo as well
    env["mail.activity"].with_context(active_test=False).search([("dispatch_alarm", "!=", False)]).unlink()
