"""What a rule would do now: what goes, to whom and why; what stays, and why."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command

from .common import DispatchCase, new_user


class TestPreview(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Faturas", "invoice")

    def _preview(self):
        action = self.rule.action_preview()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _line(self, preview, invoice):
        return preview.line_ids.filtered(lambda line: line.res_id == invoice.id)

    def test_going(self):
        invoice, refused, mute = (self._invoice(partner) for partner in (self.silva, self.papel, self.mudo))
        preview = self._preview()
        self.assertEqual(preview.going_count, 3)
        line = self._line(preview, invoice)
        self.assertEqual(line.outcome, "goes")
        self.assertEqual(line.recipients.splitlines(), [
            "ana@silva.example.com (Invoice flag on the contact)",
            "rui@silva.example.com (Invoice flag on the contact)",
        ])
        self.assertEqual([(self._line(preview, move).outcome, self._line(preview, move).reason)
                          for move in (refused, mute)],
                         [("paper", "The customer refuses e-mail"), ("paper", "No valid address")])
        self.assertFalse(self._dispatches(invoice), "nothing is planned")
        self.assertEqual(preview.line_ids[0].action_open()["res_model"], "account.move")

    def test_says_what_the_button_does(self):
        """The window that shows it has it done; of nothing there is nothing to press."""
        self._invoice(self.silva), self._invoice(self.papel), self._invoice(self.mudo)
        preview = self._preview()
        self.assertEqual((preview.announcement, preview.may_run), ("Send 1 by e-mail, put 2 in the paper tray", True))
        self.rule.active = False
        self.assertFalse(self._preview().may_run)
        self.rule.write({"active": True, "delivery": "review"})
        preview = self._preview()
        self.assertEqual(preview.announcement, "Put 2 in the paper tray, leave 1 in review")
        preview.action_run()
        self.assertEqual(sorted(self.rule.env["document.dispatch"].search([("rule_id", "=", self.rule.id)]).mapped(
            "state")), ["paper", "paper", "review"])
        preview = self._preview()
        self.assertEqual((preview.announcement, preview.may_run, preview.going_ids.ids), ("", False, []))

    def test_what_a_person_reviews_says_so(self):
        """Also under a rule that sends at once: there is something to look at first."""
        doubted, clear = self._invoice(self.silva), self._invoice(self.nowak)
        with patch.object(self.registry["account.move"], "_dispatch_warnings",
                          lambda move: "The total differs." if move == doubted else ""):
            preview = self._preview()
            self.assertEqual({line.res_id: line.outcome for line in preview.going_ids},
                             {doubted.id: "review", clear.id: "goes"})
            self.assertEqual(self._line(preview, doubted).reason, "The total differs.")
            self.assertEqual(preview.announcement, "Send 1 by e-mail, leave 1 in review")
            preview.action_run()
        self._deliver()
        self.assertEqual([self._dispatches(move).state for move in (doubted, clear)], ["review", "sent"])

    def test_more_than_are_listed(self):
        for _number in range(3):
            self._invoice(self.silva)
        with patch("odoo.addons.document_dispatch.models.rule.document_dispatch_rule_preview.MOST_LINES", 2):
            self.assertEqual(self._preview().announcement, "Send 3")

    def test_staying(self):
        sent = self._invoice(self.nowak)
        self._plan()
        self._deliver()
        self.rule.write({
            "domain": "[('amount_total', '<', 5000)]", "partner_ids": [Command.set(self.nowak.ids)],
        })
        old = self._invoice(self.nowak, invoice_date=fields.Date.today() - timedelta(days=2))
        excluded = self._invoice(self.nowak)
        excluded._dispatch_exclude("Entregue em mãos")
        draft = self._invoice(self.nowak, post=False)
        dear, other = self._invoice(self.nowak, amount=9000), self._invoice(self.silva)
        going = self._invoice(self.nowak)
        preview = self._preview()
        self.assertEqual({
            line.res_id: line.reason for line in preview.staying_ids if line.res_id in
            (sent | old | excluded | draft | dear | other).ids
        }, {
            sent.id: "Sent", old.id: "Before the start date.", excluded.id: "Not to be sent: Entregue em mãos",
            draft.id: "A draft.", dear.id: "Another journal or customer, or the condition is not met.",
            other.id: "Another journal or customer, or the condition is not met.",
        })
        self.assertEqual(preview.going_ids.mapped("res_id"), going.ids)
        self.rule.selection = "marked"
        self.assertEqual(self._line(self._preview(), going).reason, "Not marked “to send”.")

    def test_problem(self):
        operator = new_user(self.company, "rita", "account.group_account_invoice")
        self.rule.user_id = operator
        operator.active = False
        preview = self._preview()
        self.assertIn("archived", preview.problem)
        self.assertFalse(preview.line_ids)

    def test_as_many_statements_for_more_documents(self):
        def statements():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._preview()
            return self.env.cr.sql_log_count - before
        for _number in range(3):
            self._invoice(self.nowak)
        statements()
        few = statements()
        for _number in range(20):
            self._invoice(self.nowak)
        self.assertLess(statements(), few + 10)

    def test_who_downloads_gets_no_mail(self):
        """Odoo's “Invoice sending” of the customer, and of their headquarters; another company's does not count."""
        other = self.setup_other_company()["company"]
        self.nowak.invoice_sending_method = "manual"
        self.silva.with_company(other).invoice_sending_method = "manual"
        branch = self.env["res.partner"].create({
            "name": "Nowak Gdynia", "parent_id": self.nowak.id, "email": "gdynia@nowak.example.com"})
        staying = self._invoice(self.nowak) | self._invoice(branch)
        going = self._invoice(self.silva)
        preview = self._preview()
        self.assertEqual({self._line(preview, move).reason for move in staying},
                         {"The customer downloads invoices (“Invoice sending”)."})
        self.assertEqual(self._line(preview, going).outcome, "goes")
        posting = self._rule("Na hora", "invoice", trigger="post")
        staying |= self._invoice(self.nowak)
        posting.active = False
        self._plan()
        self._deliver()
        self.assertFalse(self._dispatches(staying))
        self.assertTrue(self._dispatches(going))
        self.assertFalse(self.rule.warning, "they are not missed")
        self._send_window(staying[0]).action_send_and_print()
        self.nowak.invoice_sending_method = "email"
        self._plan()
        self._deliver()
        self.assertEqual(set(staying.mapped("dispatch_state")), {"sent"})
