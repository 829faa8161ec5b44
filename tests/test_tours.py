"""What a person clicks, in a real browser."""

from odoo.tests import HttpCase, new_test_user

from .common import DispatchCase


class TestTours(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "clara", "account.group_account_invoice,sales_team.group_sale_salesman,base.group_partner_manager",
            name="Clara Nunes", email="clara.nunes@aurora.example.com",
            company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)],
        )

    def test_send_an_invoice(self):
        invoice = self._invoice(self.silva)
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}",
            "document_dispatch_send_invoice", login="clara",
        )
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual(self._rows(invoice).user_id, self.clerk)

    def test_review(self):
        rule = self.env["document.dispatch.rule"].create({
            "name": "Faturas do dia", "active": True, "delivery": "review", "user_id": self.clerk.id,
            "type_ids": [(6, 0, self.types["invoice"].ids)],
        })
        self._invoice(self.silva)
        rule.action_run()
        self.start_tour("/odoo", "document_dispatch_review", login="clara")
        self.assertEqual({mail["subject"] for mail in self.mails}, {"Sua fatura, como combinado"})
        self.assertEqual(len(self.envelopes), 2)

    def test_rule(self):
        """From nothing to the mail: the administrator switches it on, and the next slot sends."""
        new_test_user(
            self.env, "helena", "document_dispatch.group_dispatch_manager,account.group_account_manager",
            name="Helena Prado", email="helena@aurora.example.com",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )
        due, paper, excluded = (self._invoice(partner) for partner in (self.silva, self.papel, self.nowak))
        excluded._dispatch_exclude("Combinado por telefone")
        self.start_tour("/odoo", "document_dispatch_rule", login="helena")
        rule = self.env["document.dispatch.rule"].search([("name", "=", "Faturas do dia")])
        self.assertEqual((rule.active, rule.user_id.login, rule.date_from), (True, "helena", due.invoice_date))
        self.assertFalse(self._rows(due), "not before its time")
        self._plan()
        self._deliver()
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual([move.dispatch_state for move in (due, paper, excluded)], ["sent", "paper", "excluded"])

    def test_contact(self):
        self.start_tour(f"/odoo/res.partner/{self.silva.id}", "document_dispatch_contact", login="clara")
        consent = self.env["document.consent"].search([("partner_id", "=", self.silva.id)])
        self.assertEqual((consent.kind, consent.user_id), ("refused", self.clerk))
