"""What people have in a database besides what the demo company does in a night, and what must be left of it.

The first half runs with the addon as it was, and uses its names; the second half with the present one.
"""

import base64
import json
from datetime import timedelta

from odoo.tools.safe_eval import safe_eval

#: A condition as it was written until 19.0.1.1.0, and one that nothing can say without code
OLD_CONDITION = "[('invoice_date', '>=', (context_today() - datetime.timedelta(days=400)).strftime('%Y-%m-%d'))]"
CODE = "[('id', 'not in', [number for number in range(3)])]"
NEW_CONDITION = [("invoice_date", ">=", "today -400d")]
THANKS = "Obrigado pela confiança."
#: name → (model, domain, context, order)
FILTERS = {
    "Juntos, postados": (
        "document.dispatch",
        "[('together', '=', True), '|', ('posted_date', '>=', '2020-01-01'), ('lead_id', '!=', 0)]",
        "{'group_by': ['lead_id', 'posted_date:month']}", '["posted_date desc", "id"]',
    ),
    "Por tipo": ("document.dispatch", "[('type_id.together_template_id', '!=', False)]", "{}", "[]"),
    "Envios conjuntos": (
        "document.dispatch.batch",
        "[('way', 'in', ['together']), ('dispatch_ids', 'any', [('posted_date', '=', False)])]",
        "{'group_by': ['way']}", "[]",
    ),
    "Faturas no correio": (
        "account.move", "[('dispatch_ids.posted_date', '!=', False), ('ref', '!=', 'together')]", "{}", "[]",
    ),
    "Em papel": (
        "document.dispatch.report", "[('outcome', '=', 'paper'), ('reason', '!=', 'paper')]",
        "{'group_by': ['outcome']}", "[]",
    ),
    "Sem papel": (
        "document.dispatch.report",
        "['!', ('outcome', 'in', ('paper', 'sent')), ('outcome', '!=', 'paper')]", "{}", "[]",
    ),
    # nothing in these is a name that changed
    "Assunto": ("document.dispatch", "[('subject', 'ilike',   'together')]", "{'words': 'together'}", "[]"),
    "Quebrado": ("document.dispatch", "[('posted_date', '=',", "{}", "[]"),
}
#: The same as they must stand there now; what is not named is as it was, to the letter
NEW_FILTERS = {
    "Juntos, postados": (
        [("in_bundle", "=", True), "|", ("sent_by_post_date", ">=", "2020-01-01"), ("bundle_id", "!=", 0)],
        {"group_by": ["bundle_id", "sent_by_post_date:month"]}, ["sent_by_post_date desc", "id"],
    ),
    "Por tipo": ([("type_id.bundle_template_id", "!=", False)], {}, []),
    "Envios conjuntos": (
        [("grouping", "in", ["bundle"]), ("dispatch_ids", "any", [("sent_by_post_date", "=", False)])],
        {"group_by": ["grouping"]}, [],
    ),
    "Faturas no correio": ([("dispatch_ids.sent_by_post_date", "!=", False), ("ref", "!=", "together")], {}, []),
    "Em papel": (
        [("outcome", "in", ["tray", "printed", "sent_by_post"]), ("reason", "!=", "paper")],
        {"group_by": ["outcome"]}, [],
    ),
    "Sem papel": (
        ["!", ("outcome", "in", ["tray", "printed", "sent_by_post", "sent"]),
         ("outcome", "not in", ["tray", "printed", "sent_by_post"])], {}, [],
    ),
}
EXPORTS = [
    "document_name", "posted_date", "lead_id/display_name", "rider_ids/posted_date", "type_id/together_template_id",
]
NEW_EXPORTS = {
    "document_name", "sent_by_post_date", "bundle_id/display_name", "bundled_ids/sent_by_post_date",
    "type_id/bundle_template_id",
}


def empty(was):
    """Tables of ours in which nothing stands before the update: ``{table: why}``.

    :param dict was: what :func:`live` returned
    """
    return {"document_dispatch_file": "no demo company had NF-e when the addon began to know them"} if was.get(
        "no_files") else {}


