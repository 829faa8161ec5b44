"""One measure of ``bin/bench``, inside Odoo, with the Python of ``.dev/venv``; its result is one line of JSON.

With the addon in the database its own ways are measured, without it those of core.
"""

import argparse
import json
import re
import resource
import statistics
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import bench_data
import mailview

from odoo import sql_db
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tests import Form
from odoo.tools import config

# More runs than a job of the scheduler needs for the largest lot.
MOST_RUNS = 200
PLAN, DELIVER = "document_dispatch.ir_cron_dispatch_plan", "document_dispatch.ir_cron_dispatch_deliver"
SEND, QUEUE = "account.ir_cron_account_move_send", "mail.ir_cron_mail_scheduler_action"
# So long nothing comes any more before a measure gives up.
SECONDS_OF_SILENCE = 60
# So long a second copy may take to come.
SECONDS_FOR_DOUBLES = 1
WARM_BY_LANE = 5
SECONDS_FOR_LANES = 600
FORM_READS = 30
PLANS = 5


class Bench:
    """The database and the mail sink of one measure."""

    def __init__(self, options):
        self.options = options
        self.registry = Registry(options.database)
        self.ours = "document.dispatch" in self.registry
        if options.measure != "worker":
            with self.env() as env:
                use_ports(env, options.http_port, options.smtp_port)

    @contextmanager
    def env(self, login=None):
        """Yield an environment in a transaction of its own, committed at the end."""
        with self.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            yield env(user=env["res.users"].search([("login", "=", login)])) if login else env

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


def use_ports(env, http_port, smtp_port):
    """Let reports and mails meet the servers of this run."""
    address = f"http://127.0.0.1:{http_port}"
    for name, value in {"web.base.url": address, "report.url": address, "web.base.url.freeze": "True"}.items():
        env["ir.config_parameter"].set_param(name, value)
    # Written only where it is new: measures that run at the same time must not meet here.
    env["ir.mail_server"].search([("smtp_port", "!=", smtp_port)]).smtp_port = smtp_port


def let_core_send(env, invoices, one_by_one):
    """Ask core to send invoices by its scheduler, as its window for several invoices does."""
    job = env.ref(SEND)
    code = f"model._cron_account_move_send({'job_count=1' if one_by_one else ''})"
    if job.code != code:
        job.code = code
    clerk = env["res.users"].search([("login", "=", bench_data.OPERATOR)])
    invoices.sending_data = {"author_user_id": clerk.id, "author_partner_id": clerk.partner_id.id}


# The measures


def build(bench):
    """Make the company with the invoices of all measures."""
    with bench.env() as env:
        bench_data.build(env, dict(bench.options.lots))


def send(bench):
    """Send lots one after another in one process."""
    return {name: bench.send(name) | {"peak": peak()} for name, _ in bench.options.lots}


def schedule(bench):
    """Send lots one after another by the scheduler."""
    return {name: bench.schedule(name, bench.options.one_by_one) for name, _ in bench.options.lots}


def worker(bench):
    """Be one of the scheduler's workers, as ``odoo.service.server.WorkerCron``, until the measure ends it."""
    while not bench.options.until.exists():
        bench.registry["ir.cron"]._process_jobs(bench.options.database)
        time.sleep(0.02)


def peak():
    """Return the largest memory that this process ever had, in MiB."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024


def by_hand(bench):
    """Send each invoice of a lot from the window; the first one warms up."""
    results = [send_by_hand(bench, number) for number in range(bench.options.lots[0][1])]
    return {
        "median": statistics.median(result["seconds"] for result in results[1:]),
        "lost": sum((result["lost"] for result in results), []),
        "doubled": sum((result["doubled"] for result in results), []),
    }


def send_by_hand(bench, number):
    """Press Send in the window of one invoice."""
    with bench.env(bench_data.OPERATOR) as env:
        invoice = bench_data.lot(env, bench.options.lots[0][0])[number]
        expected = bench_data.addresses_of(invoice)
        window = env["account.move.send.wizard"].with_context(active_model=invoice._name, active_ids=invoice.ids)
        begin = time.time()
        window.create({}).action_send_and_print()
    return bench.sink(expected, begin)


def rendering(bench):
    """Return the CPU seconds that rendering one document takes in a group, by core in one process."""
    with bench.env() as env:
        for _warm in range(2):
            invoices = bench_data.lot(env, bench.options.lots[0][0])
            data = {invoice: {"pdf_report": env.ref("account.account_invoices")} for invoice in invoices}
            begin, clock = cpu(), time.time()
            env["account.move.send"]._prepare_invoice_pdf_report(data)
            result = {"cpu": (cpu() - begin) / len(invoices), "clock": (time.time() - clock) / len(invoices)}
            env.cr.rollback()
    return result


def cpu():
    """Return the CPU seconds of this process and of all that it waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def planning(bench):
    """Plan everything new, time and again, without keeping it; the first time warms up."""
    old, new = (count for _, count in bench.options.lots)
    with bench.env() as env:
        bench_data.add_archive(env, old, new)
        bench_data.rule(env)
    plans = [plan_once(bench, new) for _time in range(1 + PLANS)]
    seconds = [plan["seconds"] for plan in plans]
    return {"first": seconds[0], "median": statistics.median(seconds[1:]), "statements": plans[-1]["statements"]}


