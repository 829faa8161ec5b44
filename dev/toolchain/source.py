"""Odoo's source and the Python environment that it runs in."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .debian import APT, Archive
from .steps import DEV, Stop, fingerprint, run, step

SERIES = (19, 0)
PYTHONS = ((3, 11), (3, 12), (3, 13))
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
VENV = DEV / "venv"
DEBIAN_ODOO = DEV / "odoo"
INSIDE_DEBIAN = Path("usr/lib/python3/dist-packages")
# Odoo's web client has links into these packages and fails without their files.
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
)
# Debian leaves this file out; without it every page of the web client logs an error.
LEFT_OUT = INSIDE_DEBIAN / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def odoo_folder():
    """Return the folder that holds the package ``odoo``: ODOO_SOURCE, else Debian's Odoo, fetched once."""
    if os.environ.get("ODOO_SOURCE"):
        folder = Path(os.environ["ODOO_SOURCE"]).expanduser().resolve()
    else:
        folder = DEBIAN_ODOO / INSIDE_DEBIAN
        if not DEBIAN_ODOO.exists():
            with step("Odoo 19.0"):
                _fetch_odoo()
    _check_series(folder)
    return folder


def _fetch_odoo():
    part = DEBIAN_ODOO.with_name("odoo.unpacked")
    Archive("sid").unpack(part, PACKAGES)
    left_out = part / LEFT_OUT
    left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.write_text("// Left out by Debian: video backgrounds are not available.\n", encoding="utf-8")
    _check_series(part / INSIDE_DEBIAN)
    part.rename(DEBIAN_ODOO)


def _check_series(folder):
    release = folder / "odoo" / "release.py"
    if not release.exists():
        raise Stop(f"{folder} holds no Odoo: set ODOO_SOURCE to a checkout of Odoo 19.0")
    found = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(encoding="utf-8"), re.MULTILINE)
    if not found or tuple(map(int, found.groups())) != SERIES:
        raise Stop(f"{folder} is not Odoo 19.0: set ODOO_SOURCE to a checkout of Odoo 19.0")


def odoo_version(folder):
    """Return a text that changes when another Odoo is used."""
    if not os.environ.get("ODOO_SOURCE"):
        return (folder / "odoo" / "release.py").stat().st_mtime
    commit = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    shown = subprocess.run(commit, capture_output=True, text=True, check=False)
    return f"{folder} {shown.stdout}"


def python_environment(archive):
    """Return the interpreter of the environment with the locked requirements, made when they change."""
    interpreter = _interpreter()
    key = fingerprint(REQUIREMENTS.read_text(encoding="utf-8"), interpreter, VENV)
    done = VENV / "complete"
    if not done.exists() or done.read_text(encoding="utf-8") != key:
        with step("Python packages"):
            shutil.rmtree(VENV, ignore_errors=True)
            _new_environment(interpreter, archive)
            run([VENV / "bin/python", "-m", "pip", "install", "--require-hashes", "-r", REQUIREMENTS])
            done.write_text(key, encoding="utf-8")
    return VENV / "bin/python"


def _interpreter():
    """Return a Python that the locked requirements are made for, this one if it is."""
    if sys.version_info[:2] in PYTHONS:
        return sys.executable
    for major, minor in reversed(PYTHONS):
        found = shutil.which(f"python{major}.{minor}")
        if found:
            return found
    raise Stop(f"Python {sys.version.split()[0]} is not supported: install Python 3.11, 3.12 or 3.13")


def _new_environment(interpreter, archive):
    """Make an empty environment with pip, also where Debian's package python3-venv is not installed."""
    has_pip = not subprocess.run([interpreter, "-c", "import ensurepip"], capture_output=True, check=False).returncode
    if has_pip:
        run([interpreter, "-m", "venv", VENV])
        return
    run([interpreter, "-m", "venv", "--without-pip", VENV])
    wheels = APT / "pip"
    archive.unpack(wheels, ["python3-pip-whl"])
    pip = next(wheels.glob("usr/share/python-wheels/pip-*.whl"))
    command = [VENV / "bin/python", "-m", "pip", "install", "--no-index", pip]
    run(command, env=os.environ | {"PYTHONPATH": str(pip)})