# ------------------------------------------------------------------
# With the addon as it was
# ------------------------------------------------------------------


def live(env):
    """Do all of it that this state of the addon can; return what is looked for afterwards."""
    was = {"filters": {}}
    if {"together", "in_bundle"} & env["document.dispatch"]._fields.keys():
        was["bundles"] = [_bundle(env), 0]
        _deliver(env)
        was["bundles"][1] = _bundle(env)  # waits
    was["posted"] = _post(env)
    was["evidence"] = _declare(env)
    was["paused"] = _pause_account(env)
    was["rules"] = _write_conditions(env)
    was["text"] = _change_text(env)
    was["filters"] = _save_searches(env)
    _fill_tables(env)
    was["no_files"] = "document.dispatch.file" in env and "name" not in env["document.dispatch.file"]._fields
    window = "account.move.send.batch.wizard"
    if _has_new_names(env):
        env["ir.default"].set(window, "dispatch_grouping", "bundle")
    elif "dispatch_way" in env[window]._fields:
        env["ir.default"].set(window, "dispatch_way", "together")
    return was


def _has_new_names(env):
    """Tell whether things are called as they are now: so since 19.0.1.2.0, which also refuses what it mended."""
    return "in_bundle" in env["document.dispatch"]._fields


def _bundle(env):
    """Two more invoices of a customer, in one mail; return the batch."""
    dispatch = _some_sent(env)
    move = env["account.move"].browse(dispatch.res_id)
    moves = move.union(*(move.with_company(move.company_id).copy() for _time in range(2))) - move
    moves.action_post()
    return env["document.dispatch.batch"]._start(moves, "bundle" if _has_new_names(env) else "together").id


def _deliver(env):
    env.ref("document_dispatch.ir_cron_dispatch_deliver").method_direct_trigger()
    # the job works in transactions of its own; this one would not see what it left
    env.cr.commit()
    env.invalidate_all()


def _some_sent(env):
    return env["document.dispatch"].search([
        ("state", "=", "sent"), ("res_model", "=", "account.move"), ("type_code", "=", "invoice")], limit=1)


def _post(env):
    """A printed invoice went to the post."""
    dispatches = env["document.dispatch"]
    names = "action_mark_sent_by_post", "action_mark_posted"
    mark = next((name for name in names if hasattr(dispatches, name)), None)
    if not mark:
        return False
    printed = dispatches.search([("state", "=", "paper"), ("res_model", "=", "account.move")], limit=2)[1:]
    printed.action_print()
    getattr(printed, mark)()
    return printed.id


def _declare(env):
    """A letter that came back as evidence, and an entry that names a file of another record."""
    ledger = env["document.consent"]
    if "evidence" not in ledger._fields:
        return False
    vals = {
        "partner_id": _some_sent(env).commercial_partner_id.id, "kind": "accepted", "channel": "letter",
        "text": "Aceito receber por e-mail.",
    }
    own = ledger.create({**vals, "evidence": base64.b64encode(b"Aceito."), "evidence_name": "carta.txt"})
    if _has_new_names(env):
        return {"own": own.id}
    foreign = ledger.create(vals)
    file = env["ir.attachment"].create({
        "name": "contrato.txt", "raw": b"Contrato.", "res_model": "res.partner", "res_id": vals["partner_id"],
    })
    env.flush_all()
    # raw SQL: later states refuse what a client could write until 19.0.1.1.0
    env.cr.execute("UPDATE document_consent SET attachment_id = %s WHERE id = %s", [file.id, foreign.id])
    env.invalidate_all()
    return {"own": own.id, "foreign": foreign.id, "file": file.id}


def _pause_account(env):
    """The server refused the login of an account that nobody uses today."""
    account = env["ir.mail_server"].create({
        "name": "Cobrança", "smtp_host": "127.0.0.1", "smtp_port": 9, "from_filter": "cobranca.example",
    })
    # no later than the addon itself would pause it (tools.mail.limits.MOST_WAIT)
    until = env.cr.now().replace(microsecond=0) + timedelta(days=6)
    paused = "dispatch_paused_until" if _has_new_names(env) else "dispatch_rests_until"
    account.write({"dispatch_problem": "535 5.7.8 refused", paused: until})
    return {"id": account.id, "until": str(until)}


