"""One measure of ``bin/bench``, inside Odoo, its result is one line of JSON.

With the addon in the database its own ways are measured, without it those of core.
"""

import json
import statistics
import time
from pathlib import Path

from lxml import etree

from odoo import fields, sql_db
from odoo.tests import Form
from odoo.tools import SQL

from dev import inside
from dev.bench import data as bench_data
from dev.bench.process import DELIVER, PLAN, Bench, cpu, peak

WARM_BY_WORKER = 5
SECONDS_FOR_WORKERS = 600
FORM_READS = 30
PLANS = 5
PAGE_READS = 15
OUTBOX_READS = 10
PRINT = "document_dispatch.ir_cron_dispatch_print"
#: Tables that are large in a house that has worked for years → their rows. A module that gives groups has Odoo reckon
#: anew who of its users is internal, which writes their contacts: a few, however many there are.
LARGE = {
    "res_partner": SQL("id NOT IN (SELECT partner_id FROM res_users)"),
    "account_move": SQL("TRUE"),
}
DANFE = "document_dispatch.ir_cron_dispatch_danfe"


# The measures


def build(bench):
    """Make the company with the invoices of all measures."""
    with bench.env() as env:
        bench_data.build(env, dict(bench.options.lots))


def send(bench):
    """Send lots one after another in one process."""
    return {name: bench.send(name) | {"peak": peak()} for name, _ in bench.options.lots}


def readers(bench):
    """Send a lot to the one address of each customer, then one to three contacts of theirs in one mail."""
    warm, one, three = (name for name, _ in bench.options.lots)
    bench.send(warm)
    result = {one: bench.send(one)}
    with bench.env() as env:
        env.ref("base.main_company").dispatch_readers = "common"
        contacts = bench_data.add_readers(env, bench_data.lot(env, three).partner_id, 3)
    result[three] = bench.send(three)
    with bench.env() as env:
        contacts.with_env(env).active = False
    return result


def schedule(bench):
    """Send lots one after another by the scheduler."""
    return {name: bench.schedule(name, bench.options.one_by_one) for name, _ in bench.options.lots}


def worker(bench):
    """Be one of the scheduler's workers, as ``odoo.service.server.WorkerCron``, until the measure ends it."""
    while not bench.options.until.exists():
        bench.registry["ir.cron"]._process_jobs(bench.options.database)
        time.sleep(0.02)


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
            raise RuntimeError("the dispatches for the workers could not be prepared")
        waiting.action_release()


def parallel(bench):
    """Deliver what is prepared, beside the other parallel workers; each warms up with a few dispatches of its own."""
    count, number = bench.options.workers, bench.options.number
    with bench.env() as env:
        dispatches = env["document.dispatch"].search([("state", "=", "queued")], order="id")
        mine = dispatches[number * WARM_BY_WORKER:(number + 1) * WARM_BY_WORKER]
        expected = bench_data.addresses_of(bench_data.lot(env, bench.options.lots[0][0]))[count * WARM_BY_WORKER:]
        wait_for_workers(bench, "listed")
        env["document.dispatch.delivery"]._deliver(mine)
        env.cr.commit()
        begin = wait_for_workers(bench, "warm")
        env["document.dispatch.delivery"]._deliver()
        env.cr.commit()
        wait_for_workers(bench, "done")
    return bench.sink(expected, begin)


def wait_for_workers(bench, stage):
    """Go on when all workers are here; return when the last one came."""
    options, give_up = bench.options, time.monotonic() + SECONDS_FOR_WORKERS
    (options.mails / f"{options.lots[0][0]}.{stage}.{options.number}").write_text(str(time.time()))
    while len(here := list(options.mails.glob(f"{options.lots[0][0]}.{stage}.*"))) < options.workers:
        if time.monotonic() > give_up:
            raise RuntimeError("another worker broke")
        time.sleep(0.005)
    return max(float(path.read_text() or 0) for path in here)


def fill(bench):
    """Give Odoo, without the addon, so many contacts and invoices; see :func:`places`."""
    lots = dict(bench.options.lots)
    with bench.env() as env:
        bench_data.add_contacts(env, lots["contacts"])
        bench_data.add_archive(env, lots["invoices"], 0)
    return places(bench)


