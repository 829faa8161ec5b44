"""Addresses fit into the window, whatever they are."""

import unittest

from tools.paper.envelopes import ENVELOPES, MM, SMALLEST, fit, fit_line, of_country, width, wrap


class TestFit(unittest.TestCase):
    def test_boxes_lie_in_their_window(self):
        for name, envelope in ENVELOPES.items():
            for box in (envelope.address, envelope.sender):
                with self.subTest(envelope=name, box=box):
                    self.assertGreaterEqual(box.left, envelope.window.left)
                    self.assertGreaterEqual(box.top, envelope.window.top)
                    self.assertLessEqual(box.left + box.width, envelope.window.left + envelope.window.width)
                    self.assertLessEqual(box.bottom, envelope.window.bottom)
            self.assertLessEqual(envelope.head.bottom, envelope.window.top)
            self.assertGreaterEqual(envelope.text, envelope.window.bottom)

    def test_any_address_fits(self):
        for envelope in ENVELOPES.values():
            for lines in (
                ["Kos"], ["x" * 400, "Place"], ["word " * 200, "Street", "12345 Place", "FRANCE"],
                ["東京都千代田区" * 12, "日本"], [f"line {number}" for number in range(40)], [],
            ):
                fitted, size = fit(lines, envelope.address)
                self.assertGreaterEqual(size, SMALLEST)
                self.assertLessEqual(len(fitted) * size * 1.15 / MM, envelope.address.height)
                self.assertTrue(all(width(line, size) <= envelope.address.width for line in fitted))
                if lines:
                    self.assertEqual(fitted[-1].split()[-1:], wrap(lines[-1], size, 78)[-1].split()[-1:])

    def test_short_ones_stay_large(self):
        self.assertEqual(fit(["Kos S.A.", "ul. Długa 5", "00-001 Warszawa"], ENVELOPES["din"].address)[1], 11)

    def test_sender_in_one_line(self):
        text, size = fit_line("Aurora " * 60, ENVELOPES["us"].sender)
        self.assertTrue(text.endswith("…"))
        self.assertLessEqual(width(text, size), ENVELOPES["us"].sender.width)

    def test_countries(self):
        self.assertEqual([of_country(code) for code in ("FR", "CA", "PL", None)], ["french", "us", "din", "din"])
