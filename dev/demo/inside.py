"""What ``bin/demo`` does inside Odoo, with the Python of ``.dev/venv``: see ``python -m dev.demo.inside --help``."""

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path

import odoo.http
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config

from dev.demo import company as demo_company
from dev.demo import mailview

ADDON = "document_dispatch"


def main():
    """Bring the database up to date; with --once also run it and return 1 if something went wrong."""
    options = parse()
    odoo_options = ["-c", options.config, "-d", options.database, "--http-port", str(options.http_port)]
    config.parse_config([*odoo_options, "--logfile", options.log], setup_logging=True)
    registry = Registry.new(
        options.database,
        install_modules=[ADDON] if options.build else [],
        upgrade_modules=[ADDON] if options.update else [],
    )
    serve_assets()
    with environment(registry) as env:
        use_ports(env, options.http_port, options.smtp_port)
        if options.build:
            demo_company.build(env, options.smtp_port)
    if options.once:
        return 1 if problems_of_a_run(registry, options.once) else 0
    for role, login, password in demo_company.LOGINS:
        print(f"  {role:<28} {login} / {password}")
    return 0


def parse():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Build, update or run the demo company.")
    parser.add_argument("config")
    parser.add_argument("database")
    parser.add_argument("log", help="the file for Odoo's log")
    parser.add_argument("http_port", type=int)
    parser.add_argument("smtp_port", type=int)
    parser.add_argument("--build", action="store_true", help="install the addon and build the company")
    parser.add_argument("--update", action="store_true", help="update the addon")
    parser.add_argument("--once", type=Path, metavar="MAILS", help="plan, deliver and check against these mails")
    return parser.parse_args()


@contextmanager
def environment(registry):
    """Yield the superuser's environment; what was done is committed at the end."""
    with registry.cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {})


def serve_assets():
    """Answer HTTP: wkhtmltopdf asks Odoo for the stylesheets of a report while it is printed."""
    server.load_server_wide_modules()
    server.ThreadedServer(odoo.http.root).http_spawn()


def use_ports(env, http_port, smtp_port):
    """Let the database's links, reports and mails meet the servers of this run."""
    parameters = env["ir.config_parameter"]
    address = f"http://127.0.0.1:{http_port}"
    for name, value in {"web.base.url": address, "report.url": address, "web.base.url.freeze": "True"}.items():
        parameters.set_param(name, value)
    here = [("smtp_host", "in", ["127.0.0.1", "localhost"])]
    env["ir.mail_server"].search(here).write({"smtp_port": smtp_port})


def problems_of_a_run(registry, mails):
    """Plan and deliver as the scheduler does, and return what became of documents but should not."""
    with environment(registry) as env:
        demo_company.run_once(env)
    with environment(registry) as env:
        problems = demo_company.report(env, mailview.read_messages(mails))
    for problem in problems:
        print(f"WRONG: {problem}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
