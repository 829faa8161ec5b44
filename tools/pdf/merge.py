"""Many PDFs into one, with no more than one of them in memory."""

import hashlib
import io
import os
from pathlib import Path

from .library import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfReader,
    PyPdfError,
    StreamObject,
    TextStringObject,
    write,
)

#: The list of pages, and what the file begins with: written last, numbered first
PAGES, CATALOG = 1, 2


class UnreadablePdf(ValueError):
    """What was given is no PDF that can be printed."""


def read(content):
    """Return a reader for a PDF that has at least one page; raise :class:`UnreadablePdf`."""
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadablePdf("it asks for a password")
        if not len(reader.pages):
            raise UnreadablePdf("it has no page")
    except UnreadablePdf:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # the library raises whatever a broken file makes it stumble over
        raise UnreadablePdf(str(error) or type(error).__name__) from error
    return reader


def check(content):
    """Return how many pages a PDF has; raise :class:`UnreadablePdf` where it could not be merged."""
    with Merger(os.devnull) as merger:
        return merger.add(content)


def _resolve(dictionary, key):
    """What a dictionary has under a key, wherever it stands in the file; ``None`` when it has nothing."""
    return dictionary[key] if key in dictionary else None  # noqa: SIM401 its get() follows no reference


def _refers(value):
    """Tell whether something in a value stands elsewhere in the file."""
    if isinstance(value, DictionaryObject):
        value = ArrayObject(map(value.raw_get, value))
    return any(map(_refers, value)) if isinstance(value, ArrayObject) else isinstance(value, IndirectObject)


