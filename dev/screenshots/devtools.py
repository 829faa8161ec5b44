"""A small client of Chromium's DevTools protocol: open a page, wait, click, take a picture of it."""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import websocket

# The names that a browser may have, as in the toolchain.
PROGRAMS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
SECONDS = 60
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0",
           "--remote-allow-origins=*", "--no-first-run", "--disable-extensions", "--lang=en", "about:blank")


class Late(Exception):
    """A page did not become what it had to."""


@contextmanager
def browser(profile):
    """Yield the only page of a browser that ends with us; ``profile`` is an empty folder of its own."""
    program = next(filter(None, map(shutil.which, PROGRAMS)))
    process = subprocess.Popen([program, f"--user-data-dir={profile}", *OPTIONS], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Page(_address_of_page(Path(profile) / "DevToolsActivePort"))
    finally:
        process.terminate()
        process.wait()


def _address_of_page(port_file):
    """Wait until the browser says where it listens, and return the address of its page."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        if port_file.exists() and (lines := port_file.read_text(encoding="utf-8").split()):
            with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json", timeout=SECONDS) as answer:
                pages = [target for target in json.load(answer) if target["type"] == "page"]
            if pages:
                return pages[0]["webSocketDebuggerUrl"]
        time.sleep(0.1)
    raise Late("the browser does not start")


class Page:
    """What a person sees in one tab."""

    def __init__(self, address):
        self.socket = websocket.create_connection(address, timeout=SECONDS)
        self.number = 0

    def call(self, method, **parameters):
        """Call a method of the protocol and return its result; events that come meanwhile are passed over."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Late(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def resize(self, width, height):
        """Make the page as large as a screen, or as a phone."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 500)

    def open(self, address):
        """Open an address; what was on the page before is gone when this returns."""
        self.evaluate("window.stale = true")
        self.call("Page.navigate", url=address)
        self.until("!window.stale && document.readyState === 'complete'")

    def evaluate(self, expression):
        """Return the value of an expression of JavaScript, awaited."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise Late(f"{expression}: {result['exceptionDetails']['exception'].get('description')}")
        return result["result"].get("value")

    def until(self, condition):
        """Wait until a condition holds."""
        give_up = time.monotonic() + SECONDS
        while not self.evaluate(f"Boolean({condition})"):
            if time.monotonic() > give_up:
                raise Late(f"never: {condition}")
            time.sleep(0.1)

    def picture(self):
        """Return what is to be seen, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
