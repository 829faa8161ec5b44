"""What ``bin/upgrade`` takes for lost or changed: only languages may be added to a text, and silence shows nothing."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from dev.upgrade import look

BOTH = ("en_US", "pt_BR")


class TestUpgrade(unittest.TestCase):
    def test_added_keys(self):
        english = {"en_US": "Invoice"}
        refusals = {"a@x.example": {"reply": "553"}}
        for before, now, languages, same in (
            (english, {**english, "pt_BR": "Fatura"}, BOTH, True),
            (english, {"en_US": "Bill"}, BOTH, False),
            ({**english, "pt_BR": "Fatura"}, english, BOTH, False),
            (english, {**english, "b@x.example": "553"}, BOTH, False),
            # not a text in several languages
            (refusals, {**refusals, "b@x.example": {"reply": "550"}}, (), False),
            (refusals, {**refusals, "pt_BR": {}}, (), False),
            (refusals, dict(refusals), (), True),
        ):
            with self.subTest(before=before, now=now):
                self.assertEqual(look._same("ir_mail_server.dispatch_senders", before, now, languages), same)

    def test_tables_without_data(self):
        values = {"document_consent": {"1": {}}, "document_letter": {}, "document_dispatch_kind": {}}
        self.assertEqual(look.without_data(values, {"document_letter": "nobody writes"}), [
            "document_dispatch_kind has no data, so that nobody would see it lost",
        ])
        self.assertEqual(look.without_data(values, {
            "document_letter": "", "document_dispatch_kind": "", "document_consent": "", "not_in_this_state": "",
        }), ["document_consent has data: it is no exception"])
