"""In which field of a mail an address stands, and who shares a mail with whom."""

import itertools
import unittest
from collections import namedtuple

from tools.dispatch.address_fields import FIELDS, address, share, strongest

Reader = namedtuple("Reader", "name address_field")


class TestAddressFields(unittest.TestCase):
    def test_strongest(self):
        for values, expected in (
            (["bcc", "cc"], "cc"), (["cc", "to"], "to"), (["bcc"], "bcc"), ([False, "bcc"], "bcc"), ([], "to"),
        ):
            self.assertEqual(strongest(values), expected)

    def test_share(self):
        """All cases of up to four readers: customer's people or not, in each field."""
        for count in range(5):
            for cases in itertools.product(itertools.product(FIELDS, (True, False)), repeat=count):
                readers = [(Reader(number, name), may_open) for number, (name, may_open) in enumerate(cases)]
                common, copies = share(readers)
                to, cc = address(common)
                with self.subTest(cases):
                    self.assertTrue(all((reader, True) in readers for reader in common), "the customer's links")
                    self.assertTrue(all(
                        (reader, False) in readers and reader.address_field == "bcc" for reader in copies))
                    self.assertEqual(bool(common), bool(to), "a mail names somebody")
                    self.assertNotEqual(len(common) + len(copies), 1)
                    self.assertFalse([reader for reader in to + cc if reader.address_field == "bcc"])
                    self.assertEqual(len(to + cc), sum(reader.address_field != "bcc" for reader in common))
