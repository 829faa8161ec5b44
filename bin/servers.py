"""Servers that a command starts beside Odoo, and how it waits until one answers."""

import subprocess
import time
import urllib.error
import urllib.request

from toolchain import ROOT, Stop, background, free_port

SECONDS_TO_START = 60


def start(started, command, address, log, **options):
    """Start a server that ends with ``started``, and return its process when it answers."""
    process = started.enter_context(background(command, **options))
    wait_for(address, process, log)
    return process


def start_mails(toolchain, started, folder, smtp_port, page_port=None):
    """Start the mail server with its page."""
    page_port = page_port or free_port()
    options = ["--folder", folder, "--smtp-port", smtp_port, "--http-port", page_port]
    command = [toolchain.python, ROOT / "bin" / "mailview.py", *options]
    start(started, command, f"http://127.0.0.1:{page_port}/json", folder, stdout=subprocess.DEVNULL)


def wait_for(address, process, log):
    """Wait until ``process`` answers; ``log`` is where to look when it does not."""
    give_up = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=SECONDS_TO_START):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise Stop(f"{address} does not answer; look at {log}")
