"""What became of the documents: the sums agree, down to the last one."""

import importlib.util
from pathlib import Path
from unittest.mock import patch

from odoo import fields

from ..report.document_dispatch_report import OPEN, OUTCOMES
from .common import DispatchCase, new_user

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def load(name):
    """The script of an update, as a module."""
    spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / name)
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    return migration


class TestReport(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Faturas", "invoice")

    def _sums(self):
        self.env.flush_all()
        self.env["document.dispatch.report"].invalidate_model()
        return dict(self.env["document.dispatch.report"]._read_group(
            [("company_id", "=", self.company.id)], ["outcome"], ["count:sum"],
        ))

    def _posted(self):
        return self.env["account.move"].search_count([
            ("company_id", "=", self.company.id), ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
        ]) + self.env["sale.order"].search_count([("company_id", "=", self.company.id), ("state", "=", "sale")])

    def test_a_day_of_life(self):
        before = self._sums()
        self.smtp.handler.rcpt_replies["biuro@nowak.example.com"] = "550 5.1.1 no such user"
        sent, failing, paper = (self._invoice(partner) for partner in (self.silva, self.nowak, self.papel))
        excluded = self._invoice(self.silva)
        excluded._dispatch_exclude("Entregue em mãos")
        self._plan()
        self._deliver()
        self.rule.delivery = "review"
        review = self._invoice(self.silva)
        self._plan()
        unknown, open_one, waiting = (self._invoice(self.silva) for _number in range(3))
        dispatch = unknown._dispatch_create("rule")
        for state in ("sending", "unknown"):
            dispatch.recipient_ids._set_state(state)
            dispatch._update_state()
        waiting.action_dispatch_mark()
        order = self._order(self.silva)
        order.action_confirm()
        self._invoice(self.silva, post=False)
        added = {outcome: count - before.get(outcome, 0) for outcome, count in self._sums().items()}
        self.assertEqual(added, {
            "sent": 1, "failing": 1, "tray": 1, "excluded": 1, "review": 1, "unknown": 1, "waiting": 1, "open": 2,
        })
        self.assertEqual(sum(self._sums().values()), self._posted())
        line = self.env["document.dispatch.report"].search([("res_model", "=", "account.move"),
                                                            ("res_id", "=", excluded.id)])
        self.assertEqual((line.reason, line.outcome, line.document_name),
                         ("Entregue em mãos", "excluded", excluded.name))
        self.assertEqual(line.action_open()["res_id"], excluded.id)
        self.assertEqual({sent.dispatch_state, failing.dispatch_state, paper.dispatch_state, review.dispatch_state},
                         {"sent", "failed", "paper", "review"})
        self.assertFalse(open_one.dispatch_state)

    def test_every_state_stands_in_one_outcome(self):
        """A new state must be counted somewhere."""
        counted = [state for states in OUTCOMES.values() for state in states]
        self.assertEqual(len(counted), len(set(counted)))
        states = {value for value, _label in self.env["account.move"]._fields["dispatch_state"].selection}
        self.assertEqual(states - set(counted), {"rehearsed"}, "a rehearsal counts for nothing")
        labels = {value for value, _label in self.env["document.dispatch.report"]._fields["outcome"].selection}
        self.assertEqual(labels, {*OUTCOMES, OPEN})

    def test_saved_searches_ask_for_kinds_of_today(self):
        """Kinds are the codes of document types now; a condition on anything else keeps its values."""
        rename = load("19.0.1.4.0/pre-report.py").rename
        for before, after in (
            ("[('kind', '=', 'sale')]", "[('kind', '=', 'order')]"),
            ('[["kind", "in", ["out_invoice", "event", "nfe"]]]', '[["kind", "in", ["invoice", "nfe_event", "nfe"]]]'),
            ("['|', ('kind', 'in', ('sale', 'boleto')), ('reason', '=', 'sale')]",
             "['|', ('kind', 'in', ('order', 'boleto')), ('reason', '=', 'sale')]"),
            ("[('date', '>=', context_today())]", "[('date', '>=', context_today())]"),
        ):
            with self.subTest(before):
                self.assertEqual(rename(before), after)

    def test_saved_searches_ask_for_what_paper_is_now(self):
        """An update parts an outcome in three: what people saved finds the same documents as before."""
        migration = load("19.0.1.2.0/pre-names.py")
        parts = ["tray", "printed", "sent_by_post"]
        for before, after in (
            ([("outcome", "=", "paper")], [("outcome", "in", parts)]),
            ([["outcome", "!=", "paper"]], [["outcome", "not in", parts]]),
            ([("outcome", "in", ("sent", "paper"))], [("outcome", "in", ["sent", *parts])]),
            (["|", ("outcome", "=", "sent"), ("reason", "=", "paper")], None),
        ):
            with self.subTest(before):
                saved = self.env["ir.filters"].create({
                    "name": "Papel", "model_id": "document.dispatch.report", "domain": repr(before)})
                self.env.flush_all()
                migration._rename_saved(self.env.cr)
                migration._rename_saved(self.env.cr)  # nothing is parted twice
                self.env.invalidate_all()
                self.assertEqual(saved.domain, repr(after or before))
                self.env["document.dispatch.report"].search(saved._get_eval_domain())
                saved.unlink()

    def test_each_line_has_an_id_of_its_own(self):
        """Kinds share the ids: documents of two kinds have one and the same."""
        self._order(self.silva).action_confirm()
        self._invoice(self.silva)
        Report = self.env["document.dispatch.report"]
        lines = Report.search([])
        self.assertEqual(len(set(lines.ids)), Report.search_count([]))
        self.assertLessEqual({"account.move", "sale.order"}, set(lines.mapped("res_model")))

    def test_without_types(self):
        """Nothing to tell, and no error."""
        with patch.object(self.registry["document.dispatch"], "_get_dispatched_models", lambda _self: []):
            self.assertFalse(self.env["document.dispatch.report"].search([]))

    def test_large_ids(self):
        """The id of a line is larger than that of its document, and may be larger than that may be."""
        self.env.cr.execute("ALTER SEQUENCE account_move_id_seq RESTART WITH 2000000000")
        invoice = self._invoice(self.silva)
        lines = self.env["document.dispatch.report"].search([])
        self.assertIn(invoice.id, lines.mapped("res_id"))
        self.assertTrue(lines[:1].action_open())

    def test_other_company_and_plain_user(self):
        other = self.setup_other_company()["company"]
        self._invoice(self.silva)
        groups = "document_dispatch.group_dispatch_manager,account.group_account_invoice"
        stranger = new_user(other, "karel", groups)
        self.assertFalse(self.env["document.dispatch.report"].with_user(stranger).search(
            [("company_id", "=", self.company.id)]))
        clerk = new_user(self.company, "clara", "account.group_account_invoice")
        self.assertFalse(self.env["document.dispatch.report"].with_user(clerk).has_access("read"))
        self.assertEqual(fields.Date.today(), self.rule.date_from)
