"""A document goes once for each revision and type, whoever asks for it, and how often."""

from unittest.mock import patch

import psycopg2

from odoo.tools import mute_logger

from .common import DispatchCase

#: How a second dispatch of the same document may differ, so that it is not the same one
OTHERWISE = {
    "resend": lambda dispatch: {"resend_of_id": dispatch.id},
    "revision": lambda dispatch: {"revision": dispatch.revision + 1},
    "type": lambda dispatch: {"type_id": dispatch.env.ref("document_dispatch.type_receipt").id},
    "rehearsal": lambda _dispatch: {"rehearsal": True},
    "cancelled": lambda _dispatch: {"state": "cancelled"},
}


class TestOnce(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice, cls.other = cls._invoice(cls.nowak), cls._invoice(cls.nowak)

    def test_once_for_each_revision(self):
        dispatch = self.invoice._dispatch_create("rule")
        self.assertEqual(len(dispatch), 1)
        for origin in ("rule", "manual", "batch", "core"):
            self.assertFalse(self.invoice._dispatch_create(origin), "while it waits")
        self._deliver()
        self.assertFalse(self.invoice._dispatch_create("rule"), "when it has gone")
        self.assertEqual(len((self.invoice | self.other)._dispatch_create("rule")), 1, "the other one only")
        for revision in (1, 2):
            self.invoice.button_draft()
            self.invoice.action_post()
            self.assertEqual(self.invoice._dispatch_create("rule").revision, revision)
            self.assertFalse(self.invoice._dispatch_create("rule"), "a corrected one goes once, too")
            self._deliver()
        self.assertEqual(self._dispatches(self.invoice).mapped("revision"), [0, 1, 2])
        self.assertEqual(self.envelopes.count("biuro@nowak.example.com"), 4)

    def test_database_keeps_the_same_one_out(self):
        """Whatever the code above believes: the last word is the index."""
        for state in ("queued", "review", "sent", "failed", "printed", "unknown"):
            dispatch = self._insert(self.other if state == "sent" else self._invoice(self.nowak), state=state)
            with self.subTest(state=state), mute_logger("odoo.sql_db"), self.assertRaises(
                psycopg2.errors.UniqueViolation,
            ):
                self._insert(dispatch.move_id)

    def test_database_lets_another_one_in(self):
        dispatch = self._insert(self.invoice)
        for difference, vals in OTHERWISE.items():
            with self.subTest(difference=difference), self.env.cr.savepoint():
                self.assertTrue(self._insert(self.invoice, **vals(dispatch)))
        self.assertTrue(self._insert(self.other))

    @mute_logger("odoo.sql_db")
    def test_another_transaction_was_faster(self):
        """It cannot be seen before it is in the way: what is there already is left out, the rest goes."""
        taken = self.invoice._dispatch_create("rule")
        blind = patch.object(self.registry["account.move"], "_dispatch_not_dispatched", lambda documents: documents)
        with blind:
            self.assertFalse(self.invoice._dispatch_create("rule"))
            dispatches = (self.invoice | self.other)._dispatch_create("rule")
        self.assertEqual(dispatches.move_id, self.other)
        self.assertEqual(self._dispatches(self.invoice), taken)

    def _insert(self, invoice, **vals):
        """Write a dispatch past everything that looks for one before."""
        [prepared] = invoice._dispatch_prepare_vals_list("rule")
        dispatch = self.env["document.dispatch"]._with_system_write().create({**prepared, **vals})
        self.env.flush_all()
        return dispatch
