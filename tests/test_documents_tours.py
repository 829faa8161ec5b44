"""What a person clicks, in a real browser."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase

from .common import DispatchCase, new_user


class TestTours(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_user(
            cls.company, "clara",
            "account.group_account_invoice,sales_team.group_sale_salesman,base.group_partner_manager",
            name="Clara Nunes", email="clara.nunes@aurora.example.com")

    def test_send_an_invoice(self):
        invoice = self._invoice(self.silva)
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}",
            "document_dispatch_send_invoice", login="clara",
        )
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual(self._dispatches(invoice).user_id, self.clerk)

    def test_send_in_copy(self):
        self.company.dispatch_readers = "common"
        self.silva_rui.dispatch_cc_role_ids = self.types["invoice"].role_id
        invoice = self._invoice(self.silva)
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}",
            "document_dispatch_send_in_copy", login="clara",
        )
        self.assertEqual({recipient.email: (recipient.address_field, recipient.in_common, recipient.state)
                          for recipient in self._dispatches(invoice).recipient_ids}, {
            "ana@silva.example.com": ("to", True, "sent"), "rui@silva.example.com": ("cc", True, "sent"),
            "arquivo@aurora.example.com": ("bcc", False, "sent"),
        })
        self.assertCountEqual([to for _sender, to, _content in self.smtp.handler.messages], [
            ["ana@silva.example.com", "rui@silva.example.com"], ["arquivo@aurora.example.com"]])

    def test_review(self):
        rule = self.env["document.dispatch.rule"].create({
            "name": "Faturas do dia", "active": True, "delivery": "review", "user_id": self.clerk.id,
            "type_ids": [(6, 0, self.types["invoice"].ids)],
        })
        self._invoice(self.silva)
        others = self._invoice(self.nowak, 2500.0) | self._invoice(self.nowak, 75.0)
        rule.action_run()
        # the PDF is looked at in the browser
        self.env["document.dispatch.delivery"].with_context(force_report_rendering=True)._deliver()
        self.start_tour("/odoo", "document_dispatch_review", login="clara")
        self.assertEqual(
            [mail["subject"] for mail in self.mails[:2]], ["Sua fatura, como combinado", "Sua fatura, como combinado"])
        self.assertEqual(self.envelopes[2:], ["biuro@nowak.example.com"] * 2)
        self.assertEqual(set(others.mapped("dispatch_state")), {"sent"})

    def test_rule(self):
        """From nothing to the mail: the administrator switches it on, and the next slot sends."""
        new_user(
            self.company, "helena", "document_dispatch.group_dispatch_manager,account.group_account_manager",
            name="Helena Prado", email="helena@aurora.example.com")
        due, paper, excluded = (self._invoice(partner) for partner in (self.silva, self.papel, self.nowak))
        excluded._dispatch_exclude("Combinado por telefone")
        self.start_tour("/odoo", "document_dispatch_rule", login="helena")
        rule = self.env["document.dispatch.rule"].search([("name", "=", "Faturas do dia")])
        self.assertEqual((rule.active, rule.user_id.login, rule.date_from), (True, "helena", due.invoice_date))
        self.assertFalse(self._dispatches(due), "not before its time")
        self._plan()
        self._deliver()
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual([move.dispatch_state for move in (due, paper, excluded)], ["sent", "paper", "excluded"])

    def test_rule_again(self):
        """Switching a rule on in the list asks, and the log of the rule has its runs."""
        helena = new_user(
            self.company, "helena", "document_dispatch.group_dispatch_manager,account.group_account_manager")
        today = fields.Date.context_today(helena)
        rule = self._rule("Faturas de antes", "invoice", user_id=helena.id, tz=helena.tz or "UTC")
        rule.action_run()
        rule.write({"active": False, "date_from": today - timedelta(days=9)})
        self.start_tour("/odoo", "document_dispatch_rule_again", login="helena")
        self.assertEqual((rule.active, rule.date_from), (True, today))

    def test_contact(self):
        self.start_tour(f"/odoo/res.partner/{self.silva.id}", "document_dispatch_contact", login="clara")
        consent = self.env["document.consent"].search([("partner_id", "=", self.silva.id)])
        self.assertEqual((consent.kind, consent.user_id), ("refused", self.clerk))

    # ------------------------------------------------------------------
    # Windows
    # ------------------------------------------------------------------

    def _start_on_invoice(self, invoice, tour):
        self.start_tour(f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}", tour, login="clara")

    def _start_on_list(self, invoices, tour):
        """Open the list of these invoices only."""
        self.env["ir.filters"].create({
            "name": "Faturas de hoje", "model_id": "account.move", "domain": str([("id", "in", invoices.ids)]),
            "is_default": True, "user_ids": [(6, 0, self.clerk.ids)],
            "action_id": self.env.ref("account.action_move_out_invoice_type").id,
        })
        self.start_tour("/odoo/action-account.action_move_out_invoice_type", tour, login="clara")

    def test_post_and_send_and_last_text(self):
        self.company.write({
            "dispatch_open_on_post": True,
            "external_report_layout_id": self.env.ref("web.external_layout_standard").id,
        })
        self._start_on_invoice(self._invoice(self.silva, post=False), "document_dispatch_post_and_send")
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "rui@silva.example.com", "compras@silva.example.com", "marta@silva.example.com",
            "clara.nunes@aurora.example.com",
        ])
        for mail in self.mails:
            self.assertIn("como combinado por telefone", mail.get_body(("plain",)).get_content())
        self.smtp.handler.clear()
        self._start_on_invoice(self._invoice(self.silva, 777.0), "document_dispatch_last_text")
        text = self.mails[0].get_body(("plain",)).get_content()
        self.assertIn("como combinado por telefone", text)
        self.assertIn("777.00", text)
        self.assertNotIn("1,250.00", text)
        self.assertFalse(self.env["document.dispatch.text"].search([("partner_id", "=", self.silva.id)]))

    def test_refused(self):
        invoice = self._invoice(self.papel)
        self._start_on_invoice(invoice, "document_dispatch_refused")
        self.assertEqual((invoice.dispatch_state, self.envelopes), ("paper", []))

    def test_methods(self):
        self._start_on_invoice(self._invoice(self.nowak), "document_dispatch_methods")
        self.assertCountEqual(self.envelopes, ["biuro@nowak.example.com", "kasa@nowak.example.com"])
        [kept] = self.nowak.child_ids
        self.assertEqual((kept.email, kept.dispatch_invoice), ("kasa@nowak.example.com", True))

    def test_correct_an_address(self):
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "550 5.1.1 no such user"
        invoice = self._invoice(self.silva)
        invoice.with_user(self.clerk)._dispatch_create("manual")
        self._deliver()
        self.start_tour("/odoo", "document_dispatch_correct", login="clara")
        self.assertEqual(self.silva_rui.email, "rui.lopes@silva.example.com")
        customers = [email for email in self.envelopes if email.endswith("@silva.example.com")]  # Odoo tells the clerk
        self.assertEqual(customers, ["ana@silva.example.com", "rui.lopes@silva.example.com"])

    def test_one_by_one(self):
        invoices = self._invoice(self.nowak) | self._invoice(self.silva) | self._invoice(self.nowak)
        self._start_on_list(invoices, "document_dispatch_one_by_one")
        self.assertEqual(sorted(move.dispatch_state or "" for move in invoices), ["", "", "sent"])

    def test_bundle(self):
        invoices = self._invoice(self.nowak) | self._invoice(self.silva) | self._invoice(self.silva)
        self._start_on_list(invoices, "document_dispatch_bundle")
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "rui@silva.example.com", "biuro@nowak.example.com"])

    def test_quotation(self):
        order = self._order(self.mudo, user_id=self.clerk.id)
        self.start_tour(f"/odoo/action-sale.action_quotations/{order.id}", "document_dispatch_quotation", login="clara")
        self.assertEqual((self.envelopes, order.state), (["gerencia@gomez.example.com"], "sent"))

    def test_send_again(self):
        invoice = self._invoice(self.silva, name="INV-TOUR-7")
        invoice._dispatch_create("rule")
        self._deliver()
        self.start_tour("/odoo", "document_dispatch_send_again", login="clara")
        self.assertEqual(len(self._dispatches(invoice)), 2)
        self.assertTrue(self.silva.child_ids.filtered(lambda contact: contact.email == "compras@silva.example.com"))

    # ------------------------------------------------------------------
    # Letters, paper
    # ------------------------------------------------------------------

    def test_letters(self):
        self.env["res.partner"].search([("customer_rank", ">", 0)]).customer_rank = 0
        for partner in (self.nowak, self.mudo):
            self._invoice(partner)
            partner.customer_rank = 1
        self.start_tour("/odoo", "document_dispatch_letters", login="clara")
        [mail] = self.mails
        self.assertEqual(mail["subject"], "Uma novidade de Aurora Equipamentos Ltda")
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])
        self.assertTrue(self.nowak.dematerialization_letter_sent)
        self.assertFalse(self.mudo.dematerialization_letter_sent, "it was not printed yet")

    def test_refusal_to_paper_and_back(self):
        """A customer refused: the next invoice lies in the tray, is printed and sent by post; then they withdraw."""
        Consent = self.env["document.consent"]._with_system_write()
        said = {"partner_id": self.nowak.id, "company_id": self.company.id, "channel": "page"}
        Consent.create({**said, "kind": "refused"})
        invoice = self._invoice(self.nowak, invoice_date=fields.Date.today())
        self._rule("Tudo", "invoice", date_from=fields.Date.today())
        self._plan()
        self.assertEqual(invoice.dispatch_state, "paper")
        Printer = type(self.env["document.dispatch.printer"])
        rights_of = Printer._of
        # Odoo makes no PDFs in tests unless it is told to
        with patch.object(Printer, "_of", lambda printer, run: rights_of(printer, run).with_context(
            force_report_rendering=True,
        )):
            self.start_tour("/odoo", "document_dispatch_tray", login="clara")
        dispatch = self._dispatches(invoice)
        self.assertEqual(
            (dispatch.state, bool(dispatch.sent_by_post_date), invoice.is_move_sent), ("printed", True, True))
        self.assertEqual(self.envelopes, [])
        Consent.create({**said, "kind": "withdrawn"})
        self._invoice(self.nowak)
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])
