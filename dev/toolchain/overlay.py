"""Python environments beside ours: with packages that ours shall not know, or without those that ours has."""

import copy
import os
import shutil
from pathlib import Path

from .steps import fingerprint, run, step


def packages_of(python):
    """Return the folder that an environment's packages are installed in."""
    return next(python.parent.parent.glob("lib/python3*/site-packages"))


def beside(toolchain, folder, interpreter, install, *key):
    """Return a toolchain with an environment of its own, which ``install`` fills when the key has changed."""
    python, done = folder / "bin/python", folder / "complete"
    key = fingerprint(interpreter, folder, *key)
    if not done.exists() or done.read_text(encoding="utf-8") != key:
        with step(f"Python environment {folder.name}"):
            shutil.rmtree(folder, ignore_errors=True)
            run([interpreter, "-m", "venv", "--without-pip", folder])
            install(python)
            done.write_text(key, encoding="utf-8")
    made = copy.copy(toolchain)
    made.python = python
    path = os.pathsep.join([str(python.parent), toolchain.environment["PATH"]])
    made.environment = toolchain.environment | {"PATH": path}
    return made


def overlay(toolchain, folder, *requirements):
    """Return a toolchain whose Python also has these packages; pip counts ours as installed.

    :param requirements: as pip takes them; a path is that of a file with more of them
    """
    def install(python):
        (packages_of(python) / "beneath.pth").write_text(f"{packages_of(toolchain.python)}\n", encoding="utf-8")
        # Odoo counts as installed with all that it wants: what it names itself would break it, or not compile.
        odoo = packages_of(python) / "odoo-19.0.dist-info"
        odoo.mkdir()
        (odoo / "METADATA").write_text("Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n", encoding="utf-8")
        run([python, "-m", "pip", "install", *requirements])

    texts = [part.read_text(encoding="utf-8") if isinstance(part, Path) else part for part in requirements]
    return beside(toolchain, folder, toolchain.python, install, toolchain.template, *texts)