def _write_conditions(env):
    """Conditions of rules were Python."""
    rules = env["document.dispatch.rule"].search([("company_id", "=", _some_sent(env).company_id.id)])
    understood = rules.filtered(lambda rule: "invoice" in rule.type_ids.mapped("code"))[:1]
    if _has_new_names(env):
        understood.domain = str(NEW_CONDITION)
        return {"understood": understood.id}
    code = understood.copy({"active": True, "name": "Código"})
    code.next_run = env.cr.now() + timedelta(days=1)
    env.flush_all()
    # raw SQL: later states refuse them
    for rule, condition in ((understood, OLD_CONDITION), (code, CODE)):
        env.cr.execute("UPDATE document_dispatch_rule SET domain = %s WHERE id = %s", [condition, rule.id])
    env.invalidate_all()
    return {"understood": understood.id, "code": code.id}


def _change_text(env):
    """Somebody changed the text for a customer, in the window."""
    dispatch = _some_sent(env)
    move = env["account.move"].browse(dispatch.res_id).with_context(lang=dispatch.lang)
    template = move._dispatch_type().mail_template_id.with_context(lang=dispatch.lang)
    subject = template._render_field("subject", move.ids)[move.id]
    body = template._render_field("body_html", move.ids, options={"post_process": True})[move.id]
    text = env["document.dispatch.text"]._remember(
        move, dispatch.lang, template, subject, f"{body}<p>{THANKS}</p>", env["res.partner"])
    return {"id": text.id, "move": move.id, "lang": dispatch.lang}


def _fill_tables(env):
    """Something in each table that the demo company leaves empty, as far as this state of the addon has it."""
    customer, company = _some_sent(env).commercial_partner_id, _some_sent(env).company_id
    rule = env["document.dispatch.rule"].search([("company_id", "=", company.id)], limit=1)
    limited = rule.copy({"name": "Só estes", "domain": False})  # it may be one that is refused by now
    limited.active = False
    for name, records in (
        ("journal_ids", env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "sale")], limit=1)),
        ("partner_ids", customer),
    ):
        if name in limited._fields:
            limited[name] = records
    if "dispatch_folded_company_ids" in env.user._fields:
        env.user.dispatch_folded_company_ids = company
    env["sale.order.template"].create({"name": "Contrato", "dispatch_auto": True})
    if "document.consent.attempt" in env:
        env["document.consent.attempt"].create({"key": "post ip 192.0.2.1"})
    if "type_ids" in env["document.consent"]._fields:
        env["document.consent"].create({
            "partner_id": customer.copy({"name": "Só faturas Ltda"}).id, "kind": "refused", "channel": "letter",
            "text": "Não aceito faturas por e-mail.", "type_ids": env.ref("document_dispatch.type_invoice").ids,
        })
    if "document.dispatch.rule.kind" in env:
        kind = env.ref("document_dispatch.type_proforma")
        env["document.dispatch.rule.kind"].create({
            "rule_id": limited.id, "type_id": kind.id, "mail_template_id": kind.mail_template_id.id})
    if "document.statement.window" in env:
        window = env["document.statement.window"]
        on_paper = {"output": "print"} if "output" in window._fields else {"channel": "paper"}
        window.create({
            "company_id": company.id, "customers": "chosen", "partner_ids": customer.ids, **on_paper}).action_send()


def _save_searches(env):
    """Searches and export lists that name fields."""
    filters, new = {}, _has_new_names(env)
    for name, (model, domain, context, order) in FILTERS.items():
        if new and name in NEW_FILTERS:
            domain, context, order = NEW_FILTERS[name]
            domain, context, order = str(domain), str(context), json.dumps(order)
        saved = env["ir.filters"].create({"name": name, "model_id": model, "user_ids": []})
        saved.flush_recordset()
        # raw SQL: this state of the addon does not have all of these fields, and one is broken
        env.cr.execute("UPDATE ir_filters SET domain = %s, context = %s, sort = %s WHERE id = %s",
                       [domain, context, order, saved.id])
        filters[name] = saved.id
    env["ir.exports"].create({
        "name": "Correio", "resource": "document.dispatch",
        "export_fields": [(0, 0, {"name": name}) for name in (NEW_EXPORTS if new else EXPORTS)],
    })
    return filters


