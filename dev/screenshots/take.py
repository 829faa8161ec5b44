"""What ``bin/screenshots`` does in the browser."""

import argparse
import json
import sys
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Error, expect

from dev.screenshots.browser import chromium, image_of, save
from dev.screenshots.views import VIEWS

WIDTH, NARROW = 1366, 390
# Where the demo's administrator sits: Odoo shows times as their browser tells them.
ZONE = "America/Sao_Paulo"
MOST_LOOKS = 12
PDF_SCALE = 1.25
BUSY = ".o_blockUI, .o_loading_indicator"
SERVICES = "odoo.__WOWL_DEBUG__.root.env.services"
OPENED_BY = {
    "do": f"name => {SERVICES}.action.doAction(name)",
    "app": f"name => {SERVICES}.menu.selectMenu({SERVICES}.menu.getAll().find((menu) => menu.xmlid === name))",
}


def main():
    """Take the pictures that were asked for; return 1 if one could not be taken."""
    options = parse()
    chosen = [view for view in VIEWS if (not options.only or view.name in options.only)
              and (view.published or not options.published) and not (options.narrow and (view.wide_only or view.pdf))]
    places = json.loads((options.work / "places.json").read_text(encoding="utf-8"))
    failed = []
    settings = {"base_url": options.address, "timezone_id": ZONE, "locale": "en", "is_mobile": options.narrow}
    with chromium(**settings) as context:
        log_in(context, places["database"])
        page = context.new_page()
        for view in chosen:
            name = f"{view.name}-narrow" if options.narrow else view.name
            try:
                image = (pdf_page(options.work / view.pdf, view.page) if view.pdf
                         else shot(page, view, options, places))
            except (Error, AssertionError) as late:
                failed.append(name)
                print(f"{name}: {late}", flush=True)
            else:
                save(image, options.folder / f"{name}.png")
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


def log_in(context, database):
    """Be the administrator."""
    who = {"db": database, "login": "admin", "password": "admin"}
    answer = context.request.post("/web/session/authenticate", data={"jsonrpc": "2.0", "params": who})
    if not answer.json().get("result", {}).get("uid"):
        raise Error("the administrator could not log in")


def shot(page, view, options, places):
    """Open a view as a person does, and return what is to be seen."""
    company = str(places["companies"][view.company])
    page.context.add_cookies([{"name": "cids", "value": company, "url": options.address}])
    page.set_viewport_size({"width": NARROW if options.narrow else WIDTH, "height": view.height})
    page.goto(view.address.format(**places))
    for step in view.steps:
        take_step(page, step)
    page.locator(view.ready).first.wait_for(state="attached")
    return image_of(picture_at_rest(page))


def take_step(page, step):
    """Click something that is to be seen, or open an action or a menu."""
    kind, _colon, name = step.partition(":")
    if kind in OPENED_BY:
        page.locator(".o_action_manager .o_view_controller").first.wait_for(state="attached")
        page.evaluate(OPENED_BY[kind], name)
    else:
        settle(page)
        # not by the mouse, which would go on hovering over something
        page.locator(step).locator("visible=true").first.dispatch_event("click")


def settle(page):
    """Wait until all is there that the page has asked for."""
    page.wait_for_timeout(300)
    expect(page.locator(BUSY)).to_have_count(0)
    page.wait_for_function("[...document.images].every((image) => image.complete)")


def picture_at_rest(page):
    """Return a picture of which the next one is the same: graphs grow, and faces come late."""
    settle(page)
    page.evaluate("document.activeElement.blur()")
    before = None
    for _look in range(MOST_LOOKS):
        page.wait_for_timeout(500)
        picture = page.screenshot(animations="disabled")
        if picture == before:
            break
        before = picture
    return picture


def pdf_page(path, number):
    """Return a page of a PDF on a grey desk."""
    sheet = pypdfium2.PdfDocument(path)[number].render(scale=PDF_SCALE).to_pil().convert("RGB")
    desk = Image.new("RGB", (sheet.width + 48, sheet.height + 48), (222, 226, 230))
    desk.paste(sheet, (24, 24))
    return desk


if __name__ == "__main__":
    sys.exit(main())
