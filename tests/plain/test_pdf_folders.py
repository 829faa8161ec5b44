"""Folders of processes that were killed are removed; those of living ones, and of others, stay."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from tools.pdf import folders

KILLED = """
import os, signal, sys, tempfile
from pathlib import Path
from tools.pdf.folders import private_folder

tempfile.tempdir = sys.argv[1]
with private_folder("dispatch_pdf_") as folder:
    Path(folder, "page.html").write_text("Fatura")
    os.kill(os.getpid(), signal.SIGKILL)
"""


class TestFolders(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)
        patcher = patch.object(tempfile, "tempdir", place.name)
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_only_those_of_dead_processes(self):
        subprocess.run([sys.executable, "-c", KILLED, self.place], check=False)
        [left] = self.place.iterdir()
        (self.place / "strange").mkdir()
        (self.place / "dispatch_pdf_link").symlink_to(self.place / "strange")
        with folders.private_folder("dispatch_pdf_") as own:
            self.assertEqual(folders.remove_left_over(), 1)
            self.assertTrue(Path(own).exists())
        self.assertFalse(left.exists())
        self.assertEqual(sorted(path.name for path in self.place.iterdir()), ["dispatch_pdf_link", "strange"])

    def test_of_an_older_version(self):
        """Without a lock the age decides."""
        old, new = self.place / "dispatch_print_old", self.place / "dispatch_print_new"
        old.mkdir()
        new.mkdir()
        os.utime(old, (0, 0))
        self.assertEqual(folders.remove_left_over(), 1)
        self.assertTrue(new.exists())
