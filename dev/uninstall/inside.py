"""What ``bin/uninstall`` does inside Odoo: python -m dev.uninstall.inside CONFIG DATABASE HTTP_PORT TASK [FILE…]"""

import json
import sys
import traceback
from pathlib import Path

from smtp_server import SmtpServer  # the tests' own

from odoo.fields import Command, Date
from odoo.tools import SQL

from dev import inside
from dev.toolchain import ADDON
from dev.uninstall import rows
from dev.upgrade import look as upgrade_look

# Whatever speaks of the addon or of its models, in any table; the list of modules may.
TRACES = "document[._](dispatch|consent|letter|reminder|statement)"
MAY_SPEAK = {"ir_module_module", "ir_logging"}
#: The name of the module in the list of modules
MODULE_NAME = f"module_{ADDON}"
TEXT_COLUMNS = """
    SELECT c.table_name, c.column_name
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
    AND c.data_type IN ('character varying', 'text', 'jsonb')
"""
SENT = "SELECT id, is_move_sent FROM account_move ORDER BY id"
FORMS = {
    "account.move": ("list", "form", "kanban", "search"),
    "account.move.send.wizard": ("form",),
    "account.move.send.batch.wizard": ("form",),
    "ir.actions.report": ("form",),
    "ir.mail_server": ("form",),
    "mail.compose.message": ("form",),
    "mail.template": ("form",),
    "res.company": ("form",),
    "res.config.settings": ("form",),
    "res.partner": ("list", "form", "kanban", "search"),
    "res.users": ("form",),
    "sale.order": ("list", "form", "search"),
    "sale.order.template": ("form",),
}


def main():
    """Do one task; the last line that is printed are the problems."""
    config_file, database, port, task, *files = sys.argv[1:]
    registry = inside.open_database(config_file, database, port, install_modules=[ADDON] if task == "again" else [])
    if task == "uninstall":
        with inside.environment(registry) as env:
            env["ir.module.module"].search([("name", "=", ADDON)]).button_immediate_uninstall()
        return
    with inside.environment(registry) as env:
        if task == "after":
            was, never = (json.loads(Path(file).read_text(encoding="utf-8")) for file in files)
            print(json.dumps([*left(env, was, never), *work(env)]))
        elif task == "compare":
            before, now = Path(*files), rows.picture(env)
            before.with_name("after.json").write_text(json.dumps(now), encoding="utf-8")  # to look at, both
            print(json.dumps(list(rows.compare(json.loads(before.read_text(encoding="utf-8")), now))))
        elif task == "again":
            print(json.dumps(list(visit(env))))
        else:
            found = {"use": use, "look": upgrade_look.look, "picture": rows.picture}[task](env)
            Path(*files).write_text(json.dumps(found), encoding="utf-8")


def use(env):
    """More than a night: letters by mail and on paper, consent, a printed tray, an address, a window's own text."""
    for channel in ("email", "paper"):
        env["document.letter.window"].create({"channel": channel, "include_issued": True}).action_send()
    inside.run_once(env)
    if tray := env["document.dispatch"].search([("state", "=", "paper")]):
        tray.action_print()
    customer = env["res.partner"].search([("customer_rank", ">", 0)], limit=1).commercial_partner_id
    env["document.consent"].create({
        "partner_id": customer.id, "kind": "refused", "channel": "letter", "text": "Prefiro receber por carta.",
        "evidence": "SXN0byDDqSBwYXBlbC4=", "evidence_name": "carta.txt",
    })
    env["ir.default"].set("document.dispatch.rule", "delivery", "review")
    env["ir.filters"].create({
        "name": "Falharam", "model_id": "document.dispatch", "domain": "[('state', '=', 'failed')]",
    })
    env.flush_all()
    env.cr.execute(SENT)
    return env.cr.fetchall()


def visit(env):
    """All that the addon leaves for people in a company that had none of it: yield what there is nothing of."""
    server = SmtpServer()
    server.start()
    ports = {account: account.smtp_port for account in env["ir.mail_server"].search([])}  # given back at the end
    env["ir.mail_server"].search([]).smtp_port = server.port
    moves = env["account.move"].search([("move_type", "=", "out_invoice"), ("state", "=", "posted")], limit=4)
    dispatches = moves.browse()._dispatch_create("manual")
    for move in moves:
        dispatches |= move.with_company(move.company_id)._dispatch_create("manual")
    server.handler.rcpt_replies = dict.fromkeys(
        dispatches[:1].recipient_ids.mapped("email"), "550 5.1.1 No such user here")
    use(env)
    health = env["document.dispatch.health"]
    for company in env["res.company"].search([]):
        health._alarm(company, health._get_managers(company), ["Nothing goes."])
    env["document.consent"]._with_system_write().create({
        "partner_id": moves[:1].commercial_partner_id.id, "kind": "address", "new_email": "nova@cliente.example",
        "step": "asked", "channel": "user",
    })._ask_clerk()
    for kind in dict(env["mail.activity"]._fields["dispatch_alarm"].selection):
        if not env["mail.activity"].search_count([("dispatch_alarm", "=", kind)], limit=1):
            yield f"no activity “{kind}” was left: this command shows nothing of it"
    server.stop()
    for account, port in ports.items():
        account.smtp_port = port


