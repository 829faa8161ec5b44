"""Whatever colours a company has, what stands on its button can be read."""

import random
from unittest import TestCase

from tools.mail import colours


class TestColours(TestCase):
    def test_contrast(self):
        """The figures of the guidelines' own examples."""
        for first, second, expected in (
            ("#000000", "#FFFFFF", 21), ("#FFFFFF", "#FFFFFF", 1), ("#777777", "#FFFFFF", 4.48),
            ("#767676", "#FFFFFF", 4.54), ("#FF0000", "#FFFFFF", 4.0), ("#0000FF", "#FFFFFF", 8.59),
        ):
            self.assertAlmostEqual(colours.contrast(first, second), expected, 2)
            self.assertEqual(colours.contrast(first, second), colours.contrast(second, first))

    def test_what_is_typed(self):
        for typed, known in (
            ("#875A7B", "#875A7B"), (" #abc ", "#aabbcc"), (None, "#123456"), ("", "#123456"), ("red", "#123456"),
            ("#12345", "#123456"), ("#ff00ff;x:y", "#123456"), ("rgb(1,2,3)", "#123456"), ("#875A7B\n", "#875A7B"),
        ):
            self.assertEqual(colours.known(typed, "#123456"), known, typed)

    def test_the_wanted_colour_where_it_can_be_read(self):
        self.assertEqual(colours.readable("#875A7B", "#FFFFFF"), "#FFFFFF")
        self.assertEqual(colours.readable("#FFEE88", "#FFFFFF"), "#000000")
        self.assertEqual(colours.readable("#222222", "#000000"), "#FFFFFF")

    def test_anything_can_be_read(self):
        source = random.Random(20261201)
        for _number in range(5000):
            ground, wanted = (f"#{source.randrange(2 ** 24):06x}" for _colour in range(2))
            chosen = colours.readable(ground, wanted)
            self.assertGreaterEqual(colours.contrast(ground, chosen), colours.LEAST_CONTRAST, (ground, wanted))
