"""A QR code as one shape."""

import re
import unittest

from reportlab.graphics.barcode.qr import QrCodeWidget

from tools.paper import qr_code

LINK = "https://aurora.example.com/dispatch/consent/17/8f14e45fceea167a5a36dedd4bea2543?paper=1"


class TestQrCode(unittest.TestCase):
    def test_each_module_where_it_belongs(self):
        picture = qr_code.svg(LINK, 120)
        code = QrCodeWidget(LINK).qr
        code.make()
        drawn = set()
        for left, top, width, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", picture):
            self.assertEqual(width, back)
            drawn |= {(int(top), int(left) + step) for step in range(int(width))}
        size = code.getModuleCount()
        self.assertEqual(drawn, {
            (row, column) for row in range(size) for column in range(size) if code.isDark(row, column)})
        self.assertIn(f'viewBox="0 0 {size} {size}"', picture)
        self.assertIn('width="120"', picture)

    def test_texts(self):
        for text in ("a", "é 名", "x" * 900):
            self.assertIn("<path", qr_code.svg(text, 90))
