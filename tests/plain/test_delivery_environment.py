"""Whose fault an error is."""

import errno
import unittest

from tools.delivery import environment


class DatabaseError(Exception):
    def __init__(self, pgcode):
        super().__init__(pgcode)
        self.pgcode = pgcode


class TestEnvironment(unittest.TestCase):
    def test_faults_of_the_machine(self):
        for error, kind in (
            (OSError(errno.ENOSPC, "full"), "disk"), (OSError(errno.EDQUOT, "quota"), "disk"),
            (OSError(errno.EMFILE, "files"), "files"), (OSError(errno.ENFILE, "files"), "files"),
            (OSError(errno.ENOMEM, "memory"), "memory"), (MemoryError(), "memory"),
            (OSError(errno.EROFS, "read-only"), "read_only"), (DatabaseError("25006"), "read_only"),
            (DatabaseError("53100"), "disk"), (DatabaseError("53300"), None), (DatabaseError("57P01"), None),
            (environment.ProgramMissing(errno.ENOENT, "wkhtmltopdf"), "program"),
            (environment.ProgramBroken(errno.EIO, "wkhtmltopdf"), "program_broken"),
            (environment.NoFolder(errno.ENOENT, "/tmp/gone"), "folder"),
            (PermissionError(errno.EACCES, "filestore"), "rights"), (OSError(errno.EPERM, "filestore"), "rights"),
            (OSError(errno.ESTALE, "network disk"), None), (OSError(errno.ENOTCONN, "network disk"), None),
            (OSError(errno.EFBIG, "limit"), None), (DatabaseError("57014"), None), (DatabaseError("08006"), None),
            (DatabaseError("XX001"), None), (DatabaseError("42501"), "rights"), (DatabaseError("42P01"), "update"),
            (DatabaseError("42703"), "update"),
        ):
            with self.subTest(error=repr(error)):
                self.assertIs(environment.find_fault(error), error)
                self.assertEqual(environment.kind(error), kind)

    def test_faults_of_the_document(self):
        for error in (ValueError("no text"), FileNotFoundError(errno.ENOENT, "picture"), DatabaseError("23505"),
                      DatabaseError("22001"), DatabaseError("40001"), DatabaseError("55P03"), DatabaseError("42601"),
                      OSError(errno.ENAMETOOLONG, "name"), ConnectionRefusedError(errno.ECONNREFUSED, "service")):
            with self.subTest(error=repr(error)):
                self.assertIsNone(environment.find_fault(error))

    def test_wrapped(self):
        """Whoever says it in other words does not change whose fault it is."""
        fault = OSError(errno.ENOSPC, "full")
        try:
            try:
                raise fault
            except OSError as error:
                raise ValueError("could not be made") from error
        except ValueError as error:
            self.assertIs(environment.find_fault(error), fault)

    def test_pauses_grow(self):
        pauses = [environment.pause(faults) for faults in range(1, 20)]
        self.assertEqual(pauses, sorted(pauses))
        self.assertEqual((pauses[0], pauses[-1]), (1, 60))
