"""Draw the graphs of the app's page from the table in the README, so that both always say the same."""

import re
import sys
from pathlib import Path

from dev.screenshots.browser import chromium, image_of, save

README = Path(__file__).parents[2] / "README.md"
WIDTH, LONGEST = 520, 180
PAGE = """<style>
body { margin: 0; padding: 4px 0 22px; font: 13px/21px "DejaVu Sans", sans-serif; color: #212529; }
section { display: grid; grid-template-columns: 150px auto; gap: 5px 0; margin-top: 22px; }
span { grid-row: span 2; white-space: pre; line-height: 17px; } div { display: flex; gap: 8px; }
i { background: #adb5bd; } div + div i { background: #196b78; } small { color: #6c757d; font-size: 11px; }
</style>"""
PAIR = """<section><span>{name}</span>
<div><i style="width: {odoo_width}px"></i><b>{odoo}</b><small>Odoo</small></div>
<div><i style="width: {ours_width}px"></i><b>{ours}</b><small>with the addon</small></div></section>"""
# Title, unit, and for each pair of bars its name with the words that begin its line in the table.
GRAPHS = {
    "graph-batch": ("Invoices each second, from due to accepted", "/s", {
        "200 invoices": "200 invoices", "unpatched\nwkhtmltopdf": "the same with the unpatched wkhtmltopdf"}),
    "graph-hand": ("Seconds from the click until the mail server says yes", " s", {
        "one invoice\nby hand": "one invoice by hand"}),
}


def main(folder):
    """Draw all graphs."""
    text = README.read_text(encoding="utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if " | " in line]
    with chromium(viewport={"width": WIDTH, "height": 100}, device_scale_factor=2) as context:
        page = context.new_page()
        for name, (title, unit, wanted) in GRAPHS.items():
            pairs = [(label, *values(lines, begin, unit)) for label, begin in wanted.items()]
            page.set_content(graph(title, unit, pairs))
            save(image_of(page.screenshot(full_page=True)), Path(folder) / f"{name}.png")


def values(lines, begin, unit):
    """Return what Odoo alone and the addon reach, found in the table by how its line begins."""
    [cells] = [cells for cells in lines if cells[0].startswith(begin)]
    return (float(re.fullmatch(rf"([\d.]+){unit}", cell.strip())[1]) for cell in cells[2:4])


def graph(title, unit, pairs):
    """Return a page with bars, the addon's below Odoo's."""
    most = max(max(odoo, ours) for _name, odoo, ours in pairs)
    return f"{PAGE}<b>{title}</b>" + "".join(
        PAIR.format(name=name, odoo=f"{odoo:.2f}{unit}", ours=f"{ours:.2f}{unit}",
                    odoo_width=round(LONGEST * odoo / most), ours_width=round(LONGEST * ours / most))
        for name, odoo, ours in pairs
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
