"""Contracts: "send its invoices automatically", from the template over the order to the invoice."""

from odoo import fields

from .common import DispatchCase


class TestContract(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Contratos", "invoice", selection="marked")
        cls.template = cls.env["sale.order.template"].sudo().create({
            "name": "Manutenção mensal", "dispatch_auto": True,
        })
        cls.product_a.invoice_policy = "order"

    def _invoiced(self, *orders):
        orders = self.env["sale.order"].union(*orders)
        orders.action_confirm()
        return orders._create_invoices()

    def test_template_order_invoice(self):
        contract = self._order(self.nowak, sale_order_template_id=self.template.id)
        self.assertTrue(contract.dispatch_auto)
        invoice, other = self._invoiced(contract), self._invoiced(self._order(self.silva))
        self.assertEqual((invoice.dispatch_state, other.dispatch_state), ("to_send", False))
        (invoice | other).action_post()
        self._plan()
        self._deliver()
        self.assertEqual((invoice.dispatch_state, other.dispatch_state), ("sent", False))

    def test_order_decides_for_itself(self):
        order = self._order(self.nowak, sale_order_template_id=self.template.id)
        order.dispatch_auto = False
        self.assertFalse(self._invoiced(order).dispatch_mark)

    def test_one_invoice_for_several_orders(self):
        orders = [self._order(self.nowak), self._order(self.nowak, dispatch_auto=True)]
        self.assertEqual(self._invoiced(*orders).mapped("dispatch_mark"), ["to_send"])

    def test_recurring_invoice_hands_it_on(self):
        invoice = self._invoice(self.nowak, post=False, auto_post="monthly")
        invoice.action_dispatch_mark()
        invoice.action_post()
        copy = self.env["account.move"].search([("auto_post_origin_id", "=", invoice.id), ("id", "!=", invoice.id)])
        self.assertEqual(copy.dispatch_mark, "to_send")
        self.assertFalse(invoice.copy().dispatch_mark, "an ordinary copy is a new decision")
        self.assertGreater(copy.invoice_date, fields.Date.today())
