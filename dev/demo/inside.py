"""What ``bin/demo`` does inside Odoo: see ``python -m dev.demo.inside --help``."""

import sys
from pathlib import Path

from dev import inside
from dev.demo import company as demo_company
from dev.demo import mailview

ADDON = "document_dispatch"


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
    for role, login, password in demo_company.LOGINS:
        print(f"  {role:<28} {login} / {password}")
    return 0


def open_company(options, build, update):
    """Build the demo company in the database, or update the addon there; return the registry."""
    modules = {"install_modules": [ADDON] if build else [], "upgrade_modules": [ADDON] if update else []}
    registry = inside.open_database(options.config, options.database, options.http_port, options.log, **modules)
    with inside.environment(registry) as env:
        inside.use_ports(env, options.http_port, options.smtp_port)
        if build:
            demo_company.build(env, options.smtp_port)
    return registry


def problems_of_a_run(registry, mails):
    """Plan and deliver as the scheduler does, and return what became of documents but should not."""
    with inside.environment(registry) as env:
        demo_company.run_once(env)
    with inside.environment(registry) as env:
        problems = demo_company.report(env, mailview.read_messages(mails))
    for problem in problems:
        print(f"WRONG: {problem}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
