"""Draw the graphs of the app's page from the table in the README, so that both always say the same."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont

README = Path(__file__).parents[2] / "README.md"
FONTS = Path(reportlab.__file__).parent / "fonts"
# Drawn larger than shown, so that edges are smooth.
SCALE, TIMES = 3, 2
WIDTH, BAR, GAP, LEFT, TOP = 520, 26, 22, 150, 54
WHITE, DARK, GREY, ODOO, OURS = "#ffffff", "#212529", "#6c757d", "#adb5bd", "#196b78"
# Title, unit, and for each pair of bars its name with the words that begin its line in the table.
GRAPHS = {
    "graph-batch": ("Invoices each second, from due to accepted", "/s", {
        "200 invoices": "200 invoices", "unpatched\nwkhtmltopdf": "the same with the unpatched wkhtmltopdf"}),
    "graph-hand": ("Seconds from the click until the mail server says yes", " s", {
        "one invoice\nby hand": "one invoice by hand"}),
}


@dataclass(frozen=True)
class Pair:
    """What Odoo alone reaches, and what it reaches with the addon."""

    name: str
    odoo: float
    ours: float


def main(folder):
    """Draw all graphs."""
    text = README.read_text(encoding="utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if " | " in line]
    for name, (title, unit, wanted) in GRAPHS.items():
        pairs = [pair(lines, label, begin, unit) for label, begin in wanted.items()]
        image = graph(title, unit, pairs)
        image.quantize(64, dither=Image.Dither.NONE).save(Path(folder) / f"{name}.png", "PNG", optimize=True)
        print(f"{name}.png  {image.width} × {image.height}")
    return 0


def pair(lines, label, begin, unit):
    """Return a pair of bars, found in the table by how its line begins."""
    [cells] = [cells for cells in lines if cells[0].startswith(begin)]
    odoo, ours = (float(re.fullmatch(rf"([\d.]+){unit}", cell.strip())[1]) for cell in cells[2:4])
    return Pair(label, odoo, ours)


def graph(title, unit, pairs):
    """Return bars on white, the addon's below Odoo's."""
    height = TOP + len(pairs) * (2 * BAR + GAP)
    image = Image.new("RGB", (WIDTH * SCALE, height * SCALE), WHITE)
    draw = ImageDraw.Draw(image)
    write(draw, (0, 4), title, bold=True)
    most = max(max(pair.odoo, pair.ours) for pair in pairs)
    for place, bars in enumerate(pairs):
        top = TOP - 14 + place * (2 * BAR + GAP)
        for row, text in enumerate(bars.name.splitlines()):
            write(draw, (0, top + 2 + 17 * row), text)
        for row, (value, colour, who) in enumerate(((bars.odoo, ODOO, "Odoo"), (bars.ours, OURS, "with the addon"))):
            begin, end = top + row * BAR, LEFT + (WIDTH - LEFT - 190) * value / most
            draw.rectangle([edge * SCALE for edge in (LEFT, begin, end, begin + BAR - 5)], fill=colour)
            write(draw, (end + 8, begin + 2), f"{value:.2f}{unit}", bold=True)
            write(draw, (end + 72, begin + 3), who, GREY, 11)
    return image.resize((WIDTH * TIMES, height * TIMES), Image.Resampling.LANCZOS)


def write(draw, place, text, colour=DARK, size=13, bold=False):
    """Write a line."""
    font = ImageFont.truetype(FONTS / ("VeraBd.ttf" if bold else "Vera.ttf"), size * SCALE)
    draw.text([edge * SCALE for edge in place], text, fill=colour, font=font)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
