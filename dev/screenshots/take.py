"""What ``bin/screenshots`` does in the browser, with the Python of ``.dev/venv``."""

import argparse
import io
import json
import sys
import tempfile
import time
from pathlib import Path

import pypdfium2
from PIL import Image

from dev.screenshots.devtools import Late, browser
from dev.screenshots.views import VIEWS

WIDTH, NARROW = 1366, 390
# Where the demo's administrator sits: Odoo shows times as his browser tells them.
ZONE = "America/Sao_Paulo"
MOST_BYTES = 150_000
MOST_LOOKS = 12
COLOURS = (256, 128, 64, 32, 16)
PDF_SCALE = 1.25
# What moves or blinks would make another picture each time.
STILL = """
*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
"""
SETTLED = """
(async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].filter((image) => !image.complete).map((image) => new Promise(
        (done) => { image.onload = image.onerror = done; })));
    await new Promise((done) => setTimeout(done, 800));
    return !document.querySelector('.o_blockUI, .o_loading_indicator');
})()
"""
SERVICES = "odoo.__WOWL_DEBUG__.root.env.services"
OPENED_BY = {
    "do": f"{SERVICES}.action.doAction(NAME)",
    "app": f"{SERVICES}.menu.selectMenu({SERVICES}.menu.getAll().find((menu) => menu.xmlid === NAME))",
}
LOGIN = """
fetch('/web/session/authenticate', {
    method: 'POST', headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({jsonrpc: '2.0', params: {db: DATABASE, login: 'admin', password: 'admin'}}),
}).then((answer) => answer.json()).then((answer) => answer.result && answer.result.uid)
"""


def main():
    """Take the pictures that were asked for; return 1 if one could not be taken."""
    options = parse()
    chosen = [view for view in VIEWS if (not options.only or view.name in options.only)
              and (view.published or not options.published) and not (options.narrow and (view.wide_only or view.pdf))]
    options.folder.mkdir(parents=True, exist_ok=True)
    places = json.loads((options.work / "places.json").read_text(encoding="utf-8"))
    failed = []
    with tempfile.TemporaryDirectory() as profile, browser(profile) as page:
        page.call("Emulation.setTimezoneOverride", timezoneId=ZONE)
        log_in(page, options.address, places["database"])
        for view in chosen:
            name = f"{view.name}-narrow" if options.narrow else view.name
            try:
                image = pdf_page(options.work / view.pdf, view.page) if view.pdf else shot(page, view, options, places)
            except Late as late:
                failed.append(name)
                print(f"{name}: {late}", flush=True)
                continue
            content = small(image)
            (options.folder / f"{name}.png").write_bytes(content)
            print(f"{name}.png  {image.width} × {image.height}  {len(content) // 1000} kB", flush=True)
    return 1 if failed or not chosen else 0


def parse():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Take pictures of a served demo company.")
    parser.add_argument("address")
    parser.add_argument("work", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append")
    parser.add_argument("--narrow", action="store_true")
    parser.add_argument("--published", action="store_true")
    return parser.parse_args()


def log_in(page, address, database):
    """Be the administrator."""
    page.open(f"{address}/web/login")
    if not page.evaluate(LOGIN.replace("DATABASE", json.dumps(database))):
        raise Late("the administrator could not log in")


def shot(page, view, options, places):
    """Open a view as a person does, and return what is to be seen."""
    width = NARROW if options.narrow else WIDTH
    page.resize(width, view.height)
    page.evaluate(f"document.cookie = 'cids={places['companies'][view.company]}; path=/'")
    page.open(options.address + view.address.format(**places))
    page.evaluate(f"document.head.append(Object.assign(document.createElement('style'), {{textContent: `{STILL}`}}))")
    for step in view.steps:
        take_step(page, step)
    page.until(f"document.querySelector({json.dumps(view.ready)})")
    page.until(SETTLED.strip())
    return Image.open(io.BytesIO(picture_at_rest(page))).convert("RGB")


def picture_at_rest(page):
    """Return a picture of which the next one is the same: graphs grow, and faces come late."""
    before = None
    for _look in range(MOST_LOOKS):
        picture = page.picture()
        if picture == before:
            break
        before = picture
        time.sleep(0.5)
    return picture


def take_step(page, step):
    """Click something that is to be seen, or open an action or a menu."""
    kind, _colon, name = step.partition(":")
    if kind in OPENED_BY:
        page.until("document.querySelector('.o_action_manager .o_view_controller')")
        page.evaluate(OPENED_BY[kind].replace("NAME", json.dumps(name)))
        return
    found = f"[...document.querySelectorAll({json.dumps(step)})].find((element) => element.offsetParent)"
    page.until(found)
    page.until(SETTLED.strip())
    page.evaluate(f"{found}.click()")


def pdf_page(path, number):
    """Return a page of a PDF on a grey desk."""
    sheet = pypdfium2.PdfDocument(path)[number].render(scale=PDF_SCALE).to_pil().convert("RGB")
    desk = Image.new("RGB", (sheet.width + 48, sheet.height + 48), (222, 226, 230))
    desk.paste(sheet, (24, 24))
    return desk


def small(image):
    """Return a PNG with as many colours as fit into the size that a picture may have."""
    for colours in COLOURS:
        buffer = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= MOST_BYTES:
            break
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
