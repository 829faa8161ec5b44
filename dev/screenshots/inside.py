"""What ``bin/screenshots`` does inside Odoo: build the company, let some customers answer, say where things are."""

import json
from datetime import timedelta
from pathlib import Path

from odoo import fields

from dev import inside
from dev.demo.inside import open_company
from dev.toolchain import ADDON

# What came after the scheduler, and is like an invoice before: the next run takes it, its window has all to offer.
FRESH = (("PC-4502", "PC-4512"), ("HSL-871", "HSL-881"), ("LT-300", "LT-311"), ("ZE-1", "ZE-3"))
FRESH_FILES = (("PC-4512", "nfe"), ("PC-4512", "boleto"))
DAYS_TO_PAY = 30
# Customers that get the letter, and what some of them then say on their page.
LETTERS = ("Opéra de Besançon", "Hospital São Lucas S.A.", "Strojírny Křižík a.s.")
ANSWERS = (
    ("Opéra de Besançon", "accepted", {"declared_by": "Mathilde Perrin"}),
    ("Strojírny Křižík a.s.", "address", {"declared_by": "Ondřej Říha", "new_email": "faktury@krizik.example"}),
)
# Whose letters and documents are printed; those of the others stay in the tray.
PRINTED = ("Cartório do Ipiranga", "Oficina do Zé Bragança")


def main():
    """Build or update, choose the language, write where to look."""
    parser = inside.parser("Make the demo company ready for its pictures.")
    parser.add_argument("folder", type=Path, help="for what is handed on")
    parser.add_argument("lang")
    parser.add_argument("--build", action="store_true", help="install the addon and build the company")
    options = parser.parse_args()
    registry = open_company(options, options.build, not options.build)
    if options.build:
        for work in (inside.run_once, write_letters, inside.run_once, answer, print_some, add_fresh):
            with inside.environment(registry) as env:
                work(env)
    with inside.environment(registry) as env:
        env.ref("base.user_admin").lang = options.lang
        (options.folder / "print.pdf").write_bytes(_print_run(env).attachment_id.raw)
        (options.folder / "places.json").write_text(json.dumps(places(env)), encoding="utf-8")


def write_letters(env):
    """Write letters to some customers, as the administrator does."""
    env = as_administrator(env)
    window = env["document.letter.window"].create({})
    env["document.letter"]._issue(customers(env, LETTERS), env.company, window._get_texts(), window.channel)


def answer(env):
    """Let two of these customers answer on their page, where they are nobody's user."""
    env = env(user=env.ref("base.public_user"), su=True)
    company = env.ref("base.demo_company_aurora")
    origin = {"ip": "198.51.100.24", "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/133.0"}
    for name, kind, said in ANSWERS:
        partner = customers(env, [name])
        partner = partner.with_context(lang=partner.lang)
        company = company.with_env(partner.env)
        partner.env["document.consent"]._declare_on_page(partner, company, kind, {**said, **origin})


def print_some(env):
    """Print a part of the tray, with cover letters."""
    env = as_administrator(env)
    rows = env["document.dispatch"].search([
        ("state", "=", "paper"), ("company_id", "=", env.company.id), ("partner_id.name", "in", PRINTED)])
    env["document.dispatch.print"]._start(rows, covers=True)


def add_fresh(env):
    """Post some invoices more, one of them with its NF-e and boleto."""
    # now that Odoo knows where its addons lie
    from odoo.addons.document_dispatch.demo.company import attach
    from odoo.addons.document_dispatch.demo.data import File
    today = fields.Date.today()
    for before, ref in FRESH:
        due = today + timedelta(days=DAYS_TO_PAY)
        move = _invoice(env, before).copy({"ref": ref, "invoice_date": today, "invoice_date_due": due})
        move.action_post()
    for ref, kind in FRESH_FILES:
        attach(_invoice(env, ref), File(ref, kind))
    env.ref("document_dispatch.ir_cron_dispatch_read").method_direct_trigger()


def as_administrator(env):
    """Return the environment of the administrator in the first company."""
    user = env.ref("base.user_admin")
    return env(user=user, context={"lang": "en_US", "allowed_company_ids": user.company_id.ids})


def customers(env, names):
    """Return these customers."""
    return env["res.partner"].search([("name", "in", names), ("parent_id", "=", False)])


def places(env):
    """Return what the addresses of the views name: ids, and the secret part of a customer's page."""
    companies = {key: env.ref(f"base.demo_company_{key}") for key in ("aurora", "vistula")}
    company = companies["aurora"]
    rule = env["document.dispatch.rule"].search([("company_id", "=", company.id), ("delivery", "=", "now")], limit=1)
    customer = customers(env, ["Hospital São Lucas S.A."])
    url = customer._dispatch_consent_url__(company)
    return {
        "database": env.cr.dbname,
        "invoice": _invoice(env, "PC-4501").id,
        "fresh": _invoice(env, "PC-4512").id,
        "customer": _invoice(env, "PC-4501").partner_id.id,
        "partly": _row(env, _invoice(env, "BC-58")).id,
        "rule": rule.id,
        "type": env["document.dispatch.type"].search([("code", "=", "invoice"), ("company_id", "=", False)]).id,
        "print": _print_run(env).id,
        "module": env.ref(f"base.module_{ADDON}").id,
        "companies": {key: company.id for key, company in companies.items()},
        "consent": url[url.index("/dispatch/"):],
        "page": env["document.dispatch.page"]._make__(customer, company, customer.lang),
    }


def _invoice(env, ref):
    return env["account.move"].search([("ref", "=", ref)])


def _row(env, record):
    return env["document.dispatch"].search([("res_model", "=", record._name), ("res_id", "=", record.id)], limit=1)


def _print_run(env):
    return env["document.dispatch.print"].search([("state", "=", "done")], limit=1)


if __name__ == "__main__":
    main()
