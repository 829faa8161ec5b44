"""The processes of the demo company: its mail server, and Odoo that builds and runs it."""

import re
import subprocess
import time
import urllib.error
import urllib.request

from dev.toolchain import CONFIG, DEV, ROOT, Stop, background, free_port

LOG = DEV / "demo.log"
SECONDS_TO_START = 60
#: Where the table of what became of the documents is whole
WORKED = re.compile(r"^\d+ documents, \d+ mails", re.MULTILINE)


def start_mails(toolchain, started, folder, smtp_port, page_port=None):
    """Start the mail server with its page."""
    page_port = page_port or free_port()
    options = ["--folder", folder, "--smtp-port", smtp_port, "--http-port", page_port]
    command = toolchain.module("dev.demo.mailview", *options)
    process = started.enter_context(background(command, stdout=subprocess.DEVNULL))
    wait_for(f"http://127.0.0.1:{page_port}/", process)


def inside(toolchain, database, http_port, smtp_port, options, state=ROOT, config=CONFIG, log=LOG, stdout=None):
    """Build or run the company of a state of the addon on a database, and return the exit code."""
    log.unlink(missing_ok=True)
    arguments = (config, toolchain.name(database), log, http_port, smtp_port, *options)
    script = state / "bin/demo_inside.py"  # where it was until 19.0.1.1.0
    program = [toolchain.python, script] if script.exists() else toolchain.module("dev.demo.inside")
    with background([*program, *arguments], cwd=state, env=toolchain.environment, stdout=stdout) as process:
        return process.wait()


def live_once(toolchain, started, database, mails, state=ROOT, config=CONFIG, log=LOG):
    """Make a database in which a whole company has worked for a night; stop if something went wrong there.

    An earlier state may have faults that were mended since then: there it is enough that the night was worked through.
    """
    smtp_port = free_port()
    start_mails(toolchain, started, mails, smtp_port)
    toolchain.new_database(database)
    options = ["--build", "--once", mails]
    table_file = log.with_suffix(".table")
    with table_file.open("w", encoding="utf-8") as table:
        code = inside(toolchain, database, free_port(), smtp_port, options, state, config, log, table)
    worked = WORKED.search(table_file.read_text(encoding="utf-8"))
    if code and (state == ROOT or not worked):
        raise Stop(f"the demo company did not work as it should: {table_file} says what, {log} why")


def serve(toolchain, started, database, port, log=LOG, *options, **output):
    """Start Odoo on a database, wait until it answers, and return its process."""
    options = ["--http-port", port, "--no-database-list", "--logfile", log, *options]
    process = started.enter_context(background(toolchain.odoo(database, *options), env=toolchain.environment, **output))
    wait_for(f"http://127.0.0.1:{port}/web/login", process, log)
    return process


def wait_for(address, process, log=LOG):
    """Wait until ``process`` answers; ``log`` says why it does not."""
    give_up = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=SECONDS_TO_START):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise Stop(f"{address} does not answer; look at {log}")
