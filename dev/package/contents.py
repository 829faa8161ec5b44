"""What is packed: the files that git knows, against a written list."""

import re
import subprocess
from pathlib import Path

from dev.toolchain import ROOT, Stop

LIST = Path(__file__).with_name("contents.txt")
ANY = re.escape("*")


def packed(files, lines):
    """Return those files that the list wants; stop for a file or a line that has no counterpart.

    :param files: names below the repository's root
    :param lines: those of ``contents.txt``
    """
    lines = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    patterns = {line: _pattern(line) for line in lines}
    meant, missed = {line: [] for line in lines}, []
    for file in files:
        matching = [line for line, pattern in patterns.items() if pattern.fullmatch(file)]
        if matching:
            # what stays out, stays out
            meant[max(matching, key=lambda line: line.startswith("-"))].append(file)
        else:
            missed.append(file)
    if missed:
        raise Stop(f"{LIST.name} does not say whether these are packed: {', '.join(missed)}")
    if empty := [line for line, found in meant.items() if not found]:
        raise Stop(f"{LIST.name} means files that git does not know: {', '.join(empty)}")
    return sorted(file for line, found in meant.items() if not line.startswith("-") for file in found)


def _pattern(line):
    name = re.escape(line.removeprefix("-")).replace(ANY, "[^/]*")
    return re.compile(f"{name}.*" if line.endswith("/") else name)


def known():
    """Return the names of the files that git knows and that are still there."""
    return [name for name in _git("ls-files", "-z", "--cached") if (ROOT / name).exists()]


def unknown():
    """Return the names of those that lie around: git does not know them, and was not told to ignore them."""
    return _git("ls-files", "-z", "--others", "--exclude-standard")


def _git(*arguments):
    printed = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True).stdout
    return sorted(filter(None, printed.split("\0")))
