"""The library that reads PDFs: ``pypdf``, or its forerunner ``PyPDF2`` where Odoo comes with no other.

Odoo's requirements name PyPDF2 2.12.1 for Python 3.11 and 3.12, pypdf for 3.13. ``odoo.tools.pdf`` chooses between
them, too; but :mod:`child` reads strangers' files in a process that does without Odoo, and the names which that module
gives are older than both libraries. So no package is named in the manifest: Odoo itself does not start without one.
Where both are installed, pypdf it is: many faults that keep a reader busy are mended only there.
"""

try:
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
    from pypdf.generic import (
        ArrayObject,
        DictionaryObject,
        IndirectObject,
        NameObject,
        NullObject,
        StreamObject,
        TextStringObject,
    )
    _BARE = ()
except ImportError:
    from PyPDF2 import PdfReader, PdfWriter
    from PyPDF2.errors import DependencyError, FileNotDecryptedError, PyPdfError
    from PyPDF2.generic import (
        ArrayObject,
        DictionaryObject,
        IndirectObject,
        NameObject,
        NullObject,
        StreamObject,
        TextStringObject,
    )
    _BARE = (None,)

__all__ = [
    "ArrayObject",
    "DependencyError",
    "DictionaryObject",
    "FileNotDecryptedError",
    "IndirectObject",
    "NameObject",
    "NullObject",
    "PdfReader",
    "PdfWriter",
    "PyPdfError",
    "StreamObject",
    "TextStringObject",
    "write",
]


def write(value, target):
    """Write a PDF's object into a binary file, not encrypted, which the older library wants to be told."""
    value.write_to_stream(target, *_BARE)
