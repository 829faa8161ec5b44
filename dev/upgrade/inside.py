"""What ``bin/upgrade`` does inside Odoo.

python -m dev.upgrade.inside CONFIG DATABASE HTTP_PORT before|look|after FILE [RELEASE|FRESH]
"""

import json
import sys
from pathlib import Path

from smtp_server import SmtpServer  # the tests' own

from dev import inside
from dev.toolchain import ADDON
from dev.upgrade import look as upgrade_look
from dev.upgrade import people

OUR_TEXT = "Nossa fatura {{ object.name }}"
OUR_NAME = "Fatura"


def main():
    """Do one step; the last line that is printed are the problems."""
    config_file, database, port, task, file, *more = sys.argv[1:]
    registry = inside.open_database(config_file, database, port)
    with inside.environment(registry) as env:
        inside.use_ports(env, port)
    problems = []
    if task == "after":
        was = json.loads(Path(file).read_text(encoding="utf-8"))
        with inside.environment(registry) as env:
            problems += upgrade_look.compare(env, was["values"])
            problems += people.missing(env, was["people"])
            problems += upgrade_look.compare_looks(upgrade_look.look(env), json.loads(Path(*more).read_text("utf-8")))
        problems += go_on(registry, was["waiting"])
        with inside.environment(registry) as env:
            problems += people.unfinished(env, was["people"])
    else:
        found = before(registry, *more) if task == "before" else fresh_look(registry)
        if task == "before":
            problems += upgrade_look.without_data(found["values"], people.empty(found["people"]))
        Path(file).write_text(json.dumps(found, default=str), encoding="utf-8")
    print(json.dumps(problems))


def fresh_look(registry):
    """Return what a database looks like that was made today."""
    with inside.environment(registry) as env:
        return upgrade_look.look(env)


def before(registry, release):
    """Let people do what they do; return all that stands there then."""
    with inside.environment(registry) as env:
        change_texts(env)
        of_people = people.live(env)
    with inside.environment(registry) as env:
        waiting = change(env)
        # A state between two releases is updated as the release before it: scripts run once more.
        env["ir.module.module"].search([("name", "=", ADDON)]).latest_version = release
    with inside.environment(registry) as env:
        return {"values": upgrade_look.values(env), "waiting": waiting, "people": of_people}


def change_texts(env):
    """Somebody words the texts of the house otherwise."""
    for lang, _name in env["res.lang"].get_installed():
        env.ref("document_dispatch.template_invoice").with_context(lang=lang).subject = OUR_TEXT
        env.ref("document_dispatch.type_invoice").with_context(lang=lang).name = OUR_NAME


def change(env):
    """What people did before the update, with what every state of the addon can do; return what waits by name."""
    # Somebody replaced a delivered text by their own.
    kind, text = env.ref("document_dispatch.type_receipt"), env.ref("document_dispatch.template_receipt")
    kind.mail_template_id = text.copy({"name": "Recibo"})
    text.unlink()
    rows = env["document.dispatch"]
    sent = rows.search([("state", "=", "sent"), ("res_model", "=", "account.move")], limit=4)
    moves = sent.mapped(lambda row: env[row.res_model].browse(row.res_id))
    copies = env["account.move"].union(*(move.with_company(move.company_id).copy() for move in moves))
    copies.action_post()
    waiting, discarded, *_more = (move._dispatch_create("manual") for move in copies)
    discarded.action_cancel()
    on_paper = rows.search([("state", "=", "paper"), ("res_model", "=", "account.move")], limit=1)
    refuses = waiting.partner_id.commercial_partner_id.copy({"name": "Recusa Ltda", "email": "recusa@recusa.example"})
    refuses.dematerialization_refused = True
    letters = _issue_letters(env)
    return {"queued": waiting.id, "paper": on_paper.id, "sent": sent[0].id, "refuses": refuses.id, "letters": letters}


def _issue_letters(env):
    """Letters went out, where the addon has them."""
    if "document.letter.window" not in env:
        return []
    Window = env["document.letter.window"]
    # as it was called until 19.0.1.1.0
    on_paper = {"output": "print"} if "output" in Window._fields else {"channel": "paper"}
    window = Window.create({"company_id": env.company.id, **on_paper})
    window.action_send()
    return env["document.letter"].search([]).ids


def go_on(registry, was):
    """The company works on, with a mail server that is there again; return what is wrong."""
    server = SmtpServer()
    server.start()
    with inside.environment(registry) as env:
        env["ir.mail_server"].search([]).smtp_port = server.port
        new, refused = _new_documents(env, was)
        again = env["document.dispatch"].browse(was["sent"])._resend().id
    with inside.environment(registry) as env:
        inside.run_once(env)
    with inside.environment(registry) as env:
        return list(_wrong(env, was, new, refused, again))


def _new_documents(env, was):
    """One more invoice for who got one before, that a rule takes, and one for who refuses."""
    row = env["document.dispatch"].browse(was["sent"])
    move = env["account.move"].browse(row.res_id)
    new = move.with_company(move.company_id).copy()
    refused = new.copy({"partner_id": was["refuses"]})
    (new | refused).action_post()
    rules = env["document.dispatch.rule"].search([("company_id", "=", move.company_id.id)])
    rules.next_run = env.cr.now()
    return new.id, refused.id


def _wrong(env, was, new, refused, again):
    """Yield what did not become as it should."""
    rows = env["document.dispatch"]
    for what, row in (("what waited", rows.browse(was["queued"])), ("sent again", rows.browse(again))):
        if row.state != "sent":
            yield f"{what} is {row.state}: {row.recipient_ids.mapped('reply')}"
    for what, move, state in (("a new invoice", new, "sent"), ("an invoice for who refuses", refused, "paper")):
        found = env["account.move"].browse(move).dispatch_state
        if found != state:
            yield f"{what} is {found}"
    subject = rows.browse(was["queued"]).subject
    if not subject.startswith("Nossa fatura"):
        yield f"the text that people had changed is gone: {subject}"
    if env.ref("document_dispatch.type_invoice").name != OUR_NAME:
        yield "a type has lost the name that people gave it"
    if not env.ref("document_dispatch.template_receipt", raise_if_not_found=False):
        yield "a delivered text that was deleted does not come back"
    if env.ref("document_dispatch.type_receipt").mail_template_id.name != "Recibo":
        yield "a type has lost the text that people gave it"
    tray = rows.browse(was["paper"])
    tray.action_print()
    if tray.state != "printed":
        yield f"what lay in the tray is {tray.state} after printing"


if __name__ == "__main__":
    main()
