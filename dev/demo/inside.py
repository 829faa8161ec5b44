"""What ``bin/demo`` does inside Odoo: see ``python -m dev.demo.inside --help``."""

import sys
from pathlib import Path

from odoo.fields import Command, Datetime
from odoo.tools import convert_file

from dev import inside
from dev.demo import mailview
from dev.toolchain import ADDON

DATA = "demo/demo_company.xml"


def main():
    """Bring the database up to date; with --once also run it and return 1 if something went wrong."""
    parser = inside.parser("Build, update or run the demo company.")
    parser.add_argument("--build", action="store_true", help="install the addon and build the company")
    parser.add_argument("--update", action="store_true", help="update the addon")
    parser.add_argument("--once", type=Path, metavar="MAILS", help="plan, deliver and check against these mails")
    options = parser.parse_args()
    registry = open_company(options, options.build, options.update)
    if options.once:
        return 1 if problems_of_a_run(registry, options.once) else 0
    # now that Odoo knows where its addons lie
    from odoo.addons.document_dispatch.demo.data import USERS
    people = [("Administrator", "admin", "admin"), *((user.function, user.email, user.key) for user in USERS)]
    for function, login, password in people:
        print(f"  {function:<28} {login} / {password}")
    return 0


def open_company(options, build, update):
    """Build the demo company in the database, or update the addon there; return the registry."""
    modules = {"install_modules": [ADDON] if build else [], "upgrade_modules": [ADDON] if update else []}
    registry = inside.open_database(options.config, options.database, options.http_port, options.log, **modules)
    with inside.environment(registry) as env:
        if build:
            build_company(env)
        inside.use_ports(env, options.http_port, options.smtp_port)
    return registry


def build_company(env):
    """The addon's own demo data, in the languages of its customers; then a mail server, and all is switched on."""
    from odoo.addons.document_dispatch.demo.data import COMPANIES, CUSTOMERS  # as above
    languages = env["res.lang"].with_context(active_test=False).search(
        [("code", "in", [customer.lang for customer in CUSTOMERS])])
    env["base.language.install"].create({"lang_ids": [Command.set(languages.ids)]}).lang_install()
    convert_file(env, ADDON, DATA, {}, "init", noupdate=True)
    companies = env["res.company"].union(*(env.ref(f"base.demo_company_{key}") for key in COMPANIES))
    env["ir.mail_server"].create({
        "name": "Demo mail server", "smtp_host": "127.0.0.1", "smtp_encryption": "none", "smtp_authentication": "login",
        # It may send for both companies, so that everybody writes from their own address.
        "from_filter": ",".join(known.domain for known in COMPANIES.values()),
    })
    for company, known in zip(companies, COMPANIES.values(), strict=True):
        company.alias_domain_id = env["mail.alias.domain"].create(
            {"name": known.domain, "default_from": "notifications"})
    # who administers, and Odoo itself, works there, and not in the empty company of every new database
    people = env.user | env.ref("base.user_admin")
    people.write({"company_id": companies[0].id, "company_ids": [Command.set(companies.ids)]})
    people[-1].write({"email": "admin@aurora.example.com", "tz": COMPANIES["aurora"].tz})
    companies.dispatch_mode = "send"
    rules = env["document.dispatch.rule"].search([("active", "=", False), ("type_ids.code", "!=", "reminder")])
    rules.write({"active": True, "resume_from": "then"})
    rules.next_run = Datetime.now()  # the first slot is now


def problems_of_a_run(registry, mails):
    """Plan and deliver as the scheduler does, and return what became of documents but should not."""
    from dev.demo.report import report  # as above
    with inside.environment(registry) as env:
        inside.run_once(env)
    with inside.environment(registry) as env:
        problems = report(env, mailview.read_messages(mails))
    for problem in problems:
        print(f"WRONG: {problem}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
