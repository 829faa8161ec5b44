"""The developer's toolchain: everything that ``bin/test`` and ``bin/demo`` need, fetched into ``.dev``.

Only Python's standard library is imported here: this code runs before anything is installed.
"""

import ast
import copy
import os
import random
import shutil
import socket
from contextlib import contextmanager
from pathlib import Path

from . import postgres, programs, source
from .debian import APT, Archive
from .steps import DEV, ROOT, Stop, background, command_line, fingerprint, lock, run, step

__all__ = [
    "ADDON",
    "CONFIG",
    "DEV",
    "ROOT",
    "Stop",
    "Toolchain",
    "background",
    "command_line",
    "fingerprint",
    "free_port",
    "lock",
    "ready",
]

ADDON = "document_dispatch"
DATA = DEV / "data"
CONFIG = DEV / "odoo.conf"
FINISH_TEMPLATE = Path(__file__).with_name("finish_template.py")
# Higher ones are given out by the system to other programs at any moment.
PORTS = range(20000, 32000)


@contextmanager
def ready(browser=False):
    """Yield the toolchain with everything fetched and PostgreSQL running; ``browser``: for tests."""
    DEV.mkdir(exist_ok=True)
    with lock("setup"):
        archive = Archive()
        folder = source.odoo_folder()
        python = source.python_environment(archive)
        environment = _environment(archive, python, folder, browser)
        shutil.rmtree(APT, ignore_errors=True)
        _configure()
    with postgres.running(python) as server:
        toolchain = Toolchain(python, environment | server.environment, server, folder)
        with lock("setup"):
            toolchain.prepare_template()
        yield toolchain


def _environment(archive, python, folder, browser):
    """Return the environment of all programs, with the private ones first in PATH."""
    environment = dict(os.environ)
    environment |= programs.fonts(archive)
    programs.patched_wkhtmltopdf(archive, python)
    if browser:
        programs.browser(archive)
        environment["DISPATCH_WKHTMLTOPDF_UNPATCHED"] = str(programs.unpatched_wkhtmltopdf())
    environment["PATH"] = os.pathsep.join([str(programs.WRAPPERS), str(python.parent), os.environ["PATH"]])
    environment["PYTHONPATH"] = str(folder)
    return environment


def _configure():
    """Write Odoo's configuration and link the repository under the addon's name; Odoo knows its own addons."""
    addons = DEV / "addons"
    addons.mkdir(exist_ok=True)
    link = addons / ADDON
    if not link.is_symlink():
        link.symlink_to(Path("..", ".."))
    options = {
        "addons_path": addons,
        "data_dir": DATA,
        "http_interface": "127.0.0.1",
        "max_cron_threads": 0,
    }
    lines = [f"{name} = {value}\n" for name, value in options.items()]
    CONFIG.write_text("[options]\n" + "".join(lines), encoding="utf-8")


class Toolchain:
    """What the commands work with: how to start Odoo, and databases to start it on."""

    def __init__(self, python, environment, server, folder):
        self.python = python
        self.environment = environment
        self.server = server
        self.folder = folder
        depends = ast.literal_eval((ROOT / "__manifest__.py").read_text(encoding="utf-8"))["depends"]
        self.depends = ",".join(sorted(depends))
        texts = [path.read_text(encoding="utf-8") for path in (source.REQUIREMENTS, FINISH_TEMPLATE)]
        key = fingerprint(source.odoo_version(folder), self.depends, *texts)
        self.template = f"template_{key}"
        self.demo = "--without-demo"

    def with_demo(self):
        """Return a toolchain whose databases have Odoo's demo data, and get that of what is installed there."""
        made = copy.copy(self)
        made.template, made.demo = f"{self.template}_demo", "--with-demo"
        with lock("setup"):
            made.prepare_template()
        return made

    def name(self, database):
        """Return the name that a database of ours has on the server."""
        return self.server.prefix + database

    def odoo(self, database, *options, starter=None):
        """Return the command that starts Odoo on a database; ``starter`` wraps the start of a module."""
        module = (starter or self).module
        return module("odoo", "server", "-c", CONFIG, "-d", self.name(database), *options)

    def module(self, *arguments):
        """Return the command that runs a module of Python in the environment."""
        return [str(part) for part in (self.python, "-m", *arguments)]

    def databases(self):
        """Return the names of our databases."""
        prefix = self.server.prefix
        return [name.removeprefix(prefix) for name in self.server.databases() if name.startswith(prefix)]

    def new_database(self, database):
        """Make a database anew, with all that the addon depends on but without the addon."""
        with lock("setup"):
            self.copy(self.template, database)

    def copy(self, source, target):
        """Make a database anew as a copy of another one."""
        self.drop(target)
        self.server.create(self.name(target), self.name(source))
        # The files never change in place, so links do.
        shutil.copytree(self.files(source), self.files(target), copy_function=os.link)

    @contextmanager
    def database(self, database):
        """Yield the name of a new database, which is removed at the end."""
        self.new_database(database)
        try:
            yield database
        finally:
            self.drop(database)

    def install(self, database, *addons, option="-i"):
        """Install addons, or with ``-u`` update them; return what Odoo said."""
        options = [option, ",".join(addons), self.demo, "--stop-after-init", "--no-http"]
        return run(self.odoo(database, *options), env=self.environment)

    def inside(self, module, database, *arguments, config=CONFIG):
        """Run a module of ours that works inside Odoo, beside the tests' helpers; return what it and Odoo said."""
        path = os.pathsep.join([self.environment["PYTHONPATH"], str(ROOT / "tests")])
        command = self.module(module, config, self.name(database), *arguments)
        return run(command, cwd=ROOT, env=self.environment | {"PYTHONPATH": path})

    def files(self, database):
        """Return the folder with the files of a database."""
        return DATA / "filestore" / self.name(database)

    def drop(self, database):
        """Remove a database with its files."""
        self.server.drop(self.name(database))
        shutil.rmtree(self.files(database), ignore_errors=True)

    def prepare_template(self):
        """Make the database that all others are copies of, when something that it is made of changed."""
        databases = self.databases()
        if self.template in databases:
            return
        for old in databases:
            if old.startswith("template_") and not old.startswith(self.template.removesuffix("_demo")):
                self.drop(old)
        with step(f"Database with {self.depends}{' and demo data' if self.demo == '--with-demo' else ''}"):
            self._make_template("template_new")

    def _make_template(self, database):
        """Install the dependencies and finish; the name comes last, so that it stands for a whole template."""
        self.install(database, self.depends)
        run([self.python, FINISH_TEMPLATE, CONFIG, self.name(database)], env=self.environment)
        shutil.rmtree(self.files(self.template), ignore_errors=True)
        self.files(database).rename(self.files(self.template))
        self.server.rename(self.name(database), self.name(self.template))


def free_port(preferred=None):
    """Return a port that nobody listens on, the preferred one if it is free."""
    candidates = [preferred] if preferred else []
    for port in candidates + random.sample(PORTS, 50):
        with socket.socket() as probe:
            # As the servers do it: a port that a server has just left counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Stop("no free port was found between 20000 and 32000")
