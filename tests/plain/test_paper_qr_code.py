"""A QR code as one shape, with the pattern that is easiest to read."""

import re
import unittest
from itertools import groupby

from reportlab.graphics.barcode.qr import QrCodeWidget

from tools.paper import qr_code

LINK = "https://aurora.example.com/dispatch/consent/17/8f14e45fceea167a5a36dedd4bea2543?paper=1"
#: What a reader may take for a corner
CORNERS = ("10111010000", "00001011101")
TEXTS = ("a", "é 名", "123456", LINK, *(f"{LINK}&n={number}" for number in range(6)), "x" * 300)


def slow_penalty(modules):
    """As the norm says it, module by module."""
    size, total = len(modules), 0
    lines = [[bool(module) for module in line] for line in (*modules, *zip(*modules, strict=True))]
    for line in lines:
        total += sum(length - 2 for _dark, run in groupby(line) if (length := len(list(run))) >= 5)
        text = "".join("1" if module else "0" for module in line)
        total += 40 * sum(text.startswith(corner, place) for corner in CORNERS for place in range(size))
    for top in range(size - 1):
        for left in range(size - 1):
            block = {bool(modules[top + down][left + right]) for down in (0, 1) for right in (0, 1)}
            total += 3 * (len(block) == 1)
    dark = 100 * sum(map(sum, lines[:size])) / size ** 2
    return total + 10 * int(abs(dark - 50) / 5)


class TestQrCode(unittest.TestCase):
    def test_each_module_where_it_belongs(self):
        for text in TEXTS:
            with self.subTest(text=text):
                picture = qr_code.svg(text, 120)
                drawn = set()
                for left, top, width, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", picture):
                    self.assertEqual(width, back)
                    drawn |= {(int(top), int(left) + step) for step in range(int(width))}
                code = QrCodeWidget(text).qr
                code.version = code.calculate_version()
                code.makeImpl(False, qr_code.best_pattern(code))
                size = code.getModuleCount()
                self.assertEqual(drawn, {
                    (row, column) for row in range(size) for column in range(size) if code.isDark(row, column)})
                self.assertIn(f'viewBox="0 0 {size} {size}"', picture)
                self.assertIn('width="120"', picture)

    def test_pattern_that_is_easiest_to_read(self):
        for text in TEXTS:
            code = QrCodeWidget(text).qr
            code.version = code.calculate_version()
            chosen, penalties = qr_code.best_pattern(code), []
            for pattern in qr_code.PATTERNS:
                code.makeImpl(True, pattern)
                penalties.append(slow_penalty(code.modules))
            with self.subTest(text=text, penalties=penalties):
                self.assertEqual(penalties[chosen], min(penalties))
