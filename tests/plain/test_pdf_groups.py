"""Documents drawn together by the real wkhtmltopdf: each gets its own pages, or is drawn alone."""

import io
import shutil
import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from unittest.mock import patch

from tools.pdf import groups
from tools.pdf.groups import Groups, are_own
from tools.pdf.library import PdfReader
from tools.pdf.pool import Job, Pool, RenderError
from tools.pdf.text import pdf_text

BODY = '<!DOCTYPE html><html><head><meta charset="utf-8"/><style>p {{ margin: 0 }}</style></head><body>{}</body></html>'


def job(text, **values):
    """A letter."""
    return Job(("--quiet",), (BODY.format(text),), **values)


def letter(number):
    """Letters that share nearly all of their words."""
    return job(f"<h1>Açúcar &amp; Filhos {number}</h1><p>We write to you about “documents”.</p><p>{number:03}</p>")


class Asked:
    """A pool that notes how many documents each job has, and may change or refuse it."""

    def __init__(self, pool, change=lambda job: job):
        self.pool, self.change, self.calls = pool, change, []

    def submit(self, asked):
        self.calls.append(len(asked.bodies))
        return self.pool.submit(self.change(asked))


class TestGroups(unittest.TestCase):
    def draw(self, jobs, change=lambda job: job, size=10):
        """The words of each PDF, or what went wrong, and the number of documents in each call."""
        with Pool(shutil.which("wkhtmltopdf"), 2) as pool:
            asked = Asked(pool, change)
            together = Groups(asked, size)
            futures = [together.submit(one) for one in jobs]
            results = [future.exception() or future.result() for future in futures]
        self.pdfs = results
        return [" ".join(pdf_text(made).split()) if isinstance(made, bytes) else made for made in results], asked.calls

    def test_each_its_own(self):
        jobs = [letter(number) for number in range(25)]
        texts, calls = self.draw(jobs)
        self.assertEqual(calls, [10, 10, 5])
        self.assertEqual(texts, [
            f"Açúcar & Filhos {number} We write to you about “documents”. {number:03}" for number in range(25)])

    def test_documents_of_several_pages(self):
        long = job("<p>Long</p>" + "".join(f"<p>Line {number}</p>" for number in range(120)))
        empty = job("<p>Begin</p><div style='page-break-before: always; height: 1px'>&nbsp;</div>"
                    "<p style='page-break-before: always'>End</p>")
        _texts, calls = self.draw([letter(1), long, empty, letter(2)])
        self.assertEqual(calls, [4])
        pages = [len(PdfReader(io.BytesIO(content)).pages) for content in self.pdfs]
        self.assertEqual((pages[0], pages[2], pages[3]), (1, 3, 1))
        self.assertGreater(pages[1], 1)

    def test_nothing_of_the_others(self):
        """Neither their words nor the marks between are in a file."""
        self.draw([letter(1), letter(2)])
        for number, content in enumerate(self.pdfs, start=1):
            pages = PdfReader(io.BytesIO(content)).pages
            self.assertEqual(len(pages), 1)
            self.assertNotIn(f"Filhos{3 - number}", "".join(pdf_text(content).split()))
            self.assertEqual(content.count(b"/Type /Page\n"), 1)

    def test_mixed_up(self):
        def change(asked):
            return replace(asked, bodies=asked.bodies[::-1])

        texts, calls = self.draw([letter(1), letter(2), letter(3)], change)
        self.assertEqual(calls, [3, 1, 1, 1])
        self.assertEqual([text[-3:] for text in texts], ["001", "002", "003"])

    def test_one_that_takes_the_place_of_another(self):
        def change(asked):
            return replace(asked, bodies=asked.bodies[:1] * len(asked.bodies)) if len(asked.bodies) > 1 else asked

        texts, calls = self.draw([letter(1), letter(2)], change)
        self.assertEqual(calls, [2, 1, 1])
        self.assertEqual([text[-3:] for text in texts], ["001", "002"])

    def test_what_cannot_be_told_apart(self):
        """Two alike, and one whose words are not drawn as they stand in its HTML."""
        for other in (letter(1), job("<p style='visibility: hidden'>Nobody</p><p>x</p>"), job("")):
            with self.subTest(other=other):
                texts, calls = self.draw([letter(1), other])
                self.assertEqual(calls, [2, 1, 1])
                self.assertEqual(texts[0][-3:], "001")

    def test_capitals_and_other_scripts(self):
        texts, calls = self.draw([
            job("<p style='text-transform: uppercase'>straße offices</p>"), job("<p>Żółć – Ωmega</p>"), letter(1)])
        self.assertEqual(calls, [3])
        self.assertEqual(texts[0], "STRASSE OFFICES")

    def test_group_that_fails(self):
        """Each alone; one that cannot be drawn is the only one that is not."""
        def change(asked):
            bad = "Broken" in "".join(asked.bodies)
            return replace(asked, options=("--no-such-option",)) if bad else asked

        texts, calls = self.draw([letter(1), job("Broken"), letter(2)], change)
        self.assertEqual(calls, [3, 1, 1, 1])
        self.assertEqual((texts[0][-3:], texts[2][-3:]), ("001", "002"))
        self.assertIsInstance(texts[1], RenderError)

    def test_no_fault_of_the_documents(self):
        """Said of each, and none is tried again."""
        with ThreadPoolExecutor() as executor:
            class Full:
                calls = 0

                def submit(self, _job):
                    self.calls += 1
                    return executor.submit(self.fail)

                @staticmethod
                def fail():
                    raise OSError("no space")

            pool = Full()
            together = Groups(pool)
            futures = [together.submit(letter(number)) for number in range(3)]
            for future in futures:
                with self.assertRaisesRegex(OSError, "no space"):
                    future.result(10)
            self.assertEqual(pool.calls, 1)

    def test_library_that_stumbles(self):
        with patch.object(groups, "split", side_effect=ZeroDivisionError), self.assertLogs("tools.pdf.groups"):
            texts, calls = self.draw([letter(1), letter(2)])
        self.assertEqual((calls, [text[-3:] for text in texts]), ([2, 1, 1], ["001", "002"]))

    def test_closed(self):
        """Whoever still waits when the pool is left hears so."""
        with Pool(shutil.which("wkhtmltopdf"), 1) as pool:
            together = Groups(pool)
            futures = [together.submit(letter(number)) for number in range(30)]
        for future in futures:
            self.assertTrue(future.exception(20) or future.result(0).startswith(b"%PDF"))

    def test_who_can_be_one_of_a_group(self):
        self.assertTrue(Groups.takes(letter(1)))
        for other in (Job((), ("a", "b")), job("a", header="h"), job("a", footer="f"), job("a", tolerant=True)):
            self.assertFalse(Groups.takes(other))


class TestOwn(unittest.TestCase):
    def test_own_words_and_nobody_elses(self):
        for words, texts, own in (
            ([["hello", "ana"], ["hello", "bia"]], ["helloana", "hellobia"], True),
            ([["hello", "ana"], ["hello", "bia"]], ["hellobia", "helloana"], False),
            ([["hello", "ana"], ["hello", "anabela"]], ["helloana", "helloanabela"], False),
            ([["hello", "ana", "7"], ["hello", "anabela", "8"]], ["helloana7", "helloanabela8"], True),
            ([["hello"], ["hello"]], ["hello", "hello"], False),
            ([[], ["hello"]], ["", "hello"], False),
            ([["hello", "ana"], ["hello"]], ["helloana", "hello"], False),
            ([["ana"], ["bia"], ["eva"]], ["ana", "biaana", "eva"], False),
        ):
            with self.subTest(words=words, texts=texts):
                self.assertIs(are_own(words, texts), own)
