"""What steers sending counts only as an object of its type."""

import json
import unittest
from types import SimpleNamespace

from tools.dispatch.steering import KnownRecipients, OutgoingMail, SendRequest, Steering


def environment(**context):
    return SimpleNamespace(context=context)


class TestSteering(unittest.TestCase):
    def test_only_its_own_type_counts(self):
        for kind, value in (
            (SendRequest, SendRequest("manual", emails=("a@b.example.com",))), (OutgoingMail, OutgoingMail(7)),
            (KnownRecipients, KnownRecipients({1: [2]})),
        ):
            self.assertIs(kind.of(environment(**{kind.KEY: value})), value)
            for sent in (None, True, 1, "manual", [1], vars(value), kind):
                self.assertIsNone(kind.of(environment(**{kind.KEY: sent})), sent)
            self.assertIsNone(kind.of(environment()))

    def test_json_cannot_express_one(self):
        for value in (SendRequest("manual"), OutgoingMail(), KnownRecipients()):
            self.assertRaises(TypeError, json.dumps, value)

    def test_keys_are_different(self):
        keys = [kind.KEY for kind in Steering.__subclasses__()]
        self.assertEqual(len(keys), len(set(keys)))
