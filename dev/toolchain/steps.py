"""How every step of the set-up is shown, run, logged and made safe to interrupt."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / ".dev"
SETUP_LOG = DEV / "setup.log"
LINES_OF_A_FAILURE = 15
SECONDS_TO_END = 15
# Begins commands that must not outlive us, however we end.
WITH_US = ["setpriv", "--pdeathsig", "TERM"]


class Stop(Exception):
    """Ends the command; its text is the one line that the person reads."""


@contextmanager
def step(title):
    """Print ``title`` while the step runs and its seconds when it is done."""
    print(f"{title} …", end=" ", flush=True)
    begin = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - begin:.0f} s", flush=True)


def run(command, **options):
    """Run ``command`` quietly and return what it printed; stop with its last lines if it fails."""
    command = [str(part) for part in command]
    done = subprocess.run(
        WITH_US + command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        **options,
    )
    with SETUP_LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n{done.stdout}")
    if done.returncode:
        last_lines = "\n".join(done.stdout.strip().splitlines()[-LINES_OF_A_FAILURE:])
        raise Stop(f"{Path(command[0]).name} failed (everything is in {SETUP_LOG}):\n{last_lines}")
    return done.stdout


@contextmanager
def background(command, **options):
    """Yield a running process that ends with us, and not by Ctrl-C before us; it works in the addon's folder."""
    command = WITH_US + [str(part) for part in command]
    options = {"cwd": ROOT, "stdin": subprocess.DEVNULL, **options}
    process = subprocess.Popen(command, start_new_session=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def need(program, advice):
    """Return the path of ``program``, or stop with the advice on how to get it."""
    path = shutil.which(program)
    if not path:
        raise Stop(f"{program} is missing: {advice}")
    return path


def empty_folder(path):
    """Make the folder ``path``, without what it may hold, and return it."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


@contextmanager
def new_folder(target):
    """Yield an empty folder that takes the place of ``target`` only when all went well."""
    part = empty_folder(target.with_name(target.name + ".part"))
    yield part
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


@contextmanager
def lock(name):
    """Let only one command at a time do what ``name`` stands for."""
    DEV.mkdir(exist_ok=True)
    with (DEV / f"{name}.lock").open("w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another command that works in .dev …", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def fingerprint(*parts):
    """Return a short name for exactly these texts, to tell when something has to be made anew."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:12]


def write_program(path, text):
    """Write an executable file, never leaving a half-written one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.chmod(0o755)
    part.replace(path)


def command_line(function):
    """Run ``function`` as a command: failures are one message, SIGTERM ends it like Ctrl-C."""

    def interrupt(_signal, _frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        sys.exit(function())
    except Stop as stop:
        sys.exit(f"\n{stop}")
    except KeyboardInterrupt:
        sys.exit("\nstopped")
