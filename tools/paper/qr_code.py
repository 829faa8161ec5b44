"""QR codes as one shape of a vector picture."""

from itertools import groupby

from reportlab.graphics.barcode.qr import QrCodeWidget

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{points}" height="{points}" viewBox="0 0 {size} {size}">' \
    '<path shape-rendering="crispEdges" d="{path}"/></svg>'


def svg(text, points):
    """Return the code of a text as SVG, without a border.

    reportlab's own drawing has a shape for each bar, which it takes long to write and wkhtmltopdf to draw.

    :param points: how wide and high it is
    """
    code = QrCodeWidget(text).qr
    code.make()
    return SVG.format(points=points, size=code.getModuleCount(), path="".join(_bars(code.modules)))


def _bars(rows):
    """Yield the bars of each row, from left to right."""
    for top, row in enumerate(rows):
        left = 0
        for dark, modules in groupby(map(bool, row)):
            width = len(list(modules))
            if dark:
                yield f"M{left} {top}h{width}v1h-{width}z"
            left += width
