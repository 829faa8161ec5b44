"""Reads PDFs that anybody may have made: the program that :mod:`tools.pdf.reader` starts. It knows no Odoo.

A library that reads PDFs can be kept busy for hours, or fed with gigabytes, by a file of some kilobytes. Here that
ends this process and nothing else: with the time and the memory of the job, whatever the library does meanwhile.

Its only argument is a file with the job (JSON). For each file it writes one line (JSON), as soon as it is read.
"""

import faulthandler
import importlib
import json
import logging
import os
import sys
import time
import types
from io import BytesIO
from itertools import islice
from pathlib import Path

try:
    import resource
except ImportError:  # Windows: time alone is limited
    resource = None

#: Pages that are read, bytes and forms that one page draws, and characters of all of them together
MOST_PAGES, MOST_DRAWN, MOST_FORMS, MOST_TEXT = 30, 1_000_000, 1000, 500_000
#: Why not all of a file was read; :mod:`tools.pdf.reader` has the meanings
PASSWORD, BROKEN, LIMITS = "password", "broken", "limits"
#: Dots of a page's picture: three for each point of an A4 page, which a code of 20 mm needs; what is larger gets fewer
DOTS_A_POINT, MOST_DOTS = 3, 4_600_000
#: Part of its time after which a file gets no further page
ENOUGH = 0.6


def main(job):
    """Do a job: ``task``, ``files``, ``output``, ``seconds`` a file, ``memory`` and ``written`` in bytes, ``path``;
    ``password`` where a person typed one."""
    limit(job)
    sys.path += [folder for folder in job["path"] if folder not in sys.path]
    logging.disable(logging.CRITICAL)  # a warning for each fault of a file can be a million
    load("library")  # before the clock of the first file runs
    task = {"text": read_texts, "codes": read_codes, "merge": merge}[job["task"]]
    answer(ready=True)
    for found in task(job):
        answer(**found)


def limit(job):
    """Memory and what is written, for the whole process; no core file of a stranger's bytes."""
    if resource:
        for kind, most in (("RLIMIT_AS", job["memory"]), ("RLIMIT_FSIZE", job["written"]), ("RLIMIT_CORE", 0)):
            lower(getattr(resource, kind), most)


def lower(kind, most):
    """Set a limit of the system; one that is lower already stays."""
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def start_clock(seconds):
    """Give the next file its time; whatever runs when it is over, the process ends there."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=SILENCE)
    if resource:
        # should the clock itself be kept from running
        lower(resource.RLIMIT_CPU, int(time.process_time() + seconds) + 1)


def answer(**found):
    """Write one line."""
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n")
    sys.stdout.buffer.flush()


# ----------------------------------------------------------------------
# Text
# ----------------------------------------------------------------------

def read_texts(job):
    """Yield text and problem of each file."""
    for path in job["files"]:
        start_clock(job["seconds"])
        text, problem = read_text(Path(path).read_bytes(), password=job.get("password"))
        yield {"text": text, "problem": problem}
        if problem == LIMITS:
            return  # what is left of the memory is for nobody else: the next files get a new process


def read_text(content, pages=MOST_PAGES, password=None):
    """Return the text of the first pages, a form feed between them, and why there is no more (``None``: it is all).

    :param bytes content: of the PDF
    :param pages: how many are read
    :param password: what a person typed for a PDF that asks for one
    """
    library = load("library")
    texts, problem = [], None
    try:
        for page in islice(library.PdfReader(BytesIO(content), password=password).pages, pages):
            small = drawn(page) <= MOST_DRAWN
            texts.append(page.extract_text() if small else "")
            problem = problem if small else LIMITS
        if not texts:
            problem = BROKEN  # it has no page
    # locked, also with another password, or in a way that it cannot open
    except (library.FileNotDecryptedError, library.DependencyError):
        problem = PASSWORD
    except MemoryError:
        problem = LIMITS
    except Exception:  # noqa: BLE001 what is broken on purpose raises more than the library's own errors
        problem = BROKEN
    return "\f".join(texts)[:MOST_TEXT], problem


def drawn(page):
    """Bytes of drawing commands, those of its forms included: a small file can unpack to a hundred megabytes."""
    contents = page.get_contents()
    total = len(contents.get_data()) if contents is not None else 0
    waiting, seen = [page], set()
    # forms that draw nothing add nothing to the total
    while waiting and total <= MOST_DRAWN and len(seen) < MOST_FORMS:
        resources = resolve(waiting.pop().get("/Resources")) or {}
        for form in map(resolve, (resolve(resources.get("/XObject")) or {}).values()):
            if form.get("/Subtype") == "/Form" and id(form) not in seen:
                seen.add(id(form))
                waiting.append(form)
                total += len(form.get_data())
    return total


def resolve(pdf_object):
    """What a reference stands for."""
    return pdf_object.get_object() if pdf_object is not None else None


# ----------------------------------------------------------------------
# Codes
# ----------------------------------------------------------------------

def read_codes(job):
    """Yield the codes on the pages of each file, as far as its time goes: page, kind and text."""
    import PIL.Image  # noqa: F401 before the clock of the first file runs
    import pypdfium2
    import zxingcpp
    kinds = zxingcpp.BarcodeFormat.QRCode | zxingcpp.BarcodeFormat.ITF
    for path in job["files"]:
        start_clock(job["seconds"])
        until = time.monotonic() + job["seconds"] * ENOUGH
        codes, problem = [], None
        try:
            document = pypdfium2.PdfDocument(path, password=job.get("password"))
            for number in range(min(len(document), MOST_PAGES)):
                if time.monotonic() > until:
                    problem = LIMITS
                    break
                for found in zxingcpp.read_barcodes(picture(document[number]), kinds):
                    codes.append([number, found.format.name, found.text])
        except MemoryError:
            problem = LIMITS
        except Exception:  # noqa: BLE001 as with texts
            problem = BROKEN
        yield {"codes": codes, "problem": problem}


def picture(page):
    """Draw a page in grey."""
    width, height = page.get_size()
    scale = min(DOTS_A_POINT, (MOST_DOTS / max(width * height, 1)) ** 0.5)
    return page.render(scale=scale, grayscale=True).to_pil()


# ----------------------------------------------------------------------
# Pages
# ----------------------------------------------------------------------

def merge(job):
    """Write the pages of all files into one, and yield how many each has; one that has a problem stays out."""
    pdf_merge = load("merge")
    with pdf_merge.Merger(job["output"]) as merger:
        for path in job["files"]:
            start_clock(job["seconds"])
            try:
                yield {"pages": merger.add(Path(path).read_bytes())}
            except pdf_merge.UnreadablePdf as error:
                yield {"problem": str(error)[:200]}
        start_clock(job["seconds"])
        merger.close()
    yield {"closed": True}


def load(name):
    """The module beside this file, in a package of its own: the one around it begins with Odoo."""
    package = types.ModuleType("dispatch_pdf")
    package.__path__ = [str(Path(__file__).parent)]
    return importlib.import_module(f"{sys.modules.setdefault(package.__name__, package).__name__}.{name}")


if __name__ == "__main__":
    with Path(os.devnull).open("w", encoding="ascii") as SILENCE:
        main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