# ------------------------------------------------------------------
# What is left
# ------------------------------------------------------------------


def left(env, was, never):
    """Yield what the addon left behind, and what it took along."""
    yield from upgrade_look.compare_looks(upgrade_look.look(env), never)
    env.cr.execute(TEXT_COLUMNS)
    for table, column in env.cr.fetchall():
        if table not in MAY_SPEAK:
            parts = SQL.identifier(column), SQL.identifier(table), SQL.identifier(column), TRACES
            env.cr.execute(SQL("SELECT %s::text FROM %s WHERE %s::text ~ %s", *parts))
            if found := [row for row in env.cr.fetchall() if row != (MODULE_NAME,)]:
                yield f"{table}.{column} speaks of it in {len(found)} rows: {found[0][0][:200]}"
    env.cr.execute(SENT)
    if [list(row) for row in env.cr.fetchall()] != was:
        yield "invoices have forgotten that they were sent"


# ------------------------------------------------------------------
# Does it work?
# ------------------------------------------------------------------


def work(env):
    """Yield what does not work without the addon: windows, posting, printing, sending, the scheduler."""
    server = SmtpServer()
    server.start()
    env["ir.mail_server"].search([]).smtp_port = server.port
    for step in (_open_windows, _send_invoice, _send_order, _run_scheduler):
        try:
            yield from step(env, server)
        except Exception:  # noqa: BLE001 whatever it is, the other steps are tried too
            env.cr.rollback()
            yield f"{step.__name__}: {traceback.format_exc()}"


def _open_windows(env, _server):
    for model, kinds in FORMS.items():
        env[model].get_views([(False, kind) for kind in kinds])
    for model in ("account.move", "sale.order", "res.partner"):
        for record in env[model].search([], limit=50):
            record.web_read({name: {} for name, field in record._fields.items() if not field.relational})
    return ()


def _run_scheduler(env, _server):
    # all jobs but the one that asks Odoo's makers for news
    for cron in env["ir.cron"].search([("model_id.model", "!=", "publisher_warranty.contract")]):
        cron.method_direct_trigger()
    return ()


def _send_invoice(env, server):
    move = env["account.move"].search([("move_type", "=", "out_invoice"), ("state", "=", "draft")], limit=1)
    move = move.with_context(allowed_company_ids=move.company_id.ids)
    move.partner_id.email = "contas@cliente.example"
    move.invoice_date = Date.today()
    move.action_post()
    move.env["account.move.send.wizard"].with_context(active_model="account.move", active_ids=move.ids).create(
        {"sending_methods": ["email"]}
    ).action_send_and_print()
    if not move.is_move_sent or not move.invoice_pdf_report_id:
        yield "an invoice that Odoo sent is not marked as sent, or has no file"
    env["mail.mail"].process_email_queue()
    if "contas@cliente.example" not in {to for _from, all_to, _content in server.handler.messages for to in all_to}:
        yield "the mail of an invoice did not arrive"


def _send_order(env, server):
    order = env["sale.order"].search([("state", "=", "draft")], limit=1)
    order = order.with_context(allowed_company_ids=order.company_id.ids)
    # Odoo's own text cannot be rendered in Portuguese: its translation has translated Python
    order.partner_id.write({"email": "compras@cliente.example", "lang": "en_US"})
    action = order.action_quotation_send()
    composer = order.env["mail.compose.message"].with_context(**action["context"]).create({})
    composer.partner_ids = [Command.set(order.partner_id.ids)]
    composer._action_send_mail()
    env["mail.mail"].process_email_queue()
    if order.state != "sent":
        yield "a quotation that Odoo sent is not marked as sent"
    if "compras@cliente.example" not in {to for _from, all_to, _content in server.handler.messages for to in all_to}:
        yield "the mail of a quotation did not arrive"


if __name__ == "__main__":
    main()
