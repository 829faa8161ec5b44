"""QR codes as one shape of a vector picture."""

import re
from functools import cache

from reportlab.graphics.barcode.qr import QrCodeWidget

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{points}" height="{points}" viewBox="0 0 {size} {size}">' \
    '<path shape-rendering="crispEdges" d="{path}"/></svg>'
PATTERNS = range(8)


def svg(text, points):
    """Return the code of a text as SVG, without a border.

    reportlab's own drawing has a shape for each bar, which it takes long to write and wkhtmltopdf to draw.

    :param points: how wide and high it is
    """
    code = QrCodeWidget(text).qr
    code.getBestMaskPattern = lambda: best_pattern(code)
    code.make()
    return SVG.format(points=points, size=code.getModuleCount(), path="".join(_bars(code.modules)))


def _bars(rows):
    """Yield the bars of each row, from left to right."""
    for top, row in enumerate(rows):
        for bar in re.finditer("1+", _bits(row)):
            width = len(bar[0])
            yield f"M{bar.start()} {top}h{width}v1h-{width}z"


def _bits(modules):
    return "".join("1" if module else "0" for module in modules)


# ----------------------------------------------------------------------
# The pattern that is easiest to read, found with a row as one number: many times as fast as module by module
# ----------------------------------------------------------------------

def best_pattern(code):
    """Return the pattern with the lowest penalty of a code of reportlab, whose version is known."""
    changes = _changes(code.version, code.errorCorrectLevel)
    code.makeImpl(True, 0)
    rows, columns = _numbers(code.modules)
    size = len(rows)

    def penalty_of(pattern):
        changed_rows, changed_columns = changes[pattern]
        return penalty(_changed(rows, changed_rows), _changed(columns, changed_columns), size)

    return min(PATTERNS, key=penalty_of)


@cache
def _changes(version, level):
    """What each pattern changes of the first one, in a code of this version, whatever it says: rows and columns."""
    code = QrCodeWidget("0", qrVersion=version).qr
    code.errorCorrectLevel = level
    numbers = []
    for pattern in PATTERNS:
        code.makeImpl(True, pattern)
        numbers.append(_numbers(code.modules))
    return [tuple(map(_changed, lines, numbers[0])) for lines in numbers]


def _changed(lines, others):
    return [line ^ other for line, other in zip(lines, others, strict=True)]


def _numbers(modules):
    """Rows and columns as numbers, a module a bit."""
    return [
        [int(_bits(line), 2) for line in lines]
        for lines in (modules, zip(*modules, strict=True))
    ]


def penalty(rows, columns, size):
    """The penalty of a code (ISO/IEC 18004, 7.8.3.1).

    :param rows: numbers, a module a bit
    :param columns: the same of the columns
    """
    pairs = (1 << size - 1) - 1
    total = sum(_line_penalty(line, size) for lines in (rows, columns) for line in lines)
    for line, below in zip(rows, rows[1:], strict=False):
        alike = ~(line ^ line >> 1) & ~(below ^ below >> 1) & ~(line ^ below)
        total += 3 * (alike & pairs).bit_count()
    percent = 100 * sum(map(int.bit_count, rows)) / size ** 2
    return total + 10 * int(abs(percent - 50) / 5)


def _line_penalty(line, size):
    """Of five modules and more in a row that are alike, and of what looks like a corner: 1011101 beside 0000."""
    alike = ~(line ^ line >> 1) & (1 << size - 1) - 1
    fives = alike & alike >> 1 & alike >> 2 & alike >> 3
    light = ~line
    corner = line & light >> 1 & line >> 2 & line >> 3 & line >> 4 & light >> 5 & line >> 6
    quiet = light & light >> 1 & light >> 2 & light >> 3
    places = (1 << size - 10) - 1
    corners = (corner >> 4 & quiet & places).bit_count() + (corner & quiet >> 7 & places).bit_count()
    return fives.bit_count() + 2 * (fives & ~(fives << 1)).bit_count() + 40 * corners
