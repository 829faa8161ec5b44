"""What ``bin/i18n`` does inside Odoo, with the Python of ``.dev/venv``."""

import argparse
import io
import sys
from pathlib import Path

import polib

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config
from odoo.tools.translate import trans_export

# What changes with each export, and says nothing
DATES = ("POT-Creation-Date", "PO-Revision-Date")


def main():
    """Export, merge; return 1 if a language is not whole, or, with --check, if a file is not up to date."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("database")
    parser.add_argument("addon", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    pot = export(options)
    kept = options.folder / f"{options.addon.name}.pot"
    problems = [write(pot, kept, options.check)]
    for path in sorted(options.folder.glob("*.po")):
        merged, missing = merge(pot, path, overlay=is_overlay(path))
        problems += [write(merged, path, options.check), bool(missing)]
        print(f"{path.name}: {len(merged) - len(missing)} of {len(merged)} texts")
        for text in missing[:10] if options.check else []:
            print(f"    missing: {text[:100]!r}")
    return int(any(problems))


def export(options):
    """Install the addon and return its texts."""
    config.parse_config([
        "-c", options.config, "-d", options.database, "--addons-path", str(options.addon.parent), "--no-http",
        "--log-level=error",
    ], setup_logging=True)
    registry = Registry.new(options.database, install_modules=[options.addon.name])
    buffer = io.BytesIO()
    with registry.cursor() as cr:
        trans_export(False, [options.addon.name], buffer, "po", Environment(cr, SUPERUSER_ID, {}))
    pot = polib.pofile(buffer.getvalue().decode(), wrapwidth=0)
    for name in DATES:
        pot.metadata.pop(name, None)
    pot.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    return pot


def is_overlay(path):
    """Tell whether a language says only what its country says otherwise, as es_AR does over es."""
    base, _, country = path.stem.partition("_")
    return bool(country) and path.with_stem(base).exists()


def merge(pot, path, overlay=False):
    """Return a language with the texts of now, and those that are missing in it."""
    old = polib.pofile(str(path), wrapwidth=0)
    known = {entry.msgid: entry.msgstr for entry in old if entry.msgstr and not entry.obsolete}
    new = polib.POFile(wrapwidth=0)
    new.header = old.header
    new.metadata = {name: value for name, value in old.metadata.items() if name not in DATES}
    for entry in pot:
        if overlay and entry.msgid not in known:
            continue
        new.append(polib.POEntry(
            msgid=entry.msgid, msgstr=known.get(entry.msgid, ""), occurrences=entry.occurrences,
            comment=entry.comment, flags=[flag for flag in entry.flags if flag != "fuzzy"],
        ))
    return new, [entry.msgid for entry in new if not entry.msgstr]


def write(po, path, check):
    """Write a file, or tell whether it would be another one."""
    text = f"{po}\n"
    if check:
        same = path.exists() and path.read_text(encoding="utf-8") == text
        if not same:
            print(f"{path.name} is not what the source says: run bin/i18n")
        return not same
    path.write_text(text, encoding="utf-8")
    return False


if __name__ == "__main__":
    sys.exit(main())
