"""Merge the texts that Odoo exported into each language: python -m dev.i18n.merge POT FOLDER [--check]"""

import sys
from pathlib import Path

import polib

# What changes with each export, and says nothing
DATES = ("POT-Creation-Date", "PO-Revision-Date")


def main(exported, folder, check=""):
    """Return 1 if a language is not whole, or, with --check, if a file is not up to date."""
    pot = tidied(polib.pofile(exported, wrapwidth=0))
    problems = [write(pot, Path(folder, Path(exported).name), check)]
    for path in sorted(Path(folder).glob("*.po")):
        po = polib.pofile(str(path), wrapwidth=0)
        po.merge(pot)
        po = tidied(po, overlay=is_overlay(path))
        missing = po.untranslated_entries()
        problems += [write(po, path, check), bool(missing)]
        print(f"{path.name}: {len(po) - len(missing)} of {len(po)} texts")
        for entry in missing[:10] if check else []:
            print(f"    missing: {entry.msgid[:100]!r}")
    return int(any(problems))


def is_overlay(path):
    """Tell whether a language says only what its country says otherwise, as es_AR does over es."""
    base, _, country = path.stem.partition("_")
    return bool(country) and path.with_stem(base).exists()


def tidied(po, overlay=False):
    """Return the file in order, without dates and without what is no longer said."""
    for name in DATES:
        po.metadata.pop(name, None)
    kept = [entry for entry in po if not entry.obsolete and (entry.msgstr or not overlay)]
    po[:] = sorted(kept, key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    return po


def write(po, path, check):
    """Write a file, or tell whether it would be another one."""
    text = f"{po}\n"
    if not check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        print(f"{path.name} is not what the source says: run bin/i18n")
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
