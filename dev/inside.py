"""What our modules that work inside Odoo have in common, with the Python of ``.dev/venv``."""

import argparse
from contextlib import contextmanager

import odoo.http
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config


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