def places(bench):
    """Tell where the rows of the large tables lie, in one number: one that is written lies elsewhere afterwards."""
    found = {}
    with bench.env() as env:
        for table, rows in LARGE.items():
            env.cr.execute(SQL(
                "SELECT count(*), sum(hashtext(id || ' ' || ctid::text)::bigint)::text, pg_total_relation_size(%s) "
                "FROM %s WHERE %s", table, SQL.identifier(table), rows))
            count, digest, size = env.cr.fetchone()
            found[table] = {"rows": count, "places": digest, "size": size}
    return found


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


def outbox(bench):
    """Open outbox and overview of a house of years, as each of its readers does; the slowest reader's seconds."""
    [(_name, count)] = bench.options.lots
    with bench.env() as env:
        bench_data.add_dispatches(env, count)
    result = {}
    for login in bench_data.READERS:
        lists, counters = [], []
        for _time in range(1 + OUTBOX_READS):
            with bench.env(login) as env:
                dispatches = env["document.dispatch"]
                arch = etree.fromstring(dispatches.get_view(view_type="list")["arch"])
                names = {node.get("name"): {} for node in arch.iter("field")}
                begin = time.perf_counter()
                found = dispatches.web_search_read([], names, limit=80, count_limit=10_001)
                lists.append(time.perf_counter() - begin)
            with bench.env(login) as env:
                page = env["document.dispatch.overview"].create({})
                begin = time.perf_counter()
                # all that the page counts and lists; its first steps and checks depend on no number of dispatches
                page.read([*(name for name in page._fields if name.endswith("_count")), "chart", "accounts"])
                page.last_ids.read(["document_name", "partner_id", "amount", "state"])
                counters.append(time.perf_counter() - begin)
        result[login] = {"list": statistics.median(lists[1:]), "counters": statistics.median(counters[1:]),
                         "found": found["length"]}
        if not found["length"]:
            raise RuntimeError(f"{login} sees no dispatch")
    return result


def letters(bench):
    """Print letters to many customers, as one worker of the scheduler does: one PDF, in order."""
    [(_name, count)] = bench.options.lots
    with bench.env() as env:
        ids = bench_data.add_customers(env, count).ids
    with bench.env(bench_data.OPERATOR) as env:
        customers = env["res.partner"].browse(ids)
        window = env["document.letter.window"].create({"channel": "paper", "order": "code"})
        begin = time.time()
        env["document.letter"]._issue(customers, env.company, window._get_texts(), "paper")
    edited = time.time() - begin
    bench.run_job(PRINT)
    seconds = time.time() - begin
    with bench.env() as env:
        run = env["document.dispatch.print"].search([], order="id desc", limit=1)
        if (run.state, run.documents) != ("done", count):
            raise RuntimeError(f"{run.documents} of {count} letters were printed: {run.left_out}")
        return {"edited": edited, "seconds": seconds, "peak": peak(), "pages": run.pages}


def page(bench):
    """Open a customer's first page of invoices: the customer's own page with the addon, core's list without."""
    [(_name, count)] = bench.options.lots
    with bench.env() as env:
        user = bench_data.add_history(env, count)
        path = bench_data.open_page(env, user.partner_id) if bench.ours else "/my/invoices"
        login = None if bench.ours else user.login
    browser, seconds, statements = bench.browser(login), [], []
    for _time in range(1 + PAGE_READS):
        before, begin = sql_db.sql_counter, time.perf_counter()
        answer = browser.get(path)
        seconds.append(time.perf_counter() - begin)
        statements.append(sql_db.sql_counter - before)
        if answer.status_code != 200 or answer.text.count(bench_data.HISTORY) < min(count, 50):
            raise RuntimeError(f"{path}: {answer.status_code}, {answer.text.count(bench_data.HISTORY)} invoices")
    return {"median": statistics.median(seconds[1:]), "first": seconds[0], "statements": statements[-1]}


