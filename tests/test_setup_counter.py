"""Point of Sale is no dependency: where it is installed, its orders show what became of their invoices."""

from odoo.tests import tagged

from .common import BESIDE, DispatchCase


class TestCounter(DispatchCase):
    def test_without_point_of_sale(self):
        self.assertFalse(self.env["document.dispatch.counter"]._extend(), "nothing, or nothing anew")
        there = bool(self.env["ir.model.fields"].search_count([("name", "=", "x_dispatch_state")]))
        self.assertEqual(there, "pos.order" in self.env)

    def test_in_words(self):
        """In the language of who looks, and nothing where nothing happened."""
        self.env["res.lang"]._activate_lang("pl_PL")
        invoice, other = self._invoice(self.silva), self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual((invoice.dispatch_state_text, other.dispatch_state_text), ("Sent", False))
        field = self.env["ir.model.fields.selection"].search([
            ("field_id.model", "=", "account.move"), ("field_id.name", "=", "dispatch_state"), ("value", "=", "sent")])
        field.with_context(lang="pl_PL").name = "Wysłane"
        self.env.registry.clear_cache()
        self.assertEqual(invoice.with_context(lang="pl_PL").dispatch_state_text, "Wysłane")


@tagged(BESIDE, "-standard")
class TestCounterBeside(DispatchCase):
    def test_with_point_of_sale(self):
        if "pos.order" not in self.env:
            self.skipTest("Point of Sale is not installed")
        view = self.env.ref("document_dispatch.pos_order_view_form", raise_if_not_found=False)
        if not view:
            self.assertTrue(self.env["document.dispatch.counter"]._extend())
        self.assertIn("x_dispatch_state", self.env["pos.order"].get_view(view_type="form")["arch"])
        self.assertFalse(self.env["document.dispatch.counter"]._extend(), "once")
