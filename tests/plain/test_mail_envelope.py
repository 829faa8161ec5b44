"""An address for the bounces of one mail: read back as it was written, and by nobody else's hand."""

import unittest

from tools.mail import envelope

TOKEN = "0123456789abcdef0123456789abcdef"
BOUNCE = "bounce@aurora.example.com"


class TestEnvelope(unittest.TestCase):
    def test_there_and_back(self):
        for number in (1, 15, 10**15):
            address = envelope.extend(BOUNCE, number, TOKEN)
            for written in (address, address.upper(), f" {address}\n"):
                [(bounce, read, token)] = envelope.split([written], [BOUNCE])
                self.assertEqual((bounce, read), (BOUNCE, number))
                self.assertTrue(envelope.proves(token, TOKEN))

    def test_name_with_a_plus(self):
        bounce = "b+c@aurora.example.com"
        self.assertEqual(envelope.split([envelope.extend(bounce, 3, TOKEN)], [bounce])[0][1], 3)

    def test_too_long(self):
        self.assertEqual(envelope.extend("b" * 45 + "@x.example", 15, TOKEN), "")
        self.assertEqual(envelope.extend("", 15, TOKEN), "")

    def test_of_others(self):
        for email in (BOUNCE, "bounced+1-0123456789abcdef0123@aurora.example.com", "bounce@x.example", "", "@", "x"):
            self.assertEqual(envelope.split([email], [BOUNCE]), [], email)

    def test_what_proves_nothing(self):
        for extension in ("", "1", "1-", "1-0123", "-0123456789abcdef0123", "1-0123456789abcdef01234",
                          "x-0123456789abcdef0123", "１-0123456789abcdef0123", "1-0123456789abcdef012é",
                          "9" * 30 + "-0123456789abcdef0123"):
            found = envelope.split([f"bounce+{extension}@aurora.example.com"], [BOUNCE])
            self.assertEqual([entry[1:] for entry in found], [(0, "")], extension)
        for token in ("", TOKEN[:19], TOKEN[:19] + "f", "0" * 20):
            self.assertFalse(envelope.proves(token, TOKEN), token)

    def test_many(self):
        self.assertLessEqual(len(envelope.split([envelope.extend(BOUNCE, 1, TOKEN)] * 10_000, [BOUNCE])), envelope.MOST)
