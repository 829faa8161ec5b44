"""The databases, servers and processes of ``bin/bench``."""

import json
import os
import shutil
import subprocess
import time
from contextlib import ExitStack

from dev.demo.process import serve, start_mails
from dev.toolchain import ADDON, CONFIG, DEV, Stop, background, free_port

WORK = DEV / "bench"
LOG = WORK / "odoo.log"
CORE, OURS, HOUSE = "bench_core", "bench_ours", "bench_house"
# As OURS was before any measure, and the copy of it that one row has for itself.
FRESH, OWN = "bench_fresh", "bench_own"
# Odoo's default of --max-cron-threads.
CRON_WORKERS = 2


class Bench:
    """The databases and servers of one run, and what was measured."""

    def __init__(self, toolchain, started, unpatched, lots, archive):
        self.toolchain = toolchain
        self.started = started
        self.lots = lots
        self.archive = archive
        self.figures = {}
        self.wrong = []  # measures in which the addon lost or doubled mails
        self.ports = {CORE: free_port(), OURS: free_port()}
        self.smtp_port = free_port()
        self.mails = WORK / "mails"
        shutil.rmtree(WORK, ignore_errors=True)
        self.mails.mkdir(parents=True)
        folder = WORK / "unpatched"
        folder.mkdir()
        (folder / "wkhtmltopdf").symlink_to(unpatched)
        self.without_patch = {"PATH": os.pathsep.join([str(folder), toolchain.environment["PATH"]])}

    def prepare(self):
        """Start the mail sink, make both databases and start a web server for each."""
        start_mails(self.toolchain, self.started, self.mails, self.smtp_port)
        print("The company is built, with and without the addon …", flush=True)
        self.toolchain.new_database(CORE)
        self.started.callback(self.toolchain.drop, CORE)
        self.inside(CORE, "build", *self.lots)
        self.copy(CORE, OURS)
        self.copy(CORE, HOUSE)
        self.figures["install"] = {"small": self.install(OURS)}
        self.copy(OURS, FRESH)
        for database in (CORE, OURS):
            self.serve(database)

    def own(self):
        """Make the database anew that a row has for itself, with nothing in it of other rows; return its name."""
        self.copy(FRESH, OWN)
        return OWN

    def install(self, database):
        """Install the addon; return the seconds that it took."""
        begin = time.monotonic()
        self.toolchain.install(database, ADDON)
        return time.monotonic() - begin

    def copy(self, source, target):
        """Make a database that is a copy of another one, and ends with us."""
        self.started.callback(self.toolchain.drop, target)
        self.toolchain.copy(source, target)

    def serve(self, database):
        """Serve the style sheets that wkhtmltopdf asks for, in a process of their own as in production."""
        port, log = self.ports[database], WORK / "http.log"
        serve(self.toolchain, self.started, database, port, log, stdout=subprocess.DEVNULL)

    def inside(self, database, measure, *lots, options=(), environment=()):
        """Run a measure in a process of its own; return its result."""
        return self.together([self.command(database, measure, lots, options)], dict(environment))[0]

    def command(self, database, measure, lots, options=()):
        """Return the command line of a measure; a lot says its size itself where the run has none for it."""
        sizes = [f"{name}={self.lots[name]}" if name in self.lots else name for name in lots]
        port = self.ports.get(database, 0)
        server = [CONFIG, self.toolchain.name(database), LOG, port, self.smtp_port]
        return self.toolchain.module("dev.bench.inside", *server, measure, self.mails, *sizes, *options)

    def together(self, commands, environment=None):
        """Run measures at the same time, each in a process of its own; return their results."""
        environment = self.toolchain.environment | (environment or {})
        with ExitStack() as running:
            processes = [
                running.enter_context(background(command, env=environment, stdout=subprocess.PIPE, text=True))
                for command in commands
            ]
            outputs = [process.communicate()[0] for process in processes]
        if any(process.returncode for process in processes):
            raise Stop(f"a measure broke; Odoo's log is {LOG}")
        return [json.loads(output.splitlines()[-1]) for output in outputs]

    def both(self, measure, *lots):
        """Run a measure without and with the addon; return both results."""
        return self.inside(CORE, measure, *lots), self.inside(OURS, measure, *lots)

    def scheduled(self, database, *lots, options=(), environment=()):
        """Send lots by the scheduler, which has as many workers as Odoo gives it by itself."""
        with ExitStack() as running:
            until = self.mails / f"{database}.over"
            running.callback(until.unlink)
            running.callback(until.touch)
            command = self.command(database, "worker", [], ["--until", until])
            for _number in range(CRON_WORKERS):
                running.enter_context(background(command, env=self.toolchain.environment | dict(environment)))
            return self.inside(database, "schedule", *lots, options=options, environment=environment)

    def keep(self, name, core, ours):
        """Keep all figures of a measure, and say loudly when a mail was lost or doubled."""
        self.figures[name] = {"core": core, "ours": ours}
        for who, result in (("core", core), ("ours", ours)):
            for wrong in ("lost", "doubled"):
                if result and result.get(wrong):
                    self.wrong += [name] if who == "ours" else []
                    print(f"!!! {name}, {who}: {wrong.upper()}: {', '.join(result[wrong])}", flush=True)
