"""Folders for pages with customers' data, which must not outlive the process that made them."""

import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from ..delivery.environment import NoFolder

try:
    import fcntl
except ImportError:  # Windows: there the age decides
    fcntl = None

#: How the names of our folders begin
PREFIXES = ("dispatch_pdf_", "dispatch_print_")
#: In each folder; its process holds a lock on it, which the system frees however the process ends
LOCK = "lock"
#: Seconds after which a folder without a lock (of an older version, or on Windows) is nobody's any more
AGE = 24 * 3600


@contextmanager
def private_folder(prefix):
    """Yield the path of a new folder of this process; it is removed at the end.

    :param str prefix: one of :data:`PREFIXES`
    :raise NoFolder: none can be made
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
    except FileNotFoundError as error:
        raise NoFolder(error.errno, error.strerror or str(error), error.filename) from error
    with folder as name:
        # a lock file is never seen without its lock
        hidden = Path(name, f"{LOCK}_new")
        with hidden.open("wb") as lock:
            if fcntl:
                fcntl.flock(lock, fcntl.LOCK_EX)
                hidden.rename(Path(name, LOCK))
            yield name


def remove_left_over():
    """Remove the folders whose processes were killed; return how many. Others' folders are left alone."""
    removed = 0
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIXES):
                with suppress(OSError):
                    removed += _remove_if_left(entry)
    return removed


def _remove_if_left(entry):
    info = entry.stat(follow_symlinks=False)
    if not entry.is_dir(follow_symlinks=False) or info.st_uid != getattr(os, "getuid", lambda: info.st_uid)():
        return False
    path = Path(entry.path)
    if not fcntl or not (path / LOCK).exists():
        if time.time() - info.st_mtime < AGE:
            return False
    else:
        with (path / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises BlockingIOError while its process lives
    shutil.rmtree(path, ignore_errors=True)
    return True
