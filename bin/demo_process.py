"""The processes of the demo company: its mail server, and Odoo that builds and runs it."""

import subprocess
import time
import urllib.error
import urllib.request

from toolchain import CONFIG, DEV, ROOT, Stop, background, free_port

BIN = ROOT / "bin"
LOG = DEV / "demo.log"
SECONDS_TO_START = 60


def start_mails(toolchain, started, folder, smtp_port, page_port=None):
    """Start the mail server with its page."""
    page_port = page_port or free_port()
    options = ["--folder", folder, "--smtp-port", smtp_port, "--http-port", page_port]
    command = [toolchain.python, BIN / "mailview.py", *options]
    process = started.enter_context(background(command, stdout=subprocess.DEVNULL))
    wait_for(f"http://127.0.0.1:{page_port}/json", process)


def inside(toolchain, database, http_port, smtp_port, options, folder=BIN, config=CONFIG, log=LOG, stdout=None):
    """Run ``demo_inside.py`` of a folder on a database and return its exit code."""
    log.unlink(missing_ok=True)
    arguments = (config, toolchain.name(database), log, http_port, smtp_port, *options)
    command = [toolchain.python, folder / "demo_inside.py", *arguments]
    with background(command, env=toolchain.environment, stdout=stdout) as process:
        return process.wait()


def live_once(toolchain, started, database, mails, folder=BIN, config=CONFIG, log=LOG):
    """Make a database in which a whole company has worked for a night; stop if something went wrong there."""
    smtp_port = free_port()
    start_mails(toolchain, started, mails, smtp_port)
    toolchain.new_database(database)
    options = ["--build", "--once", mails]
    with log.with_suffix(".table").open("w", encoding="utf-8") as table:
        code = inside(toolchain, database, free_port(), smtp_port, options, folder, config, log, table)
    if code:
        raise Stop(f"the demo company did not work as it should: {table.name} says what, {log} why")


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
