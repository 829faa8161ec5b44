"""The printed page of an NF-e (DANFE), of a correction letter (DACCe) and of an NFS-e (DANFSe).

They are drawn by ``brazilfiscalreport``, which is optional. It draws whatever it is given, also what is no NF-e, and
its time grows with the square of the items: what goes in was read by :mod:`tools.brazil.nfe` or
:mod:`tools.brazil.nfse` before, and many items are drawn in a process of their own that is stopped when it takes too
long. Two drawings of the same XML differ: keep the bytes.

Run as a program, it reads a job (JSON, see :func:`_main`) and writes the PDF.
"""

import base64
import importlib.util
import json
import subprocess
import sys
from io import BytesIO

#: More items or bytes than this are drawn in a process of their own (100 items take 2 to 3 s). A file may be made up:
#: with the letters of a text the time grows, and 100 kB of them take many seconds, where a real item has 120.
MOST_ITEMS_HERE, MOST_BYTES_HERE = 60, 40_000
#: Where an NF-e has one item more, this stands once more in the XML
_ITEM = b"<det "
#: The pages by what they are of
DANFE, DACCE, DANFSE = "danfe", "dacce", "danfse"


class NotInstalled(Exception):
    """``brazilfiscalreport`` is missing on this machine."""


class CannotDraw(Exception):
    """The library failed, or took too long; its words are the message."""


def is_available():
    """Tell whether DANFEs can be drawn on this machine."""
    try:
        return importlib.util.find_spec("brazilfiscalreport") is not None
    except (ImportError, ValueError):
        return False


def count_items(xml):
    """Return how many items an NF-e has, from its bytes, about."""
    return xml.count(_ITEM)


def draw(xml, logo=None, issuer=None, seconds=100, page=None):
    """Return the PDF of a document.

    :param bytes xml: the signed file, read as authorised before
    :param bytes logo: a PNG or JPEG
    :param dict issuer: name and address of the company, as ``brazilfiscalreport`` wants them (``nome``, ``end``,
        ``bairro``, ``cidade``, ``uf``, ``fone``): a correction letter does not hold them
    :param page: which one: :data:`DANFE`, :data:`DACCE` (with an issuer) or :data:`DANFSE` (which has no logo);
        by default the first, or the second with an issuer
    :param seconds: how long a drawing in a process of its own may take
    :raises NotInstalled:
    :raises CannotDraw:
    """
    if not is_available():
        raise NotInstalled
    page = page or (DACCE if issuer else DANFE)
    if count_items(xml) > MOST_ITEMS_HERE or len(xml) > MOST_BYTES_HERE:
        return _draw_apart(xml, logo, issuer, seconds, page)
    return _draw_here(xml, logo, issuer, page)


def _draw_here(xml, logo, issuer, page):
    try:
        return _check(_draw(xml, logo, issuer, page))
    except Exception as error:
        if logo:
            return _draw_here(xml, None, issuer, page)  # a page without the picture is better than none
        raise CannotDraw(f"{type(error).__name__}: {error}") from error


def _draw_apart(xml, logo, issuer, seconds, page):
    job = json.dumps({"xml": _encode(xml), "logo": _encode(logo), "issuer": issuer, "page": page})
    try:
        done = subprocess.run(
            # -P: this folder's own names (numbers.py) stay out of the way
            [sys.executable, "-P", __file__], input=job.encode(), capture_output=True, timeout=seconds, check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotDraw(f"more than {seconds} s") from error
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise CannotDraw(words[-1] if words else f"exit code {done.returncode}")
    return _check(done.stdout)


def _draw(xml, logo, issuer, page):
    picture = BytesIO(logo) if logo else ""
    if page == DACCE:
        from brazilfiscalreport.dacce import DaCCe
        drawing = DaCCe(xml=xml, emitente=issuer, image=picture or None)
    elif page == DANFSE:
        from brazilfiscalreport.danfse import Danfse
        drawing = Danfse(xml=xml)
    else:
        from brazilfiscalreport.danfe import Danfe, DanfeConfig
        drawing = Danfe(xml=xml, config=DanfeConfig(logo=picture, watermark_cancelled=False))
    return bytes(drawing.output())


def _check(pdf):
    if not pdf.startswith(b"%PDF-"):
        raise CannotDraw("no PDF")
    return pdf


def _encode(content):
    return base64.b64encode(content).decode() if content else None


def _main():
    job = json.load(sys.stdin)
    xml, logo = (base64.b64decode(job[name]) if job[name] else None for name in ("xml", "logo"))
    sys.stdout.buffer.write(_draw_here(xml, logo, job["issuer"], job["page"]))


if __name__ == "__main__":
    _main()
