"""Packages from Debian's archive without touching the system: apt with a state of its own."""

import getpass
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from .steps import DEV, Stop, empty_folder, need, new_folder, run

APT = DEV / "apt"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ADVICE = "work on Debian, or set ODOO_SOURCE to a checkout of Odoo 19.0 and install PostgreSQL and Chromium"
LIBRARY_FOLDERS = ("lib/*-linux-*", "usr/lib/*-linux-*", "usr/lib/*-linux-*/*")
# Hooks of the system's configuration would change the system after our downloads.
NO_HOOKS = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
"""


class Archive:
    """apt-get with private lists and cache; the sources are the machine's own unless a suite is named."""

    def __init__(self, suite=None):
        self.suite = suite
        self.folder = APT / (suite or "own")
        self.config = self.folder / "apt.conf"
        self.fresh = False

    def _configure(self, site=None):
        """Write apt's configuration; a suite is read from ``site``, alone and signed."""
        for name in ("lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        options = {
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "APT::Sandbox::User": getpass.getuser(),
            "APT::Get::List-Cleanup": "false",
            "Acquire::Languages": "none",
            "Debug::NoLocking": "true",
        }
        if self.suite:
            sources = self.folder / "sources.list"
            sources.write_text(f"deb [signed-by={KEYRING}] {site} {self.suite} main\n")
            (self.folder / "status").touch()
            options |= {
                "Dir::Etc::SourceList": sources,
                "Dir::Etc::SourceParts": "/dev/null",
                "Dir::State::Status": self.folder / "status",
                "APT::Update::Error-Mode": "any",
            }
        lines = [f'{name} "{value}";\n' for name, value in options.items()]
        self.config.write_text("".join(lines) + NO_HOOKS)

    def _apt(self, *arguments, **options):
        return run(["apt-get", "-q", "-y", "-c", self.config, *arguments], **options)

    def update(self):
        """Fetch the lists of packages, once for each run of the command."""
        if self.fresh:
            return
        for program in ("apt-get", "dpkg-deb"):
            need(program, ADVICE)
        if self.suite:
            self._update_suite()
        else:
            self._update_own()
        self.fresh = True

    def _update_own(self):
        """Read the machine's own sources; one that fails matters only if a package is missing later."""
        self._configure()
        with suppress(Stop):
            self._apt("update")

    def _update_suite(self):
        """Find among the machine's mirrors one that has the suite, signed by Debian."""
        if not KEYRING.exists():
            raise Stop(f"{KEYRING} is missing: install the package debian-archive-keyring")
        failure = Stop(f"apt has no mirror of Debian's archive: {ADVICE}")
        for site in mirrors():
            self._configure(site)
            try:
                return self._apt("update")
            except Stop as stop:
                failure = stop
        raise failure

    def unpack(self, target, packages):
        """Unpack exactly these packages into the new folder ``target``."""
        self.update()
        debs = empty_folder(self.folder / "debs")
        self._apt("download", *packages, cwd=debs)
        self._unpack_all(debs, target)

    def unpack_with_dependencies(self, target, packages):
        """Unpack these packages with what they need into the new folder ``target``.

        Of the machine's own release that is what the system lacks, of a named suite everything.
        """
        self.update()
        debs = empty_folder(self.folder / "cache" / "archives")
        (debs / "partial").mkdir()
        self._apt("install", "--download-only", "--no-install-recommends", *packages)
        self._unpack_all(debs, target)

    def _unpack_all(self, debs, target):
        """Unpack every package of a folder; next to the system's libraries stays the system's C library."""
        with new_folder(target) as part:
            for deb in sorted(debs.glob("*.deb")):
                if self.suite or not deb.name.startswith("libc6_"):
                    run(["dpkg-deb", "-x", deb, part])
        shutil.rmtree(debs)


def mirrors():
    """Return the addresses of the archives that the machine's apt reads, main archive first."""
    printed = run(["apt-get", "update", "--print-uris", "-o", "Debug::NoLocking=true"])
    sites = dict.fromkeys(re.findall(r"^'(\S+?)/dists/", printed, re.MULTILINE))
    return sorted(sites, key=lambda site: "security" in site)


def library_path(root):
    """Return the folders of an unpacked root that hold shared libraries, as the dynamic linker takes them."""
    folders = [folder for pattern in LIBRARY_FOLDERS for folder in sorted(root.glob(pattern))]
    return os.pathsep.join(str(folder) for folder in folders if any(folder.glob("lib*.so*")))


def own_linker(root):
    """Return the dynamic linker of an unpacked root, for programs that need that root's C library."""
    return next(root.glob("lib/*-linux-*/ld-linux-*"))
