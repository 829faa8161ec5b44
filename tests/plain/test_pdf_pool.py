"""Processes that draw PDFs: in order, bounded, ended in time, and what each of their ends means."""

import shutil
import stat
import tempfile
import time
import unittest
from pathlib import Path

from tools.delivery.environment import NoFolder, ProgramBroken
from tools.pdf.pool import Job, Pool, RenderError, Stopped, stop_all

#: Stands in for wkhtmltopdf: its first option says how it ends, the PDF is the text of all its pages.
PROGRAM = """\
#!/bin/sh
how=$1; shift
for target; do :; done
case $how in
    hang) exec sleep 60;;
    fail) echo "Failed to load page" >&2; exit 2;;
    nothing) exit 0;;
    alone) mkdir "$0.busy" || exit 2; sleep 0.05; rmdir "$0.busy";;
    meet)
        mkdir "$0.$$"
        for _ in $(seq 400); do [ $(ls -d "$0".* | wc -l) = 4 ] && break; sleep 0.05; done
        [ $(ls -d "$0".* | wc -l) = 4 ] || exit 2;;
esac
pages=""
while [ $# -gt 1 ]; do
    case $1 in --*) shift;; *) pages="$pages $1";; esac
    shift
done
cat $pages > "$target"
[ "$how" = incomplete ] && { echo "ContentNotFoundError" >&2; exit 1; }
exit 0
"""


class TestPool(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.program = Path(folder.name, "wkhtmltopdf")
        self.program.write_text(PROGRAM, encoding="utf-8")
        self.program.chmod(self.program.stat().st_mode | stat.S_IXUSR)

    def draw(self, *jobs, processes=2, timeout=20):
        with Pool(self.program, processes, timeout) as pool:
            futures = [pool.submit(job) for job in jobs]
            return [future.exception() or future.result() for future in futures]

    def test_each_gets_its_own(self):
        numbers = [f"INV/2026/{number:05}" for number in range(12)]
        drawn = self.draw(*(Job(("",), (number, "Página 2")) for number in numbers))
        self.assertEqual(drawn, [f"{number}Página 2".encode() for number in numbers])

    def test_header_and_footer_are_no_pages(self):
        self.assertEqual(self.draw(Job(("",), ("Fatura",), header="Aurora", footer="1 / 1")), [b"Fatura"])

    def test_at_once(self):
        jobs = [Job(("meet",), (str(number),)) for number in range(4)]
        self.assertEqual(self.draw(*jobs, processes=4, timeout=60), [b"0", b"1", b"2", b"3"])

    def test_bounded(self):
        jobs = [Job(("alone",), (str(number),)) for number in range(4)]
        self.assertEqual(self.draw(*jobs, processes=1), [b"0", b"1", b"2", b"3"])

    def test_one_that_hangs_stops_nobody(self):
        hung, fine = self.draw(Job(("hang",), ("A",)), Job(("",), ("B",)), timeout=0.5)
        self.assertIsInstance(hung, RenderError)
        self.assertIn("within 0.5 seconds", str(hung))
        self.assertEqual(fine, b"B")

    def test_server_that_stops(self):
        """What is drawn then, and what would come after it, ends at once, and nothing is said of a page."""
        begun = time.monotonic()
        with Pool(self.program, 1, 50) as pool:
            futures = [pool.submit(Job((how,), ("A",))) for how in ("hang", "")]
            time.sleep(0.2)
            stop_all()
            self.assertEqual([type(future.exception()) for future in futures], [Stopped] * 2)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertEqual(self.draw(Job(("",), ("B",))), [b"B"])

    def test_error(self):
        [error] = self.draw(Job(("fail",), ("A",)))
        self.assertIsInstance(error, RenderError)
        self.assertIn("Failed to load page", str(error))

    def test_program_that_draws_nothing_at_all(self):
        """No document is to blame, whatever it says and however it ends."""
        for end in ("exit 1", "exit 2", "exit 0", "kill -ILL $$"):
            self.program.write_text(f'#!/bin/sh\necho "QXcbConnection: no display" >&2; {end}\n')
            for error in self.draw(Job(("",), ("A",)), Job(("",), ("B",))):
                self.assertIsInstance(error, ProgramBroken, end)
                self.assertIn("no display", str(error))

    def test_folder_that_somebody_removes(self):
        with Pool(self.program, 1, 20) as pool:
            pool.submit(Job(("",), ("A",))).result()
            shutil.rmtree(pool._folder)
            self.assertIsInstance(pool.submit(Job(("",), ("A",))).exception(), NoFolder)
        before, tempfile.tempdir = tempfile.tempdir, "/nowhere/at/all"
        try:
            with self.assertRaises(NoFolder), Pool(self.program, 1, 20) as pool:
                pool.submit(Job(("",), ("A",)))
        finally:
            tempfile.tempdir = before

    def test_no_file(self):
        [error] = self.draw(Job(("nothing",), ("A",)))
        self.assertIsInstance(error, RenderError)

    def test_incomplete(self):
        """A picture is missing: an error at first, taken where nothing better can be had."""
        with self.assertLogs("tools.pdf.pool", "WARNING"):
            strict, tolerant = self.draw(
                Job(("incomplete",), ("A",)), Job(("incomplete",), ("A",), tolerant=True),
            )
        self.assertIsInstance(strict, RenderError)
        self.assertEqual(tolerant, b"A")
