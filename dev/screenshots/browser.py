"""The toolchain's Chromium under Playwright's control, and the PNGs that come of it."""

import io
import shutil
from contextlib import contextmanager

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from dev.toolchain.programs import BROWSERS

MILLISECONDS = 60_000
MOST_BYTES = 150_000
COLOURS = (256, 128, 64, 32, 16)


@contextmanager
def chromium(**settings):
    """Yield a context of a browser, with Playwright's settings of contexts."""
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, BROWSERS)))
        with playwright.chromium.launch(executable_path=program) as browser:
            context = browser.new_context(**settings)
            context.set_default_timeout(MILLISECONDS)
            yield context


def save(image, path):
    """Write a PNG with as many colours as fit into the size that a picture may have."""
    for colours in COLOURS:
        buffer = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= MOST_BYTES:
            break
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())
    print(f"{path.name}  {image.width} × {image.height}  {buffer.tell() // 1000} kB", flush=True)


def image_of(picture):
    """Return a picture that the browser took."""
    return Image.open(io.BytesIO(picture)).convert("RGB")