def planning_many(bench):
    """Plan a great lot, once to warm up with a small one."""
    few, many = (count for _, count in bench.options.lots)
    with bench.env() as env:
        bench_data.add_archive(env, 0, few)
        bench_data.rule(env)
    plan_once(bench, few)
    small = plan_once(bench, few)
    with bench.env() as env:
        bench_data.add_archive(env, 0, many - few, "MORE")
    return {"few": small, "many": plan_once(bench, many)}


def plan_once(bench, new):
    """Plan, count, forget."""
    with bench.env() as env:
        statements, begin = sql_db.sql_counter, time.time()
        bench_data.rule(env)._plan()
        env.flush_all()
        result = {"seconds": time.time() - begin, "statements": sql_db.sql_counter - statements}
        planned = env["document.dispatch"].search_count([])
        if planned != new:
            raise RuntimeError(f"{planned} documents were planned, not {new}")
        env.cr.rollback()
    return result


def prepare(bench):
    """Make text and files of a lot without sending it."""
    with bench.env() as env:
        rule = bench_data.rule(env)
        rule.delivery = "review"
        bench_data.make_due(env, bench_data.lot(env, bench.options.lots[0][0]))
    for job in (PLAN, DELIVER):
        bench.run_job(job)
    with bench.env() as env:
        waiting = env["document.dispatch"].search([("state", "=", "review")])
        if not all(waiting.mapped("content_ready")) or len(waiting) != bench.options.lots[0][1]:
            raise RuntimeError("the rows for the lanes could not be prepared")
        waiting.action_release()


def lane(bench):
    """Deliver what is prepared, beside the other lanes; each warms up with a few rows of its own."""
    count, number = bench.options.lanes, bench.options.lane
    with bench.env() as env:
        rows = env["document.dispatch"].search([("state", "=", "queued")], order="id")
        mine = rows[number * WARM_BY_LANE:(number + 1) * WARM_BY_LANE]
        expected = bench_data.addresses_of(bench_data.lot(env, bench.options.lots[0][0]))[count * WARM_BY_LANE:]
        wait_for_lanes(bench, "listed")
        env["document.dispatch.delivery"]._deliver(mine)
        env.cr.commit()
        begin = wait_for_lanes(bench, "warm")
        env["document.dispatch.delivery"]._deliver()
        env.cr.commit()
        wait_for_lanes(bench, "done")
    return bench.sink(expected, begin)


def wait_for_lanes(bench, stage):
    """Go on when all lanes are here; return when the last one came."""
    options, give_up = bench.options, time.monotonic() + SECONDS_FOR_LANES
    (options.mails / f"{options.lots[0][0]}.{stage}.{options.lane}").write_text(str(time.time()))
    while len(here := list(options.mails.glob(f"{options.lots[0][0]}.{stage}.*"))) < options.lanes:
        if time.monotonic() > give_up:
            raise RuntimeError("another lane broke")
        time.sleep(0.005)
    return max(float(path.read_text() or 0) for path in here)


def form(bench):
    """Open the first invoice of a lot in its form, as the web client does."""
    with bench.env(bench_data.OPERATOR) as env:
        invoice = bench_data.lot(env, bench.options.lots[0][0])[0]
        specification = Form(invoice)._view["fields_spec"]
    views, reads = [], []
    for _time in range(1 + FORM_READS):
        with bench.env(bench_data.OPERATOR) as env:
            begin = time.perf_counter()
            env["account.move"].get_views([(False, "form")])
            views.append(time.perf_counter() - begin)
            begin = time.perf_counter()
            env["account.move"].browse(invoice.id).web_read(specification)
            reads.append(time.perf_counter() - begin)
    return {"median": statistics.median(reads[1:]), "views": statistics.median(views[1:]), "fields": len(specification)}


MEASURES = {
    function.__name__: function
    for function in (build, send, schedule, worker, by_hand, rendering, planning, planning_many, prepare, lane, form)
}


def main():
    """Run one measure and print its result."""
    options = parse()
    odoo_options = ["-c", options.config, "-d", options.database, "--logfile", options.log]
    config.parse_config(odoo_options, setup_logging=True)
    print(json.dumps(MEASURES[options.measure](Bench(options))))


def parse():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("config")
    parser.add_argument("database")
    parser.add_argument("log", help="the file for Odoo's log")
    parser.add_argument("http_port", type=int)
    parser.add_argument("smtp_port", type=int)
    parser.add_argument("mails", type=Path, help="the folder of the mail server")
    parser.add_argument("lots", nargs="*", type=a_lot, metavar="LOT=COUNT")
    parser.add_argument("--one-by-one", action="store_true", help="core sends one invoice at a time")
    parser.add_argument("--until", type=Path, help="a worker ends when this file is there")
    parser.add_argument("--lane", type=int, default=0)
    parser.add_argument("--lanes", type=int, default=1)
    return parser.parse_args()


def a_lot(text):
    """Return name and size of a lot."""
    name, _, count = text.partition("=")
    return name, int(count)


if __name__ == "__main__":
    sys.exit(main())
