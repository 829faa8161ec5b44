"""Contacts are ticked by what they already tell: shown before, done at once, taken back."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .test_setup import SetupCase


class TestFlags(SetupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env["res.partner"].with_company(cls.company)
        Partner.with_context(active_test=False).search([("type", "=", "invoice")]).type = "other"
        cls.faturas, cls.mudas = Partner.create([
            {"name": "Contas a pagar", "parent_id": cls.silva.id, "type": "invoice",
             "email": "contas@silva.example.com"},
            {"name": "Sem endereço", "parent_id": cls.silva.id, "type": "invoice"},
        ])
        cls.silva.invoice_sending_method = "email"
        cls.nowak.with_company(cls.company).invoice_sending_method = "email"

    def _window(self, user=None):
        action = self.env["document.dispatch.flags"].with_user(user or self.manager).action_open()
        return self.env["document.dispatch.flags"].with_user(user or self.manager).browse(action["res_id"])

    def _lines(self, window):
        return [(line.source, line.role, line.chosen, line.count) for line in window.line_ids]

    def test_what_would_be_ticked(self):
        """Whoever has an invoice address gets it there, and a contact without an address is no choice."""
        window = self._window()
        self.assertEqual(self._lines(window), [
            ("invoice_address", "invoice", True, 1), ("invoice_address", "financial", False, 1),
            ("by_email", "invoice", True, 1),
        ])
        action = window.line_ids[0].action_view()
        self.assertEqual(self.env["res.partner"].search(action["domain"]), self.faturas)
        self.assertFalse(self.faturas.dispatch_invoice, "only looked at")

    def test_tick_look_and_undo(self):
        self.silva_ana.dispatch_invoice = True
        window = self._window()
        window.line_ids[1].chosen = True
        window.action_tick()
        self.assertEqual(
            [(p.dispatch_invoice, p.dispatch_financial) for p in (self.faturas, self.nowak, self.mudas, self.silva)],
            [(True, True), (True, False), (False, False), (False, False)],
        )
        self.assertEqual(window.ticked_count, 2)
        action = window.action_view_ticked()
        self.assertEqual(self.env["res.partner"].search(action["domain"]), self.faturas | self.nowak)
        self.assertEqual(self._step("contacts")[0], "done")
        window.action_undo()
        self.assertFalse(self.faturas.dispatch_invoice or self.faturas.dispatch_financial)
        self.assertFalse(self.nowak.dispatch_invoice)
        self.assertTrue(self.silva_ana.dispatch_invoice, "ticked by somebody else")
        self.assertEqual(window.line_ids[0].count, 1)

    def test_nothing_chosen(self):
        window = self._window()
        window.line_ids.chosen = False
        with self.assertRaisesRegex(UserError, "No flag would be set"):
            window.action_tick()

    def test_other_company(self):
        """Contacts of another house are not ticked, and its own choice of sending does not count here."""
        other = self._setup_other_company()
        self.faturas.company_id = other
        self.nowak.with_company(self.company).invoice_sending_method = False
        self.nowak.with_company(other).invoice_sending_method = "email"
        window = self._window()
        self.assertEqual([count for *_line, count in self._lines(window)], [0, 0, 1])
        self.assertEqual(window.line_ids[2]._contacts(), self.silva, "has no invoice address of this house any more")

    def test_only_managers(self):
        with self.assertRaises(AccessError):
            self._window(self.clerk)
        with self.assertRaises(AccessError):
            self._window().with_user(self.clerk).action_tick()

    def test_statements_do_not_grow(self):
        counts = {}
        for size in (10, 40):
            self.env["res.partner"].create([{
                "name": f"Cliente {size}-{number}", "is_company": True, "child_ids": [Command.create({
                    "name": "Contas", "type": "invoice", "email": f"contas@cliente-{size}-{number}.example.com",
                })],
            } for number in range(size)])
            window = self._window()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            window.action_tick()
            self.env.flush_all()
            counts[size] = self.env.cr.sql_log_count - start
            self.assertGreaterEqual(window.ticked_count, size)
        self.assertLessEqual(counts[40] - counts[10], 2, counts)

    # ------------------------------------------------------------------
    # General addresses
    # ------------------------------------------------------------------

    def test_general_addresses_are_right(self):
        """Said by a person, and true as long as every customer has an address."""
        self.env["res.partner"].search([]).customer_rank = 0
        (self.silva | self.nowak | self.mudo).customer_rank = 1
        window = self._window()
        self.assertEqual((window.customer_count, window.unreachable_count), (3, 1))
        action = window.action_view_unreachable()
        self.assertEqual(self.env["res.partner"].search(action["domain"]), self.mudo)
        window.action_general()
        self.assertTrue(self.company.dispatch_general_address)
        state, text = self._step("contacts")
        self.assertEqual(state, "todo")
        self.assertIn("Customers without one: 1;", text)
        self.mudo.email = "gerencia@gomez.example.com"
        self.assertEqual(self._step("contacts")[0], "done")
        window.action_not_general()
        self.assertEqual(self._step("contacts")[0], "todo")

    def test_who_refuses_needs_no_address(self):
        self.env["res.partner"].search([]).customer_rank = 0
        self.mudo.customer_rank = 1
        self.company.dispatch_general_address = True
        self.assertEqual(self._step("contacts")[0], "todo")
        self.env["document.consent"].create({
            "partner_id": self.mudo.id, "kind": "refused", "date": fields.Datetime.now()})
        self.assertEqual(self._step("contacts")[0], "done")

    def test_flag_in_another_company(self):
        other = self._setup_other_company()
        self.faturas.write({"company_id": other.id, "dispatch_invoice": True})
        self.assertEqual(self._step("contacts")[0], "todo")
        self.assertEqual(self._page().with_company(other).setup_contacts, "done")
