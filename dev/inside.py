"""What our modules that work inside Odoo have in common, with the Python of ``.dev/venv``."""

import argparse
from contextlib import contextmanager

import odoo.http
from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Datetime
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config

# More runs than a job of the scheduler needs for the demo.
MOST_RUNS = 20


def parser(description):
    """Return a parser of what ``dev.toolchain`` and ``dev.demo.process`` tell of the database and the servers."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("config")
    made.add_argument("database")
    made.add_argument("log", help="the file for Odoo's log")
    made.add_argument("http_port", type=int)
    made.add_argument("smtp_port", type=int)
    return made


def open_database(config_file, database, http_port=0, log=None, **modules):
    """Return the registry of a database, and answer HTTP: wkhtmltopdf asks for the stylesheets of what it prints.

    :param modules: ``install_modules`` and ``upgrade_modules``, as Odoo's registry takes them
    """
    options = ["-c", config_file, "-d", database, "--http-port", str(http_port)]
    config.parse_config([*options, *(["--logfile", log] if log else [])], setup_logging=True)
    registry = Registry.new(database, **modules)
    if http_port:
        server.load_server_wide_modules()
        server.ThreadedServer(odoo.http.root).http_spawn()
    return registry


@contextmanager
def environment(registry, login=None):
    """Yield the environment of the superuser, or of somebody; what was done is committed at the end."""
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        yield env(user=env["res.users"].search([("login", "=", login)])) if login else env


def use_ports(env, http_port, smtp_port=None):
    """Let the database's links, reports and mails meet the servers of this run."""
    address = f"http://127.0.0.1:{http_port}"
    for name, value in {"web.base.url": address, "report.url": address, "web.base.url.freeze": "True"}.items():
        env["ir.config_parameter"].set_param(name, value)
    if smtp_port:
        # Written only where it is new: measures that run at the same time must not meet here.
        here = [("smtp_host", "in", ["127.0.0.1", "localhost"]), ("smtp_port", "!=", smtp_port)]
        env["ir.mail_server"].search(here).smtp_port = smtp_port


def run_once(env):
    """Plan and deliver as the scheduler does at night: each job again, as long as it asks for it at once."""
    for name in ("ir_cron_dispatch_read", "ir_cron_dispatch_plan", "ir_cron_dispatch_deliver"):
        cron = env.ref(f"document_dispatch.{name}")
        for _time in range(MOST_RUNS):
            cron.method_direct_trigger()
            # The job works in transactions of its own; this one would not see what it left.
            env.cr.commit()
            env.invalidate_all()
            asked = [("cron_id", "=", cron.id), ("call_at", "<=", Datetime.now())]
            if cron.nextcall > Datetime.now() and not env["ir.cron.trigger"].search_count(asked):
                break