class Merger:
    """Writes the pages of PDFs one after another into a file.

    The library's writer keeps all of them as objects until the end. Here each one is numbered anew and
    written before the next is read; what stays is a place for each object, and the pages' numbers.

    Fonts and pictures that several PDFs have alike, a letterhead's above all, are written once.
    """

    def __init__(self, path):
        self._file = Path(path).open("wb")  # noqa: SIM115 closed by close and __exit__
        self._file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._places = {}
        #: the numbers of fonts and pictures by a digest of each
        self._known = {}
        self._last = CATALOG
        self._pages = []
        self._layers = {name: ArrayObject() for name in ("/OCGs", "/OFF", "/AS")}
        self._form = DictionaryObject()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._file.close()

    @property
    def pages(self):
        """How many pages it has by now."""
        return len(self._pages)

    def add(self, content):
        """Append the pages of a PDF, and return how many; raise :class:`UnreadablePdf`, and add nothing."""
        reader = read(content)
        numbers, waiting, pages = {}, [], []
        before = self._file.tell(), self._last, dict.fromkeys(self._places), dict(self._known)
        try:
            for page in reader.pages:
                # two entries of the list of pages may be one and the same object
                pages.append(self._number())
                if page.indirect_reference:
                    numbers.setdefault(page.indirect_reference.idnum, pages[-1])
            for number, page in zip(pages, reader.pages, strict=True):
                self._write(number, self._prepare_page(page, numbers, waiting))
            layers = self._prepare_layers(reader, numbers, waiting)
            form = self._prepare_form(reader, numbers, waiting)
            while waiting:
                number, reference = waiting.pop()
                self._write(number, self._renumber(reference.get_object(), numbers, waiting))
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self._take_back(*before)
            raise UnreadablePdf(str(error) or type(error).__name__) from error
        self._pages += pages
        for name, some in layers.items():
            self._layers[name].extend(some)
        self._keep_form(form)
        return len(pages)

    def close(self):
        """Write the list of pages and the places, which ends the file."""
        self._write_text(PAGES, "<< /Type /Pages /Count {} /Kids [{}] >>".format(
            len(self._pages), " ".join(f"{number} 0 R" for number in self._pages)))
        self._write(CATALOG, DictionaryObject({NameObject(name): value for name, value in self._catalog()}))
        start = self._file.tell()
        self._file.write(f"xref\n0 {self._last + 1}\n0000000000 65535 f \n".encode())
        for number in range(1, self._last + 1):
            self._file.write(f"{self._places[number]:010d} 00000 n \n".encode())
        self._file.write(
            f"trailer\n<< /Size {self._last + 1} /Root {CATALOG} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
        self._file.close()

    def _catalog(self):
        yield "/Type", NameObject("/Catalog")
        yield "/Pages", IndirectObject(PAGES, 0, None)
        if self._form:
            yield "/AcroForm", self._form
        if self._layers["/OCGs"]:
            usual = DictionaryObject({NameObject(name): self._layers[name] for name in ("/OFF", "/AS")})
            yield "/OCProperties", DictionaryObject({
                NameObject("/OCGs"): self._layers["/OCGs"], NameObject("/D"): usual})

    # ------------------------------------------------------------------
    # What a document says of all its pages
    # ------------------------------------------------------------------

    def _prepare_layers(self, reader, numbers, waiting):
        """A document's layers, those that are off, and what switches them for print (ISO 32000-1, 8.11.4).

        Without it, what its author had switched off would be printed.
        """
        found = _resolve(_resolve(reader.trailer, "/Root"), "/OCProperties") or DictionaryObject()
        usual = _resolve(found, "/D") or DictionaryObject()
        layers = {"/OCGs": _resolve(found, "/OCGs") or (), "/OFF": _resolve(usual, "/OFF") or (),
                  "/AS": _resolve(usual, "/AS") or ()}
        if _resolve(usual, "/BaseState") == "/OFF":
            on = {reference.idnum for reference in _resolve(usual, "/ON") or ()}
            layers["/OFF"] = [reference for reference in layers["/OCGs"] if reference.idnum not in on]
        return {name: self._renumber(ArrayObject(some), numbers, waiting) for name, some in layers.items()}

    def _prepare_form(self, reader, numbers, waiting):
        """A document's form (ISO 32000-1, 12.7.2): without it, what was filled in is not drawn.

        Fields of one name have one value: each document's get a name of their own.
        """
        form = _resolve(_resolve(reader.trailer, "/Root"), "/AcroForm") or DictionaryObject()
        for reference in _resolve(form, "/Fields") or ():
            field = reference.get_object()
            field[NameObject("/T")] = TextStringObject(f"{self.pages}-{_resolve(field, '/T') or ''}")
        return self._renumber(DictionaryObject({
            NameObject(name): form.raw_get(name)
            for name in ("/Fields", "/DR", "/DA", "/NeedAppearances") if name in form
        }), numbers, waiting)

    def _keep_form(self, form):
        """Add a document's form to the others': of two fonts of one name the first one serves."""
        for name, value in form.items():
            kept = self._form.setdefault(NameObject(name), value)
            if name == "/Fields" and kept is not value:
                kept.extend(value)
            elif name == "/NeedAppearances" and value:
                self._form[NameObject(name)] = value

    # ------------------------------------------------------------------

    def _number(self):
        self._last += 1
        return self._last

    def _take_back(self, position, last, placed, known):
        """Forget a document that could not be read to its end."""
        self._file.seek(position)
        self._file.truncate()
        self._last = last
        self._places = {number: place for number, place in self._places.items() if number in placed}
        self._known = known

    def _find_same(self, reference, numbers):
        """Tell whether a font's file or a picture is in the file already; only of those that refer to nothing else."""
        found = reference.get_object()
        if not isinstance(found, StreamObject) or not (found.get("/Subtype") == "/Image" or "/Length1" in found):
            return False
        said = {key: found.raw_get(key) for key in found if key != "/Length"}
        if any(map(_refers, said.values())):
            return False
        digest = hashlib.sha256(repr(sorted(said.items())).encode() + b"\0" + found._data).digest()
        if same := self._known.get(digest):
            numbers[reference.idnum] = same
            return True
        self._known[digest] = self._last + 1  # the number that it gets now
        return False

    def _prepare_page(self, page, numbers, waiting):
        """A page without its old tree; the reader has given it what it inherited from there."""
        kept = DictionaryObject({key: page.raw_get(key) for key in page if key != "/Parent"})
        kept = self._renumber(kept, numbers, waiting)
        kept[NameObject("/Parent")] = IndirectObject(PAGES, 0, None)
        return kept

    def _renumber(self, value, numbers, waiting):
        """Give everything that a value points to its number in the new file."""
        if isinstance(value, IndirectObject):
            if value.idnum not in numbers and not self._find_same(value, numbers):
                numbers[value.idnum] = self._number()
                waiting.append((numbers[value.idnum], value))
            return IndirectObject(numbers[value.idnum], 0, None)
        if isinstance(value, StreamObject):  # stands alone, and is written once
            for key in list(value):
                value[key] = self._renumber(value.raw_get(key), numbers, waiting)
            return value
        if isinstance(value, DictionaryObject):  # may be shared by several pages: a copy
            return DictionaryObject({
                key: self._renumber(value.raw_get(key), numbers, waiting) for key in value
            })
        if isinstance(value, ArrayObject):
            return ArrayObject(self._renumber(item, numbers, waiting) for item in value)
        return NullObject() if value is None else value

    def _write(self, number, value):
        self._places[number] = self._file.tell()
        self._file.write(f"{number} 0 obj\n".encode())
        write(value, self._file)
        self._file.write(b"\nendobj\n")

    def _write_text(self, number, text):
        self._places[number] = self._file.tell()
        self._file.write(f"{number} 0 obj\n{text}\nendobj\n".encode())
