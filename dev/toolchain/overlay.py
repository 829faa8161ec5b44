"""A Python environment on top of ours, to install packages that ours shall not know."""

import copy
import os
import shutil

from .steps import fingerprint, run, step


def packages_of(python):
    """Return the folder that an environment's packages are installed in."""
    return next(python.parent.parent.glob("lib/python3*/site-packages"))


def overlay(toolchain, folder, *requirements):
    """Return a toolchain whose Python also has these packages; pip counts ours as installed."""
    python = folder / "bin/python"
    key = fingerprint(toolchain.python, toolchain.template, *requirements)
    done = folder / "complete"
    if not done.exists() or done.read_text(encoding="utf-8") != key:
        with step(f"Python environment {folder.name}"):
            shutil.rmtree(folder, ignore_errors=True)
            run([toolchain.python, "-m", "venv", "--without-pip", folder])
            beneath = packages_of(toolchain.python)
            (packages_of(python) / "beneath.pth").write_text(f"{beneath}\n", encoding="utf-8")
            # Odoo counts as installed with all that it wants: what it names itself would break it, or not compile.
            odoo = packages_of(python) / "odoo-19.0.dist-info"
            odoo.mkdir()
            (odoo / "METADATA").write_text("Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n", encoding="utf-8")
            run([python, "-m", "pip", "install", *requirements])
            done.write_text(key, encoding="utf-8")
    above = copy.copy(toolchain)
    above.python = python
    path = os.pathsep.join([str(python.parent), toolchain.environment["PATH"]])
    above.environment = toolchain.environment | {"PATH": path}
    return above
