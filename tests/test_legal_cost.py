"""What networks cost where there are many invoices and customers: as many statements for more of them."""

from unittest.mock import patch

from .legal import GATE, LegalCase


class TestLegalCost(LegalCase):
    def _statements(self, ask):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        ask()
        return self.env.cr.sql_log_count - before

    def test_rule_looks_at_who_downloads(self):
        """Half of them go to Toynet, of which one has an answer already, and half nowhere."""
        rule = self._rule("Night", "invoice", trigger="schedule")
        model, types = self.env["account.move"], self.types["invoice"]
        counts = []
        for size in (2, 6, 30):  # the first fills caches
            customers = self.env["res.partner"].create([
                {"name": f"Customer {number}", "invoice_sending_method": "manual"} for number in range(size)])
            self.net.strangers = [*self.net.strangers, *customers[::2].mapped("name")]
            moves = model.union(*(self._invoice(customer) for customer in customers))
            self.net.answer(moves[0], "sent")
            found = []
            counts.append(self._statements(
                lambda found=found: found.append(model.search(rule._get_eligible_domain(model, types)))))
            self.assertEqual(found[0] & moves, moves[1::2] | moves[0])
            moves._dispatch_exclude("done")
        self.assertEqual(*counts[1:])

    def test_page_of_a_customer(self):
        counts = []
        for _round in range(3):  # the first fills caches
            for _number in range(5):
                self._invoice(self.nowak)
            counts.append(self._statements(lambda: [
                self.assertTrue(move._dispatch_page_blocking_reason())
                for move in self.env["account.move"].search([("partner_id", "=", self.nowak.id)])]))
        self.assertEqual(*counts[1:])

    def test_customers_whom_no_network_reaches_are_counted_where_they_are(self):
        """No customer is read: the database counts."""
        health = self.env["document.dispatch.health"]
        self.company.country_id = self.env.ref("base.be")
        self.env["res.partner"].create([
            {"name": f"B {number}", "is_company": True, "country_id": self.company.country_id.id, "customer_rank": 1,
             "ref": "valid" if number % 2 else False} for number in range(20)])
        gate = GATE._replace(reachable=("ref", "valid"), ready=("email", (self.company.email,)))
        asked, Partner = [], self.env.registry["res.partner"]
        search = Partner.search_fetch
        with patch.object(self.env.registry["account.move"], "_dispatch_gates", lambda moves: [gate]), patch.object(
                Partner, "search_fetch", lambda *args, **kwargs: asked.append(args) or search(*args, **kwargs)):
            self.assertIn("by e-mail alone: 10.", health._explain_without_network(self.company))
        self.assertEqual(asked, [])
