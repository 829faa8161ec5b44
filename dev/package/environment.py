"""A Python with nothing but what Odoo's own requirements name, in which the addon has to do its work."""

import os
import shutil
import subprocess
from pathlib import Path

from dev.toolchain import DEV, Stop
from dev.toolchain.overlay import beside, packages_of
from dev.toolchain.steps import empty_folder, run

HERE = Path(__file__).parent
FOLDER = DEV / "package"
TESTS = HERE / "tests.txt"
#: Odoo's oldest and newest requirements stand in ``odoo-<Python>.txt``.
PYTHONS = ("3.11", "3.13")


def interpreter(version):
    """Return the path of this Python, in PATH or as pyenv keeps it; ``None`` where the machine has none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))]
    for path in map(str, filter(None, found)):
        # pyenv has commands that only say which Pythons it would have
        said = subprocess.run([path, "-c", "import venv"], capture_output=True, check=False)
        if not said.returncode:
            return path
    return None


def requirements(folder, version):
    """Return the file with what Odoo requires: that of a checkout for this Python, else our list of it."""
    own = folder / "requirements.txt"
    if not own.exists():
        return HERE / f"odoo-{version}.txt"
    lines = own.read_text(encoding="utf-8").splitlines()
    kept = [line.replace("psycopg2==", "psycopg2-binary==") for line in lines if not line.startswith("python-ldap")]
    target = FOLDER / f"odoo-{version}.txt"
    target.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return target


def environment(toolchain, version, wheel):
    """Return a toolchain whose Python has Odoo's requirements and the wheel, and nothing else; stop without one.

    The wheel is installed as the README says, without asking pip for Odoo, which it does not know.
    """
    found = interpreter(version)
    if not found:
        raise Stop(f"there is no Python {version} on this machine")
    folder = FOLDER / f"python-{version}"
    list_of_odoo = requirements(toolchain.folder, version)

    def install(python):
        run(_pip(toolchain, python, "-r", list_of_odoo))
        # apart from the environment: the addon must not find there what it does not declare
        run(_pip(toolchain, python, "--no-deps", "--target", empty_folder(folder / "tests"), "-r", TESTS))

    texts = [path.read_text(encoding="utf-8") for path in (list_of_odoo, TESTS)]
    made = beside(toolchain, folder, found, install, *texts)
    run(_pip(toolchain, made.python, "--no-deps", "--force-reinstall", wheel))
    made.environment["PYTHONPATH"] = os.pathsep.join([toolchain.environment["PYTHONPATH"], str(folder / "tests")])
    return made


def _pip(toolchain, python, *arguments):
    """Return the command by which the toolchain's pip installs into another environment."""
    return toolchain.module("pip", "--python", python, "install", "--prefer-binary", *arguments)


def addon_in(python, addon):
    """Return the folder in which the wheel has put the addon."""
    return packages_of(python) / "odoo/addons" / addon
