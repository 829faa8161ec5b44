"""The database and the mail sink of one measure of ``bin/bench``: how a lot is sent there, and what came of it."""

import re
import resource
import time
from collections import Counter
from functools import partial
from pathlib import Path

from werkzeug.test import Client

from odoo import http, sql_db
from odoo.service.server import load_server_wide_modules

from dev import inside
from dev.bench import data as bench_data
from dev.demo import mailview

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
# More runs than a job of the scheduler needs for the largest lot.
MOST_RUNS = 200
PLAN, DELIVER = "document_dispatch.ir_cron_dispatch_plan", "document_dispatch.ir_cron_dispatch_deliver"
SEND, QUEUE = "account.ir_cron_account_move_send", "mail.ir_cron_mail_scheduler_action"
# So long nothing comes any more before a measure gives up.
SECONDS_OF_SILENCE = 60
# So long a second copy may take to come.
SECONDS_FOR_DOUBLES = 1


class Bench:
    """The database and the mail sink of one measure."""

    def __init__(self, options):
        self.options = options
        # style sheets come from another process, as in production
        self.registry = inside.open_database(options.config, options.database, log=options.log)
        self.ours = "document.dispatch" in self.registry
        if options.measure != "worker":
            with self.env() as env:
                inside.use_ports(env, options.http_port, options.smtp_port)

    def env(self, login=None):
        """Return an environment in a transaction of its own, committed at the end."""
        return inside.environment(self.registry, login)

    def browser(self, login=None):
        """Return somebody who asks Odoo for pages, in this process; with a login one who has logged in."""
        load_server_wide_modules()
        browser = Client(http.root)
        where = {
            "base_url": "http://127.0.0.1", "environ_base": {"REMOTE_ADDR": "127.0.0.1"},
            "headers": {"User-Agent": "Firefox/145.0"},
        }
        browser.get = partial(browser.get, **where)
        if login:
            token = CSRF.search(browser.get("/web/login").text)[1]
            form = {"login": login, "password": bench_data.VISITOR, "csrf_token": token}
            browser.post("/web/login", data=form, **where)
        return browser

    def due(self, name, one_by_one=False):
        """Let a lot be due; return the mails to expect."""
        with self.env() as env:
            invoices = bench_data.lot(env, name)
            bench_data.make_due(env, invoices)
            if self.ours:
                bench_data.rule(env)
            else:
                let_core_send(env, invoices, one_by_one)
            return bench_data.addresses_of(invoices)

    def send(self, name):
        """Bring a lot from due to delivered, as one worker of the scheduler does; return what it took."""
        expected = self.due(name)
        statements, begin = sql_db.sql_counter, time.time()
        # Core's scheduler leaves the mails to the queue; here the queue comes at once, not within the hour.
        for job in (PLAN, DELIVER) if self.ours else (SEND, QUEUE):
            self.run_job(job)
        statements = sql_db.sql_counter - statements
        return self.sink(expected, begin) | {"statements": statements / len(expected)}

    def schedule(self, name, one_by_one=False):
        """Let the scheduler bring a lot from due to delivered; its workers are processes of their own."""
        expected, begin = self.due(name, one_by_one), time.time()
        self.trigger(PLAN if self.ours else SEND)
        if not self.ours:
            self.wait_for_job(SEND)
            self.trigger(QUEUE)  # as above
        self.wait_for_mails(len(expected), begin)
        return self.sink(expected, begin)

    def trigger(self, name):
        """Ask the scheduler to run a job now."""
        with self.env() as env:
            env.ref(name)._trigger()

    def wait_for_job(self, name):
        """Wait until the scheduler is through with a job."""
        while True:
            with self.env() as env:
                job, now = env.ref(name), env.cr.now()
                due = env["ir.cron.trigger"].search_count([("cron_id", "=", job.id), ("call_at", "<=", now)])
                if not due and job.try_lock_for_update():
                    return
            time.sleep(0.05)

    def wait_for_mails(self, count, begin):
        """Wait until so many mails have come, or no more come; then a moment for those that come twice."""
        seen, last = 0, time.time()
        while seen < count and time.time() - last < SECONDS_OF_SILENCE:
            time.sleep(0.05)
            came = sum(when_of(path) >= begin for path in self.options.mails.glob("*.eml"))
            seen, last = (came, time.time()) if came > seen else (seen, last)
        time.sleep(SECONDS_FOR_DOUBLES)

    def run_job(self, name):
        """Run a job of the scheduler again as long as it asks for it at once."""
        for _time in range(MOST_RUNS):
            with self.env() as env:
                job = env.ref(name)
                if job.method_direct_trigger() is not True:
                    raise RuntimeError(f"{name} failed, see {self.options.log}")
            with self.env() as env:
                due = [("cron_id", "=", env.ref(name).id), ("call_at", "<=", env.cr.now())]
                if not env["ir.cron.trigger"].search_count(due) and env.ref(name).nextcall > env.cr.now():
                    return
        raise RuntimeError(f"{name} does not come to an end")

    def sink(self, expected, begin):
        """Compare what the mail server took since ``begin`` with what it should have."""
        taken, last = Counter(), begin
        for path in self.options.mails.glob("*.eml"):
            if (when := when_of(path)) >= begin:
                last = max(last, when)
                taken.update(bench_data.key_of(mailview.read_message(path)))
        wanted = Counter(expected)
        return {
            "documents": len(expected), "seconds": last - begin, "rate": len(expected) / max(last - begin, 1e-9),
            "lost": sorted((wanted - taken).elements()),
            "doubled": sorted((taken - wanted).elements()),
        }


def when_of(path):
    """Return the time at which a mail came."""
    return int(path.name.partition("-")[0]) / 1e9


def let_core_send(env, invoices, one_by_one):
    """Ask core to send invoices by its scheduler, as its window for several invoices does."""
    job = env.ref(SEND)
    code = f"model._cron_account_move_send({'job_count=1' if one_by_one else ''})"
    if job.code != code:
        job.code = code
    clerk = env["res.users"].search([("login", "=", bench_data.OPERATOR)])
    invoices.sending_data = {"author_user_id": clerk.id, "author_partner_id": clerk.partner_id.id}


def peak():
    """Return the largest memory that this process ever had, in MiB."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024


def cpu():
    """Return the CPU seconds of this process and of all that it waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
