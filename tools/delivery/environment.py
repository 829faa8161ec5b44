"""Whose fault an error is: the document's, or that of the machine that it is made on."""

import errno

#: What a disk that is full, read-only, gone or not ours, and the limits of a process, make of any document
OS_ERRORS = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN,
    errno.EACCES, errno.EPERM, errno.EFBIG, errno.EBUSY, errno.ENXIO, errno.ENODEV, errno.ENOLCK, errno.ETXTBSY,
    errno.ENOEXEC, errno.ENOTCONN, *(getattr(errno, name) for name in (
        "ESTALE", "EREMOTEIO", "ESHUTDOWN", "EHOSTDOWN") if hasattr(errno, name)),
})
#: PostgreSQL's codes (its appendix A): connections (08), resources (53), its operator's intervention and time limits
#: (57), its disk (58), its faults (XX) and configuration (F0), a session or database that takes nothing now (25),
#: rights (42501); tables that are not as the program expects them, before the addon was updated (42P01, 42703)
DATABASE_ERRORS = ("08", "53", "57", "58", "XX", "F0", "25006", "25P03", "42501", "42P01", "42703")
#: By number of the system, and by code of PostgreSQL
KINDS = {
    errno.ENOSPC: "disk", errno.EDQUOT: "disk", "53100": "disk", errno.EROFS: "read_only", "25006": "read_only",
    errno.EMFILE: "files", errno.ENFILE: "files", errno.ENOMEM: "memory", "53200": "memory",
    errno.EACCES: "rights", errno.EPERM: "rights", "42501": "rights", "42P01": "update", "42703": "update",
}
#: Minutes to wait after a fault of the environment, longer each time
PAUSES = (1, 2, 5, 10, 20, 30, 60)


class ProgramMissing(OSError):
    """A program that is needed cannot be started: not installed, or not ours to run."""


class ProgramBroken(ProgramMissing):
    """A program that is needed is there, and does not do the simplest thing."""


class NoFolder(OSError):
    """There is no place for temporary files."""


class FilestoreUnavailable(OSError):
    """The files of the database cannot be read now: none of them, or these only for the moment."""


def find_fault(error):
    """Return the error of the environment in the chain of an exception's causes, or ``None``."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if is_fault(error):
            return error
        error = error.__cause__ or error.__context__
    return None


def is_fault(error):
    """Tell whether this very exception speaks of the machine."""
    if isinstance(error, OSError):
        return isinstance(error, (ProgramMissing, NoFolder, FilestoreUnavailable)) or error.errno in OS_ERRORS
    return isinstance(error, MemoryError) or (getattr(error, "pgcode", None) or "").startswith(DATABASE_ERRORS)


def pause(faults):
    """The minutes to wait after so many faults in a row."""
    return PAUSES[min(max(faults, 1), len(PAUSES)) - 1]


def kind(fault):
    """What to look at: a word of ``KINDS`` or of the classes here, or ``None`` for something else."""
    if isinstance(fault, ProgramBroken):
        return "program_broken"
    if isinstance(fault, ProgramMissing):
        return "program"
    if isinstance(fault, NoFolder):
        return "folder"
    if isinstance(fault, FilestoreUnavailable):
        return "filestore"
    if isinstance(fault, MemoryError):
        return "memory"
    return KINDS.get(getattr(fault, "errno", None)) or KINDS.get(getattr(fault, "pgcode", None))