# ------------------------------------------------------------------
# With the addon as it is
# ------------------------------------------------------------------


def missing(env, was):
    """Yield what is not there as it must be."""
    yield from _wrong_searches(env, was["filters"])
    if was["posted"] and not env["document.dispatch"].browse(was["posted"]).sent_by_post_date:
        yield "what went to the post is not marked so"
    account = env["ir.mail_server"].browse(was["paused"]["id"])
    if str(account.dispatch_paused_until) != was["paused"]["until"]:
        yield f"an account that was paused is used: {account.dispatch_paused_until}"
    yield from _wrong_rules(env, was["rules"])
    if was["evidence"]:
        yield from _wrong_evidence(env, was["evidence"])
    yield from _wrong_text(env, was["text"])
    if bundles := was.get("bundles"):
        if set(env["document.dispatch.batch"].browse(bundles).mapped("grouping")) != {"bundle"}:
            yield "what was sent in one mail does not say so"
        yield from _wrong_bundle(env, bundles[0])
        if env["ir.default"]._get("account.move.send.batch.wizard", "dispatch_grouping") != "bundle":
            yield "a default that people set is gone"


def _wrong_searches(env, filters):
    for name, filter_id in filters.items():
        saved = env["ir.filters"].browse(filter_id)
        found = saved.domain, saved.context, saved.sort
        if name not in NEW_FILTERS:
            if found != FILTERS[name][1:]:
                yield f"the search “{name}” has changed: {found}"
            continue
        domain, context, order = safe_eval(found[0]), safe_eval(found[1]), json.loads(found[2])
        if (domain, context, order) != NEW_FILTERS[name]:
            yield f"the search “{name}” has become {found}"
        env[saved.model_id].search(domain, order=", ".join(order) or None)
    names = env["ir.exports"].search([("name", "=", "Correio")]).export_fields.mapped("name")
    if set(names) != NEW_EXPORTS:
        yield f"the export list has become {names}"


def _wrong_rules(env, was):
    understood, code = (env["document.dispatch.rule"].browse(was.get(name)) for name in ("understood", "code"))
    if safe_eval(understood.domain) != NEW_CONDITION or not understood.active:
        yield f"a condition has become {understood.domain}"
    if code and (code.active or not code.problem or code.domain != CODE):
        yield f"a condition that is code has become {code.domain}, {code.problem}"


def _wrong_evidence(env, was):
    own, foreign = (env["document.consent"].browse(was.get(name)) for name in ("own", "foreign"))
    if base64.b64decode(own.evidence) != b"Aceito." or own.evidence_name != "carta.txt":
        yield "the evidence of a declaration is gone"
    if foreign and (foreign.attachment_id or env["ir.attachment"].browse(was["file"]).raw != b"Contrato."):
        yield "a file of somebody else is evidence still, or gone"


def _wrong_text(env, was):
    move = env["account.move"].browse(was["move"]).with_context(lang=was["lang"])
    text = env["document.dispatch.text"]._find_last(move, was["lang"], move._dispatch_type().mail_template_id)
    if text.id != was["id"] or THANKS not in text._render(move, env["res.partner"])["body"]:
        yield "the last text of a customer is not used"


def _wrong_bundle(env, batch_id):
    """Two documents that one mail carried, or carries."""
    dispatches = env["document.dispatch.batch"].browse(batch_id).dispatch_ids
    first = dispatches.filtered("bundled_ids")
    if len(dispatches) != 2 or len(first) != 1 or first.bundled_ids | first != dispatches:
        yield f"a bundle has fallen apart: {dispatches}"
    if set(dispatches.mapped("state")) != {"sent"}:
        yield f"a bundle is {dispatches.mapped('state')}"


def unfinished(env, was):
    """Yield what did not go on."""
    if bundles := was.get("bundles"):
        yield from _wrong_bundle(env, bundles[1])
