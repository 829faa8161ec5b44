"""Contracts: "send its invoices automatically", from the template over the order to the invoice."""

from odoo import fields
from odoo.fields import Command

from .common import DispatchCase, new_user


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

    def test_down_payment(self):
        for auto, expected in ((True, "to_send"), (False, False)):
            for method, vals in (("percentage", {"amount": 30}), ("fixed", {"fixed_amount": 100})):
                with self.subTest(auto=auto, method=method):
                    order = self._order(self.nowak, dispatch_auto=auto)
                    order.action_confirm()
                    invoice = self.env["sale.advance.payment.inv"].create({
                        "sale_order_ids": order.ids, "advance_payment_method": method, **vals,
                    })._create_invoices(order)
                    self.assertEqual(invoice.dispatch_mark, expected)

    def test_invoice_made_from_the_lines_by_whoever(self):
        """By a clerk who does not see the order; a vendor's bill, a credit note and a decision are left alone."""
        order = self._order(self.nowak, dispatch_auto=True)
        order.action_confirm()
        clerk = new_user(self.company, "faturista", "account.group_account_invoice")
        lines = [Command.create({
            "name": "Bomba", "price_unit": 10, "sale_line_ids": [Command.set(order.order_line.ids)],
        })]
        Move = self.env["account.move"].with_user(clerk)
        vals = {"partner_id": self.nowak.id, "invoice_line_ids": lines}
        self.assertEqual(Move.create({**vals, "move_type": "out_invoice"}).dispatch_mark, "to_send")
        self.assertFalse(Move.create({**vals, "move_type": "out_refund"}).dispatch_mark)
        later = Move.create({"partner_id": self.nowak.id, "move_type": "out_invoice"})
        later.invoice_line_ids = lines
        self.assertEqual(later.dispatch_mark, "to_send")
        excluded = Move.create({"partner_id": self.nowak.id, "move_type": "out_invoice"})
        excluded._dispatch_exclude("Cortesia")
        excluded.invoice_line_ids = lines
        self.assertEqual(excluded.dispatch_mark, "excluded")

    def test_recurring_invoice_hands_an_exclusion_on_with_its_reason(self):
        invoice = self._invoice(self.nowak, post=False, auto_post="monthly")
        invoice._dispatch_exclude("Vai pelo portal do cliente")
        invoice.action_post()
        copy = self.env["account.move"].search([("auto_post_origin_id", "=", invoice.id), ("id", "!=", invoice.id)])
        self.assertEqual((copy.dispatch_mark, copy.dispatch_exclude_reason), ("excluded", "Vai pelo portal do cliente"))
