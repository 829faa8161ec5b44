"""Whom a mail passed over stands on the dispatch, by hand as by a rule."""


from .common import DispatchCase, new_user


class TestPassedOver(DispatchCase):
    def test_the_same_by_hand_and_by_rule(self):
        Partner = self.env["res.partner"]
        flags = {"parent_id": self.silva.id, "dispatch_invoice": True, "dispatch_quote": True}
        Partner.create([
            {"name": "Saiu", "email": "saiu@silva.example.com", "active": False, **flags},
            {"name": "Errado", "email": "errado@", **flags},
            {"name": "Bloqueado", "email": "bloqueado@silva.example.com", **flags},
            {"name": "Duas", "email": "ana@silva.example.com", **flags},
        ])
        self.env["mail.blacklist"]._add("bloqueado@silva.example.com")
        by_rule, by_hand = self._invoice(self.silva), self._invoice(self.silva)
        by_rule._dispatch_create("rule")
        self._send_window(by_hand).action_send_and_print()
        expected = self._reasons(by_rule)
        self.assertEqual({reason for _email, reason in expected}, {"archived", "invalid", "blacklisted", "duplicate"})
        self.assertEqual(self._reasons(by_hand), expected)
        seller = new_user(
            self.company, "jonas", "sales_team.group_sale_salesman_all_leads", email="jonas@aurora.example.com")
        order, other = self._order(self.silva), self._order(self.silva)
        order._dispatch_create("rule")
        action = other.with_user(seller).action_quotation_send()
        self.env["mail.compose.message"].with_user(seller).with_context(**action["context"]).create({}).action_send_mail()
        self.assertEqual(self._reasons(other), self._reasons(order))

    def test_chosen_or_typed_is_not_passed_over(self):
        gone = self.env["res.partner"].create({
            "name": "Saiu", "parent_id": self.silva.id, "email": "saiu@silva.example.com", "active": False,
            "dispatch_invoice": True,
        })
        invoice = self._invoice(self.silva)
        window = self._send_window(invoice)
        window.dispatch_emails = gone.email
        window.action_send_and_print()
        self.assertIn(gone.email, self.envelopes)
        self.assertNotIn(gone.email, self._dispatches(invoice).skipped_text or "")

    def _reasons(self, document):
        return {(entry["email"], entry["reason"]) for entry in self._dispatches(document).skipped}