def fiscal(bench):
    """Read and draw NF-e, then send those of a lot: from the files to the server's 250."""
    # now that Odoo knows where its addons lie
    from odoo.addons.document_dispatch.demo import fiscal as demo_fiscal
    from odoo.addons.document_dispatch.tools.brazil import danfe, nfe
    with bench.env() as env:
        invoices = bench_data.lot(env, bench.options.lots[0][0])
        env.company.write({"country_id": env.ref("base.br").id, "vat": demo_fiscal.CNPJ})
        files = [demo_fiscal.xml(invoice) for invoice in invoices]
        hundred = demo_fiscal.xml(invoices[0], times=100 // len(invoices[0].invoice_line_ids))
        result = {
            "read": timed(lambda: nfe.read(files[0]), 100), "danfe": timed(lambda: danfe.draw(files[0]), 5),
            "danfe_100": timed(lambda: danfe.draw(hundred), 3),
        }
        dispatch_type = env["document.dispatch.type"].search([("code", "=", "nfe")])
        rule = bench_data.rule(env)
        rule.write({
            "type_ids": [(6, 0, dispatch_type.ids)], "trigger": "schedule", "date_from": invoices[0].invoice_date,
        })
        rule.next_run = fields.Datetime.now()
        begin = time.time()
        env["ir.attachment"].create([
            {"name": "nfe.xml", "raw": content, "res_model": invoice._name, "res_id": invoice.id}
            for invoice, content in zip(invoices, files, strict=True)
        ])
    result["recognised"] = time.time() - begin
    for job in (DANFE, PLAN, DELIVER):
        bench.run_job(job)
    result["seconds"] = time.time() - begin
    with bench.env() as env:
        dispatches = env["document.dispatch"].search([("type_code", "=", "nfe")])
        complete = dispatches.filtered(lambda row: row.state == "sent" and len(row.attachment_ids) == 2)
        if len(complete) != len(files):
            raise RuntimeError(f"{len(complete)} of {len(files)} NF-e went with their DANFE")
    return result | {"rate": len(files) / result["seconds"]}


def files(bench):
    """Read what else comes onto invoices in Brazil, one file of each kind; the seconds of each."""
    from odoo.addons.document_dispatch.tests import brazil_corpus as corpus
    from odoo.addons.document_dispatch.tools.brazil import boleto_pdf, danfe, nfe, nfse
    from odoo.addons.document_dispatch.tools.pdf import reader
    nota = corpus.declared(corpus.nfse())
    soap = f'<s:Envelope xmlns:s="urn:s"><s:Body>{corpus.nfe()}</s:Body></s:Envelope>'.encode()
    slips = [corpus.slip(corpus.barcode(), code=corpus.pix())] * 10

    def bolepix():
        readings, codes = reader.read_texts(slips), reader.read_codes(slips)
        return [boleto_pdf.read(*one) for one in zip(readings, codes, strict=True)]

    return {
        "nfse": timed(lambda: nfse.read(nota), 100), "danfse": timed(lambda: danfe.draw(nota, page=danfe.DANFSE), 5),
        "wrapped": timed(lambda: nfe.read(soap), 100), "cut": timed(lambda: nfe.read(nota[:-40]), 100),
        "bolepix": timed(bolepix, 3) / len(slips),
    }


def timed(function, times):
    """Return the median seconds of a call."""
    seconds = []
    for _time in range(times):
        begin = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


MEASURES = {
    function.__name__: function
    for function in (
        build, fill, places, send, schedule, worker, by_hand, rendering, planning, planning_many, prepare, parallel,
        form, letters, page, fiscal, files, outbox, readers,
    )
}


def main():
    """Run one measure and print its result."""
    parser = inside.parser(__doc__)
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("mails", type=Path, help="the folder of the mail server")
    parser.add_argument("lots", nargs="*", type=a_lot, metavar="LOT=COUNT")
    parser.add_argument("--one-by-one", action="store_true", help="core sends one invoice at a time")
    parser.add_argument("--until", type=Path, help="a worker ends when this file is there")
    parser.add_argument("--number", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(MEASURES[options.measure](Bench(options))))


def a_lot(text):
    """Return name and size of a lot."""
    name, _, count = text.partition("=")
    return name, int(count)


if __name__ == "__main__":
    main()
